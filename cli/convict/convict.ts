/**
 * The `convict` command: hunts for what goes wrong with each behaviour of the original prototype, saves what it finds
 * as small scenarios, and writes the table of them. With `--on local` it runs what is saved on real servers.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { Screen } from '../../reports/screen.ts'
import { type Charge, chargesNamed } from '../../scenarios/convict/charge.ts'
import { convictionsPage, isProven, MAX_EVENTS } from '../../scenarios/convict/convictions-table.ts'
import { eventsOf, evidenceOf, evidenceText, fingerprintOf } from '../../scenarios/convict/evidence.ts'
import { type Entry, entered, ledgerText, readLedger } from '../../scenarios/convict/ledger.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { LIBRARY, loadWritten } from '../../scenarios/file/load.ts'
import { overlay, type Written } from '../../scenarios/file/written.ts'
import { spaceOf } from '../../scenarios/swarm/space.ts'
import { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { accusationOf, convictingSeeds, STEADY_SEEDS, tryEvidence } from '../../sim/try-evidence.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { print, untilInterrupted } from '../output.ts'
import { measuredOn } from './on-real-servers.ts'

interface ConvictOptions {
  /** Of charges; none: all. */
  readonly names: readonly string[]
  /** To be tried at most, from 0. */
  readonly seeds: number
  /** Of the same space with the sound form. */
  readonly soundSeeds: number
  readonly on: 'sim' | 'local'
  readonly times: number
  readonly jobs: number | undefined
  readonly out: string | undefined
  readonly quiet: boolean
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly basePort: number | undefined
}

/** Each costs two simulations where the check fails. */
const MAX_RUNS = 3000
/** So many finds are made small at most, until one is shown by nearly every seed. */
const MAX_FINDS = 6
const STEADY_ENOUGH = 18

/** What one command does with every charge: where it writes, and how it is told to stop. */
interface Hunt {
  readonly options: ConvictOptions
  readonly folder: string
  readonly screen: Screen
  readonly signal: AbortSignal
}

export async function convict(options: ConvictOptions): Promise<number> {
  const charges = chargesNamed(options.names)
  const folder = options.out ?? shortened(LIBRARY)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() => screen.line('  stopping: what was done stays (once more to stop at once)'))
  const hunt = { options, folder, screen, signal: interrupt.signal }
  const ledgerFile = join(folder, 'convictions', 'convictions.json')
  const release = claimFolder(join(folder, 'convictions'))
  let entries = readLedger(ledgerFile)
  let isGood = true
  try {
    for (const charge of charges) {
      if (interrupt.signal.aborted) break
      const entry = await (options.on === 'sim' ? hunted(charge, hunt) : measured(charge, entries, hunt))
      screen.close()
      if (interrupt.signal.aborted) break
      if (entry === null || !isProven(entry)) isGood = false
      if (entry === null) continue
      if (entry.real.kind === 'measured' && entry.real.reproduced === 0) isGood = false
      entries = entered(entries, entry)
      writeFileSync(ledgerFile, ledgerText(entries))
      await print(`${lineOf(entry, charge)}\n`)
    }
    const all = chargesNamed([])
    const page = join(folder, 'README.md')
    writeFileSync(page, convictionsPage(all, entries, `${COMMAND} convict`))
    const proven = entries.filter((entry) => isProven(entry) && all.some(({ name }) => name === entry.name))
    await print(`\n  ${proven.length} of ${all.length} charges proven\n  table  ${page}\n`)
  } finally {
    screen.close()
    interrupt.release()
    release()
  }
  if (interrupt.signal.aborted) return EXIT.interrupted
  return isGood ? 0 : 1
}

/** Finds it, makes it small, saves it, and tries what was saved. Null: not found. */
async function hunted(charge: Charge, hunt: Hunt): Promise<Entry | null> {
  const { options, folder, signal } = hunt
  const jobs = options.jobs ?? availableParallelism()
  const threads = new FuzzThreads(spaceOf(charge.space, charge.file), jobs)
  let best: Find | null
  try {
    best = await steadiestFind(charge, threads, hunt)
  } finally {
    await threads.end()
  }
  if (best === null || signal.aborted) {
    if (!signal.aborted) await print(`${charge.name}: not found in ${options.seeds} seeds\n`)
    return null
  }
  const file = fileOf(folder, charge)
  writeFileSync(file, evidenceText(best.evidence, charge, best.foundAtSeed))
  return tried(charge, file, best, await soundSeeds(charge, jobs, hunt))
}

interface Find {
  /** Of the charge's space. */
  readonly foundAtSeed: number
  readonly evidence: Written
  /** Seeds under which the small scenario convicts. */
  readonly steady: number
}

