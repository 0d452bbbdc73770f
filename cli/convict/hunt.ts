/** The hunt for a charge's evidence: seeds that fail, the steadiest of their small forms, and the sound form beside it. */
import type { Charge } from '../../scenarios/convict/charge.ts'
import { MAX_EVENTS } from '../../scenarios/convict/convictions-table.ts'
import { eventsOf, evidenceOf, fingerprintOf } from '../../scenarios/convict/evidence.ts'
import type { Entry } from '../../scenarios/convict/ledger.ts'
import { overlay, type Written } from '../../scenarios/file/written.ts'
import { spaceOf } from '../../scenarios/swarm/space.ts'
import { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { accusationOf, convictingSeeds, STEADY_SEEDS, tryEvidence } from '../../sim/try-evidence.ts'

/** Each costs two simulations where the check fails. */
const MAX_RUNS = 3000
/** So many finds are made small at most, until one is shown by nearly every seed. */
const MAX_FINDS = 6
const STEADY_ENOUGH = 18

export interface Hunt {
  /** To be tried at most, from 0. */
  readonly seeds: number
  /** Of the same space with the sound form. */
  readonly soundSeeds: number
  /** Threads. */
  readonly jobs: number
  readonly live: (text: string) => void
  readonly signal: AbortSignal
}

interface Find {
  /** Of the charge's space. */
  readonly foundAtSeed: number
  readonly evidence: Written
  /** Seeds under which the small scenario convicts. */
  readonly steady: number
}

/** Of the first finds the steadiest, or the first one that is steady enough. Null: none, or it was told to stop. */
export async function steadiestFind(charge: Charge, hunt: Hunt): Promise<Find | null> {
  const threads = new FuzzThreads(spaceOf(charge.space, charge.file), hunt.jobs)
  try {
    return await steadiestOf(charge, threads, hunt)
  } finally {
    await threads.end()
  }
}

async function steadiestOf(charge: Charge, threads: FuzzThreads, hunt: Hunt): Promise<Find | null> {
  const { seeds, signal } = hunt
  const accusation = accusationOf(charge)
  let best: Find | null = null
  let from = 0
  for (let finds = 0; finds < MAX_FINDS && (best === null || worthOf(best) < STEADY_ENOUGH); finds++) {
    const live = (text: string) => hunt.live(`  ${charge.name}, find ${finds + 1}: ${text}`)
    let tried = from
    const onTried = (count: number) => {
      tried += count
      live(`${tried} of ${seeds} seeds`)
    }
    const seed = await threads.hunt(upTo(seeds, from), accusation, onTried, signal)
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

/** `evidence`: as it was read from the file, and as anybody would run it. */
export function entryOf(
  charge: Charge,
  evidence: Written,
  { foundAtSeed, steady }: Find,
  soundSeeds: Entry['soundSeeds'],
): Entry {
  const { failure, sound, promised } = tryEvidence(evidence, charge)
  const bad = [...(sound === 'pass' ? [] : [`${charge.fails} is ${sound} with the sound form`]), ...promised.fail]
  if (failure === null || bad.length > 0)
    throw new Error(
      `assertion: the evidence for ${charge.name} does not convict: ${bad.join('; ') || `${charge.fails} does not fail`}`,
    )
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
export async function soundSeeds(charge: Charge, hunt: Hunt): Promise<Entry['soundSeeds']> {
  const space = spaceOf(overlay(charge.space, charge.instead), `${charge.file} with the sound form`)
  const threads = new FuzzThreads(space, hunt.jobs)
  const counts = { seeds: 0, failed: 0, undecided: 0 }
  try {
    await threads.run(
      upTo(hunt.soundSeeds),
      (outcomes) => {
        for (const { failures, undecided } of outcomes) {
          counts.seeds++
          if (failures.length > 0) counts.failed++
          else if (undecided.length > 0) counts.undecided++
        }
        hunt.live(`  ${charge.name}: ${counts.seeds} of ${hunt.soundSeeds} seeds with the sound form`)
      },
      hunt.signal,
    )
  } finally {
    await threads.end()
  }
  return counts
}

function* upTo(end: number, from = 0): Generator<number, undefined> {
  for (let seed = from; seed < end; seed++) yield seed
}
