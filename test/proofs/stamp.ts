/** With what, where and when something was seen. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Stamp {
  readonly commit: string
  /** ISO 8601. */
  readonly at: string
  /** Of one minute. */
  readonly loadAverage: number
  readonly machine: string
}

/** Read once: what was edited since belongs to the next start. */
const COMMIT = commitOf(ROOT)

export function stamp(): Stamp {
  const cores = cpus()
  return {
    commit: COMMIT,
    at: new Date().toISOString(),
    loadAverage: Math.round(loadavg()[0]! * 100) / 100,
    machine: `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  }
}

function commitOf(root: string): string {
  const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' }).trim()
  try {
    const isEdited = git('status', '--porcelain', '--untracked-files=no') !== ''
    return `${git('rev-parse', '--short', 'HEAD')}${isEdited ? ' and edits' : ''}`
  } catch {
    return 'unknown'
  }
}