/** Of the first finds the steadiest, or the first one that is steady enough. Null: none, or it was told to stop. */
async function steadiestFind(charge: Charge, threads: FuzzThreads, hunt: Hunt): Promise<Find | null> {
  const { options, screen, signal } = hunt
  const accusation = accusationOf(charge)
  let best: Find | null = null
  let from = 0
  for (let finds = 0; finds < MAX_FINDS && (best === null || worthOf(best) < STEADY_ENOUGH); finds++) {
    const live = (text: string) => screen.live(() => `  ${charge.name}, find ${finds + 1}: ${text}`)
    let tried = from
    const onTried = (count: number) => {
      tried += count
      live(`${tried} of ${options.seeds} seeds`)
    }
    const seed = await threads.hunt(upTo(options.seeds, from), accusation, onTried, signal)
    if (seed === null) break
    const [small] = await threads.shrink(
      [{ seed, check: charge.fails, accusation }],
      MAX_RUNS,
      (runs, steps) => live(`seed ${seed}, ${runs} runs, ${steps} steps left`),
      signal,
    )
    if (small === undefined || signal.aborted) return null
    const evidence = evidenceOf(charge, { ...small.written, seed: small.seed })
    const convicting = convictingSeeds(evidence, charge)
    const own = convicting.includes(small.seed) ? small.seed : (convicting[0] ?? small.seed)
    const find = { foundAtSeed: seed, evidence: { ...evidence, seed: own }, steady: convicting.length }
    if (best === null || worthOf(find) > worthOf(best)) best = find
    from = seed + 1
  }
  return best
}

/** What is too long to be read is worth nothing, however steady. */
function worthOf({ evidence, steady }: Find): number {
  return eventsOf(evidence) > MAX_EVENTS ? -1 : steady
}

/** From the file, as anybody would run it. */
function tried(charge: Charge, file: string, { foundAtSeed, steady }: Find, soundSeeds: Entry['soundSeeds']): Entry {
  const evidence = loadWritten(file).written
  const { failure, sound, promised } = tryEvidence(evidence, charge)
  const bad = [...(sound === 'pass' ? [] : [`${charge.fails} is ${sound} with the sound form`]), ...promised.fail]
  if (failure === null || bad.length > 0)
    throw new Error(`assertion: ${file} does not convict: ${bad.join('; ') || `${charge.fails} does not fail`}`)
  return {
    name: charge.name,
    foundAtSeed,
    detail: failure,
    fingerprint: fingerprintOf(evidence),
    events: eventsOf(evidence),
    steady: { seeds: STEADY_SEEDS, convicting: steady },
    sound: { passed: promised.pass.length, undecided: promised.unknown.length },
    soundSeeds,
    real: { kind: 'not-run' },
  }
}

/** The same space with the sound form: the check has to pass wherever it can be decided. */
async function soundSeeds(charge: Charge, jobs: number, { options, screen, signal }: Hunt) {
  const space = spaceOf(overlay(charge.space, charge.instead), `${charge.file} with the sound form`)
  const threads = new FuzzThreads(space, jobs)
  const counts = { seeds: 0, failed: 0, undecided: 0 }
  try {
    await threads.run(
      upTo(options.soundSeeds),
      (outcomes) => {
        for (const { failures, undecided } of outcomes) {
          counts.seeds++
          if (failures.length > 0) counts.failed++
          else if (undecided.length > 0) counts.undecided++
        }
        screen.live(() => `  ${charge.name}: ${counts.seeds} of ${options.soundSeeds} seeds with the sound form`)
      },
      signal,
    )
  } finally {
    await threads.end()
  }
  return counts
}

/** What is saved, on real servers. Null: nothing is saved. */
async function measured(charge: Charge, entries: readonly Entry[], hunt: Hunt): Promise<Entry | null> {
  const { options, folder, screen, signal } = hunt
  const file = fileOf(folder, charge)
  const entry = entries.find(({ name }) => name === charge.name)
  if (entry === undefined || !existsSync(file))
    throw new UsageError(`${file}: expected what \`convict\` saved, found nothing: run it without --on local first`)
  const evidence = loadWritten(file).written
  if (fingerprintOf(evidence) !== entry.fingerprint)
    throw new UsageError(
      `${file}: expected the scenario that convictions.json was written for, found another: run \`convict ${charge.name}\``,
    )
  const real = await measuredOn(evidence, charge, options, { screen, signal })
  return real === null ? null : { ...entry, real }
}

function lineOf({ name, foundAtSeed, events, steady, soundSeeds, real }: Entry, { fails }: Charge): string {
  const size = `${events} ${events === 1 ? 'event' : 'events'}${events > MAX_EVENTS ? ` (expected at most ${MAX_EVENTS})` : ''}`
  const measuredText =
    real.kind === 'measured'
      ? `; reproduced ${real.reproduced} of ${real.times} on real servers, sound form held in ${real.held}`
      : ''
  const shown = `shown by ${steady.convicting} of ${steady.seeds} seeds`
  const sound = `sound form: ${soundSeeds.failed} of ${soundSeeds.seeds} seeds fail`
  return `${name}: seed ${foundAtSeed} fails ${fails}, ${size}, ${shown}; ${sound}${measuredText}`
}

function fileOf(folder: string, { name }: Charge): string {
  return join(folder, 'convictions', `${name}.yaml`)
}

function shortened(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

function* upTo(end: number, from = 0): Generator<number, undefined> {
  for (let seed = from; seed < end; seed++) yield seed
}
