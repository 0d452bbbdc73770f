/** One seed of a swarm: draw, simulate, judge; and a failure made small. Functions of the space and the seed alone. */
import { ScenarioError } from '../scenarios/file/errors.ts'
import { scenarioOf } from '../scenarios/file/load.ts'
import { overlay, type Written } from '../scenarios/file/written.ts'
import { verdictOn } from '../scenarios/judge.ts'
import type { RunRecord } from '../scenarios/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { drawScenario } from '../scenarios/swarm/draw.ts'
import { brokenOff, outcomeOf, type SwarmOutcome } from '../scenarios/swarm/outcome.ts'
import { type Failing, type Shrunk, shrink } from '../scenarios/swarm/shrink.ts'
import type { Space } from '../scenarios/swarm/space.ts'
import { timedByEvents } from '../scenarios/swarm/timed-by-events.ts'
import { failingUnderEverySeed } from '../scenarios/swarm/under-every-seed.ts'
import { simulate } from './run.ts'

/** Null: it was told to stop. */
export function runSeed(space: Space, seed: number, shouldStop: () => boolean): SwarmOutcome | null {
  return runWritten(drawScenario(space, seed), seed, shouldStop).outcome
}

interface SwarmRun {
  readonly scenario: Scenario
  /** Null: the run was told to stop, or broke off. */
  readonly record: RunRecord | null
  /** Null: the run was told to stop. */
  readonly outcome: SwarmOutcome | null
}

/** Throws a ScenarioError where the scenario says what cannot be. */
export function runWritten(written: Written, seed: number, shouldStop: () => boolean): SwarmRun {
  const scenario = scenarioOf(written, `swarm seed ${seed}`)
  try {
    const record = simulate(scenario, { seed, shouldStop })
    if (!record.complete) return { scenario, record: null, outcome: null }
    return { scenario, record, outcome: outcomeOf(scenario, record) }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ScenarioError) throw error
    return { scenario, record: null, outcome: brokenOff(scenario, seed, error) }
  }
}

interface ShrinkFailureOptions {
  readonly limit: number
  readonly onProgress?: (runs: number, best: Failing) => void
  readonly shouldStop: () => boolean
  /** What is made small is a failure of what `instead` replaces. */
  readonly accusation?: Accusation | null
}

export interface Accusation {
  /** A check, or the path of an expected number. */
  readonly check: string
  /** The sound form, laid over the scenario. */
  readonly instead: Written
  /** What a small scenario has to say as well. */
  readonly keep: Written
}

/** The simplest scenario found that fails the same check. */
export function shrinkFailure(start: Failing, check: string, options: ShrinkFailureOptions): Shrunk {
  const { accusation = null, shouldStop } = options
  const kept = ({ written, seed }: Failing): Failing => ({ written: overlay(written, accusation?.keep ?? {}), seed })
  const fails = (candidate: Failing) =>
    accusation === null ? failsCheck(candidate, check, shouldStop) : convicts(kept(candidate), accusation, shouldStop)
  const small = shrink(start, check, { ...options, fails })
  const steady = failingUnderEverySeed(small, fails)
  const recordOf = (failing: Failing) => runWritten(kept(failing).written, failing.seed, shouldStop).record
  return { ...small, ...kept(timedByEvents(steady, fails, recordOf)) }
}

/** The check fails, and passes with the sound form under the same seed. */
export function convicts(
  { written, seed }: Failing,
  { check, instead }: Accusation,
  shouldStop: () => boolean,
): boolean {
  if (!failsCheck({ written, seed }, check, shouldStop)) return false
  const { scenario, record } = runWritten(overlay(written, instead), seed, shouldStop)
  return record !== null && verdictOn(check, scenario, record) === 'pass'
}

function failsCheck({ written, seed }: Failing, check: string, shouldStop: () => boolean): boolean {
  try {
    const { outcome } = runWritten(written, seed, shouldStop)
    return outcome?.failures.some((failure) => failure.check === check) ?? false
  } catch (error) {
    if (error instanceof ScenarioError) return false
    throw error
  }
}
