/** What people wait for at the door, as multiples of a bare `node -e 0` of the same minute: a busy machine slows both. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ROUNDS = 5

/** What each may take: `npm start` is `versus`. */
const COMMANDS: readonly { readonly words: readonly string[]; readonly goal: number }[] = [
  { words: ['--help'], goal: 3 },
  { words: ['list'], goal: 3 },
  { words: ['run', 'primary-crash', '--quiet'], goal: 17 },
  { words: ['versus', 'primary-crash', '--forms', 'prototype,sound', '--trials', '5', '--quiet'], goal: 45 },
]

export function door(): void {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  const tookMs = (words: readonly string[]): number => {
    const beganMs = performance.now()
    const { status } = spawnSync(process.execPath, words, { cwd: folder, stdio: 'ignore' })
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`)
    return performance.now() - beganMs
  }
  try {
    for (const { words, goal } of COMMANDS) {
      const entry = join(ROOT, 'cli', 'quorumlab.js')
      tookMs([entry, ...words])
      const ratios = Array.from({ length: ROUNDS }, () => {
        const bareMs = median([1, 2, 3].map(() => tookMs(['-e', '0'])))
        return tookMs([entry, ...words]) / bareMs
      })
      const spread = `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`
      console.log(
        `door: ${words.join(' ')}: ${median(ratios).toFixed(1)} times a bare node (${spread}, ${ROUNDS} rounds), goal ${goal}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
