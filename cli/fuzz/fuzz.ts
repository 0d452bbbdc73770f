/** The `fuzz` command: scenarios drawn from seeds, simulated and judged; a table of what failed and what was covered. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { environmentErrorOf } from '../../real/drivers/environment-error.ts'
import { Screen } from '../../reports/screen.ts'
import { plural } from '../../scenarios/shown/numbers.ts'
import { type SeedRange, seedCount, seedsOf } from '../../scenarios/swarm/seed-range.ts'
import { loadSpace } from '../../scenarios/swarm/space.ts'
import { Tally } from '../../scenarios/swarm/tally.ts'
import { progressText, tallyText } from '../../scenarios/swarm/tally-text.ts'
import { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { Estimate } from '../estimate.ts'
import { EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { print, untilInterrupted } from '../output.ts'
import { commandHere, scenarioWord } from '../paste.ts'
import { type Saved, savedKey, saveFailures } from './failures.ts'

interface FuzzOptions extends SeedRange {
  readonly file: string
  readonly jobs: number | undefined
  readonly out: string | undefined
  readonly quiet: boolean
}

/** Seeds between two lines of progress, where they stay. */
const LOG_EVERY = 2_000
/** Failing seeds that are told of as they come; the table counts them all. */
const MOST_LISTED = 20

export async function fuzz(options: FuzzOptions): Promise<number> {
  const space = loadSpace(options.file)
  const folder = options.out ?? join('out', `fuzz-${space.fixed.name}`)
  const release = claimFolder(folder)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() =>
    screen.line('  stopping: what was found so far will be printed (once more to stop at once)'),
  )
  const jobs = options.jobs ?? availableParallelism()
  const threads = new FuzzThreads(space, jobs)
  const tally = new Tally()
  const expected = seedCount(options)
  const estimate = new Estimate(plural(expected, 'seed'))
  const beganMs = performance.now()
  let logged = 0
  try {
    await threads.run(
      seedsOf(options),
      (outcomes) => {
        for (const outcome of outcomes) {
          tally.add(outcome)
          for (const { check, detail } of tally.failing > MOST_LISTED ? [] : outcome.failures)
            screen.line(`  seed ${outcome.seed}: ${check}: ${detail}`)
        }
        const long = estimate.at(tally.seeds / expected)
        if (long !== null) screen.line(long)
        const progress = () => progressText(tally, expected, performance.now() - beganMs)
        screen.live(progress)
        // A log has no live line.
        if (process.stderr.isTTY !== true && tally.seeds >= logged + LOG_EVERY) {
          logged = tally.seeds
          screen.line(progress())
        }
      },
      interrupt.signal,
    )
    screen.close()
    const seconds = (performance.now() - beganMs) / 1000
    const perMinute = Math.round((tally.seeds / seconds) * 60)
    screen.line(`  ${tally.seeds} seeds in ${seconds.toFixed(1)} s, ${perMinute} per minute, ${jobs} jobs`)
    // What was found is told, whatever becomes of the files.
    let unsaved: { readonly error: unknown } | null = null
    const saved = await saveFailures(
      tally.groups,
      space.file,
      folder,
      threads,
      (text) => screen.live(() => text),
      interrupt.signal,
    ).catch((error: unknown): Saved => {
      unsaved = { error: environmentErrorOf(error, `Saving failures in ${folder}`, '--out names another place.') }
      return new Map()
    })
    screen.close()
    await print(`${tallyText(tally, (check, seed) => saved.get(savedKey(check, seed)) ?? null)}\n`)
    const [path] = saved.values()
    if (path !== undefined) await print(`\n  replay  ${commandHere()} replay ${scenarioWord(path)}\n`)
    if (unsaved !== null) throw (unsaved as { readonly error: unknown }).error
    if (interrupt.signal.aborted) return EXIT.interrupted
    return tally.failing > 0 ? 1 : 0
  } finally {
    screen.close()
    interrupt.release()
    await threads.end()
    release()
  }
}
