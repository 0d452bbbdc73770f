/**
 * What every run of the library and of the swarm comes to, a line each in a fixed order:
 *
 *   npm run -s digests > before.txt
 *   npm run -s digests > after.txt
 *   diff before.txt after.txt
 *
 * shows which runs a change takes on another course. A line says where it is from, the seed, the digest of everything
 * that happened (`simulate`) and, for a drawn run, the checks that failed. `--seeds N` draws so many from each swarm
 * (1,000 unless told), `--jobs N` uses so many threads (one unless told).
 *
 * It imports little and nothing that belongs to a test, so that it also runs when copied onto an earlier commit.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LIBRARY, libraryNames } from '../../scenarios/file/library.ts'
import { loadScenario } from '../../scenarios/file/load.ts'
import { loadSpace } from '../../scenarios/swarm/space.ts'
import { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { simulate } from '../../sim/run.ts'

const SWARMS = ['swarm', 'swarm-sound']
/** Folders of the library whose files have no name of their own for `run`. */
const FOLDERS = ['charges', 'convictions']

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, jobs: { type: 'string', default: '1' } },
})
const [seeds, jobs] = [wholeNumber('seeds', values.seeds), Math.max(1, wholeNumber('jobs', values.jobs))]

for (const name of [...libraryNames(), ...FOLDERS.flatMap(filesIn)]) {
  const scenario = loadScenario(name.includes('/') ? join(LIBRARY, name) : name)
  console.log(`${name} ${scenario.seed} ${digestOf(() => simulate(scenario, { seed: scenario.seed }).digest)}`)
}
for (const name of seeds > 0 ? SWARMS : []) {
  const threads = new FuzzThreads(loadSpace(name), jobs)
  const lines = new Map<number, string>()
  try {
    await threads.run(
      Array.from({ length: seeds }, (_, i) => i + 1).values(),
      (outcomes) => {
        for (const { seed, digest, failures } of outcomes)
          lines.set(seed, [name, seed, digest ?? 'none', ...failures.map(({ check }) => check)].join(' '))
      },
      new AbortController().signal,
    )
  } finally {
    await threads.end()
  }
  for (const [, line] of [...lines].sort(([a], [b]) => a - b)) console.log(line)
}

function filesIn(folder: string): string[] {
  const files = readdirSync(join(LIBRARY, folder)).filter((file) => file.endsWith('.yaml'))
  return files.sort().map((file) => `${folder}/${file}`)
}

/** A scenario that cannot be simulated is a line, too. */
function digestOf(run: () => string | null): string {
  try {
    return run() ?? 'none'
  } catch (error) {
    return `breaks off: ${(error as Error).message.split('\n')[0]}`
  }
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--${option}: expected a whole number, found ${JSON.stringify(text)}`)
  return number
}
