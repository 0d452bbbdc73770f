/** The library as a list: names and descriptions, without reading what each scenario asks for. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const LIBRARY = fileURLToPath(new URL('../library', import.meta.url))

export function libraryNames(): readonly string[] {
  return readdirSync(LIBRARY)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
}

/** Of a scenario of the library. Only these lines of its file are parsed: all of a library takes a hundred times as long. */
export function descriptionOf(name: string): string {
  const text = readFileSync(join(LIBRARY, `${name}.yaml`), 'utf8')
  const [lines = ''] = /^description:.*\n(?:[ \t]+.*\n)*/m.exec(text) ?? []
  return ((parse(lines) ?? {}) as { readonly description?: string }).description ?? ''
}
