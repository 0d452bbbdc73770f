/** What `run` is asked for, complete: a result or a report brings its own world, seed and number of trials. */

import type { Refuse } from '../../scenarios/faults/written-fault.ts'
import type { EmbeddedRun } from '../../scenarios/file/embedded.ts'
import { ScenarioError, UsageError } from '../../scenarios/file/errors.ts'
import { readExpectations, splitExpectation } from '../../scenarios/file/expect.ts'
import { loadRun, loadWritten } from '../../scenarios/file/load.ts'
import { Mistakes } from '../../scenarios/file/mistakes.ts'
import { sourceOfWritten } from '../../scenarios/file/written.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { drawsEverything } from '../../scenarios/swarm/space.ts'
import type { RunWorld } from '../../scenarios/worlds.ts'
import { serverWorld } from '../arguments.ts'
import { COMMAND } from '../exit.ts'

interface Asked {
  readonly file: string
  readonly on: RunWorld | undefined
  readonly seed: number | undefined
  readonly trials: number | undefined
  /** As in a file's `expect:`, each `PATH: LIMIT`; they stand beside the file's own, and in place of one of the same path. */
  readonly expect: readonly string[]
}

/** The same options with nothing left open. */
type Complete<T extends Asked> = Omit<T, 'on' | 'seed' | 'trials'> & {
  readonly on: RunWorld
  readonly seed: number
  readonly trials: number
}

export interface Request<T extends Asked> {
  readonly scenario: Scenario
  readonly options: Complete<T>
  /** How it was run before, where the file is a result or a report. */
  readonly again: EmbeddedRun | null
}

/** Nothing would happen in it, in either world, and nothing that happened would be no verdict. */
export function refuseSwarm(file: string): void {
  if (!drawsEverything(loadWritten(file).written)) return
  throw new UsageError(
    `${file}: it states no faults and leaves them to \`fuzz\`; \`run\` draws nothing, so nothing would happen. ` +
      `Expected a scenario with faults of its own, found a swarm: \`${COMMAND} fuzz ${file} --seeds 1000\` draws from it in the ` +
      `simulator, and \`${COMMAND} replay FAILURE.json --on local\` runs on real servers what was found`,
  )
}

export function requestOf<T extends Asked>(asked: T): Request<T> {
  const { scenario: written, again } = loadRun(asked.file)
  const scenario = withExpectations(written, asked.expect)
  const before = serverWorld(again?.world) ?? 'sim'
  const options = {
    ...asked,
    on: asked.on ?? before,
    seed: asked.seed ?? again?.seed ?? scenario.seed,
    trials: asked.trials ?? again?.trials ?? 1,
  }
  return { scenario, options, again }
}

function withExpectations(scenario: Scenario, expect: readonly string[]): Scenario {
  if (expect.length === 0) return scenario
  const more = expect.map((text) => {
    const split = splitExpectation(text)
    if (split !== null) return split
    throw new UsageError(
      `--expect: expected PATH: LIMIT, such as 'operations.failed: < 5', found ${JSON.stringify(text)}`,
    )
  })
  const source = sourceOfWritten({ expect: Object.fromEntries(more) }, '--expect')
  const mistakes = new Mistakes()
  const refuse: Refuse = (path, what, expected, found) => {
    throw new ScenarioError('--expect', source.placeOf(path), what, expected, found)
  }
  const read = readExpectations(
    Object.fromEntries(more),
    scenario.cluster.nodes,
    scenario.checks,
    source,
    refuse,
    mistakes,
  )
  if (mistakes.some) mistakes.throwAll()
  const replaced = new Set(read.map(({ path }) => path))
  return { ...scenario, expectations: [...scenario.expectations.filter(({ path }) => !replaced.has(path)), ...read] }
}

/** Of a repetition in the simulator, where seed and trials are the same; null: there is nothing to compare. */
export function sameCourse(
  { again, options }: Request<Asked>,
  result: { readonly digest: string | null; readonly versions: { readonly quorumlab: string } },
): string | null {
  if (again === null || again.digest === null || options.on !== 'sim' || options.seed !== again.seed) return null
  if (result.digest === again.digest) return `${result.digest}, the same as in ${options.file}`
  const versions =
    again.quorumlab === result.versions.quorumlab
      ? ''
      : ` (it was run by quorumlab ${again.quorumlab}, this is ${result.versions.quorumlab})`
  return `${result.digest}, another than in ${options.file}${versions}`
}
