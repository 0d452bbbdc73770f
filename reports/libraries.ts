/**
 * The three libraries that draw, as text to put into the page. Their browser bundles are not in the packages' export
 * maps; they lie beside the entry that is.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Markup } from './markup.ts'

const BUNDLES = [
  ['vega', 'vega.min.js'],
  ['vega-lite', 'vega-lite.min.js'],
  ['vega-embed', 'vega-embed.min.js'],
] as const

const BROWSER_FILES = ['theme.js', 'numbers.js', 'time-axis.js', 'save.js', 'report.js'] as const

let libraries: Promise<Markup> | null = null

export function inlinedLibraries(): Promise<Markup> {
  libraries ??= readAll()
  return libraries
}

async function readAll(): Promise<Markup> {
  const texts = await Promise.all(
    BUNDLES.map(([name, file]) => readFile(join(dirname(fileURLToPath(import.meta.resolve(name))), file), 'utf8')),
  )
  return new Markup(texts.map((text) => `<script>${inScript(text)}</script>`).join('\n'))
}

export async function inlinedScripts(): Promise<Markup> {
  const texts = await Promise.all(
    BROWSER_FILES.map((file) => readFile(new URL(`browser/${file}`, import.meta.url), 'utf8')),
  )
  return new Markup(`<script>(() => {\n'use strict'\n${texts.map(inScript).join('\n')}\n})()</script>`)
}

export function inlinedStyle(): Promise<string> {
  return readFile(new URL('browser/style.css', import.meta.url), 'utf8')
}

/** `<\/script` is the same JavaScript inside strings and patterns, the only places where it occurs; the map is not sent along. */
export function inScript(text: string): string {
  return text
    .replace(/<\/script/gi, '<\\/script')
    .replaceAll('<!--', '<\\!--')
    .replace(/\/\/# sourceMappingURL=\S+\s*$/, '')
}
