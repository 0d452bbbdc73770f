/** A copy of the project in a folder of its own, in which bugs are planted one after the other. */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allProcesses } from '../../real/drivers/local/process-table.ts'
import { atTheEnd } from './at-the-end.ts'
import type { Edit } from './planted-bug.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = [
  ...['algorithms', 'scenarios', 'sim', 'reports', 'real', 'cli', 'test'],
  ...['cli.ts', 'package.json', 'tsconfig.json'],
]
/** Made from sources that are not those of the tree. */
const NOT_COPIED = join(ROOT, 'cli/bundle/built')
/** Then the pid of the process that made it. */
const PREFIX = 'quorumlab-planted-'

let swept = false

interface Tree {
  readonly folder: string
  /** Does `action` while the tree has a bug in it. Throws where an edit does not fit. */
  holding<T>(edits: readonly Edit[], action: () => Promise<T>): Promise<T>
}

/** A tree that goes away with what `use` returns, and when this process ends before that. */
export async function inTree<T>(use: (tree: Tree) => Promise<T>): Promise<T> {
  if (!swept) sweep()
  swept = true
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const forget = atTheEnd(remove)
  try {
    const filter = (path: string) => path !== NOT_COPIED
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter })
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    return await use({ folder, holding: (edits, action) => holding(folder, edits, action) })
  } finally {
    remove()
    forget()
  }
}

async function holding<T>(folder: string, edits: readonly Edit[], action: () => Promise<T>): Promise<T> {
  const files = [...new Set(edits.map(({ file }) => file))]
  try {
    for (const edit of edits) {
      const path = join(folder, edit.file)
      writeFileSync(path, planted(readFileSync(path, 'utf8'), edit))
    }
    return await action()
  } finally {
    for (const file of files) copyFileSync(join(ROOT, file), join(folder, file))
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
