/**
 * The walk through every step of a failover (test/algorithms/failover/every-step.ts) with many seeds: each seed is one walk,
 * with other arrivals, other delays of messages, and another moment behind each step.
 *
 *   npm run seeds -- walk                   300 walks, 84 runs each
 *   npm run seeds -- walk --seeds 50        fewer
 *   npm run seeds -- walk --shard 1/2       every second one: the other half in another process
 *
 * A line for each walk is appended to walk.jsonl beside the chunks of swarms, by the state of the code: started again, it
 * goes on where it ended. Exit code 1: a run of some walk complained.
 */
import { parseScenario } from '../../scenarios/file/load.ts'
import { simulate } from '../../sim/run.ts'
import { complaintsOf, everyStep, HURTS, STEPS, stepText } from '../algorithms/failover/every-step.ts'
import { TrialFile } from '../proofs/trial-file.ts'

export const WALKS = 300

/** Behind a step: at its very moment, on the way to a server, while it works, on the way back, when it is long over. */
const DELAYS_US = [0, 120, 300, 700, 1_500, 6_000]

interface Walk {
  readonly seed: number
  readonly complaints: readonly string[]
}

interface WalkPlan {
  readonly folder: string
  readonly seeds: number
  /** Every `of`-th walk from the `part`-th on. */
  readonly part: number
  readonly of: number
}

/** How many walks in the file complained. */
export function walk({ folder, seeds, part, of }: WalkPlan): number {
  const file = new TrialFile<Walk>(folder, of === 1 ? 'walk' : `walk-${part}-of-${of}`)
  const done = new Set(file.lines.map(({ seed }) => seed))
  for (let seed = part; seed <= seeds; seed += of) {
    if (done.has(seed)) continue
    const beganMs = performance.now()
    const complaints = complaintsOfWalk(seed)
    file.append({ seed, complaints })
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0)
    console.error(`  walk ${seed}: ${complaints.length} complaints, ${seconds} s`)
    for (const complaint of complaints) console.error(`    ${complaint}`)
  }
  const walks = file.lines
  const bad = walks.filter(({ complaints }) => complaints.length > 0)
  console.log(`\nwalk: ${walks.length} walks of ${STEPS.length * HURTS.length} runs, ${bad.length} with a complaint`)
  for (const { seed, complaints } of bad)
    for (const complaint of complaints) console.log(`  seed ${seed}: ${complaint}`)
  return bad.length
}

function complaintsOfWalk(seed: number): readonly string[] {
  return HURTS.flatMap((hurt, h) =>
    STEPS.flatMap((step, s) => {
      // Each step meets each delay within six walks, and no two hurts meet it with the same one.
      const delayUs = DELAYS_US[(seed + s + 2 * h) % DELAYS_US.length]!
      const scenario = parseScenario(everyStep(step, hurt, delayUs), 'every-step.yaml')
      const what = `${hurt} at ${stepText(step)} + ${delayUs} us`
      return complaintsOf(scenario, simulate(scenario, { seed })).map((text) => `${what}: ${text}`)
    }),
  )
}
