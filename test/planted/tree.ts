/** A copy of the project with a bug in it, in a folder of its own. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Edit } from './planted-bug.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['algorithms', 'scenarios', 'sim', 'reports', 'real', 'test', 'package.json', 'tsconfig.json']

/** The folder of a copy that holds `edits`. Throws where an edit does not fit the source. */
export function plantedTree(edits: readonly Edit[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-planted-'))
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const edit of edits) apply(folder, edit)
    return folder
  } catch (error) {
    removeTree(folder)
    throw error
  }
}

export function removeTree(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

function apply(folder: string, { file, find, replace }: Edit): void {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const places = text.split(find).length - 1
  if (places !== 1)
    throw new Error(`a planted bug does not fit: expected its text once in ${file}, found it ${places} times:\n${find}`)
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
}
