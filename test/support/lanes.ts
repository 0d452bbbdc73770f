/**
 * Two processes side by side, each with a part of the tests: those that only compute, and those that need servers, engines or
 * browsers and wait for them much of the time. What the second prints is shown when the first has ended, and the last
 * line adds both up.
 */
import { spawn } from 'node:child_process'

const LANES = ['--without-needs', '--with-needs'] as const
const TALLY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm

interface LaneEnd {
  readonly lane: string
  readonly output: string
  /** Null: by a signal. */
  readonly code: number | null
}

/** Returns the exit code. `words`: of the command, without what makes lanes of it. */
export async function runInLanes(script: string, words: readonly string[]): Promise<number> {
  const show = (text: string) => process.stdout.write(text)
  const ends = LANES.map((lane, index) => run(lane, [script, lane, ...words], index === 0 ? show : () => {}))
  const before = await ends[0]!
  const after = await ends[1]!
  process.stdout.write(`\n${after.output}`)
  const sum = [0, 0, 0]
  for (const { lane, output, code } of [before, after]) {
    const tally = [...output.matchAll(TALLY)].at(-1)
    const counts = (tally?.slice(1) ?? [0, 0, 0]).map(Number)
    for (const [i, count] of counts.entries()) sum[i]! += count
    // Tests that say they are fine while their process does not are not fine, and those that say nothing are not either.
    if ((code === 0 && tally !== undefined) || counts[1]! > 0) continue
    sum[1]!++
    console.log(`\n FAIL  the tests ${lane} ended with ${code ?? 'a signal'}`)
  }
  const [passed, failed, skipped] = sum
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed! > 0 || passed === 0 ? 1 : 0
}

function run(lane: string, words: readonly string[], show: (text: string) => void): Promise<LaneEnd> {
  const child = spawn(process.execPath, [...process.execArgv, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    show(text)
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ lane, output, code })))
}
