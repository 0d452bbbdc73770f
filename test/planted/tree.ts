/** A copy of the project with a bug in it, in a folder of its own. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allProcesses } from '../../real/drivers/local/process-table.ts'
import { atTheEnd } from './at-the-end.ts'
import type { Edit } from './planted-bug.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['algorithms', 'scenarios', 'sim', 'reports', 'real', 'test', 'package.json', 'tsconfig.json']
/** Then the pid of the process that made it. */
const PREFIX = 'quorumlab-planted-'

let swept = false

/** Goes away with what `use` returns, and when this process ends before that. Throws where an edit does not fit. */
export async function inTree<T>(edits: readonly Edit[], use: (folder: string) => Promise<T>): Promise<T> {
  if (!swept) sweep()
  swept = true
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const forget = atTheEnd(remove)
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const edit of edits) {
      const path = join(folder, edit.file)
      writeFileSync(path, planted(readFileSync(path, 'utf8'), edit))
    }
    return await use(folder)
  } finally {
    remove()
    forget()
  }
}

/** The source's text with the edit in it. Throws where the edit does not fit. */
export function planted(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1
  if (places === 1) return text.replace(find, () => replace)
  throw new Error(`a planted bug does not fit: expected its text once in ${file}, found it ${places} times:\n${find}`)
}

/** What is left of processes that were killed before they could remove it. Returns the folders it removed. */
export function sweep(): readonly string[] {
  const living = new Set(allProcesses().map(({ pid }) => pid))
  const stale = readdirSync(tmpdir()).filter((name) => {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    return owner !== undefined && !living.has(Number(owner))
  })
  for (const name of stale) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  return stale
}
