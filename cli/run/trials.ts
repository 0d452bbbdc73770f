/** Trials of one or several scenarios, told as they go, and what becomes of those that were begun. */
import { asEnvironmentError } from '../../real/drivers/environment-error.ts'
import { type Screen, styleOf } from '../../reports/screen.ts'
import { liveLine } from '../../reports/terminal.ts'
import { EventLines } from '../../reports/terminal-events.ts'
import { environmentOf, withUnbegun } from '../../scenarios/environment.ts'
import type { JudgedTrial } from '../../scenarios/judge.ts'
import type { Progress } from '../../scenarios/progress.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Result } from '../../scenarios/result.ts'
import { milliseconds, plural } from '../../scenarios/shown/numbers.ts'
import type { RunWorld } from '../../scenarios/worlds.ts'
import type { SimulatedTrial } from '../../sim/host/simulate-in-worker.ts'
import { Estimate } from '../estimate.ts'
import type { ServerOptions } from '../local-options.ts'
import { type Beginning, judgedTrial, resultOf } from '../save-result.ts'
import type { Exports } from './exports.ts'
import { type AskedTrial, onServers, simulated, type World } from './worlds.ts'

export interface TrialOptions extends ServerOptions {
  readonly on: RunWorld
  /** Simulator: threads; undefined: one. */
  readonly jobs: number | undefined
  /** `brief`: what happens in a trial is told where every decision is. */
  readonly brief: boolean
  /** Every decision is told. */
  readonly verbose: boolean
  readonly exports: Exports
}

interface TrialsDone {
  /** One for each trial that was begun and did not break. */
  readonly trials: readonly SimulatedTrial[]
  /** What ended the trials before their number was reached, other than an interrupt. */
  readonly broken: { readonly error: unknown } | null
}

/** They have one workload. */
export async function runTrials(
  asked: readonly AskedTrial[],
  options: TrialOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<TrialsDone> {
  const { durationUs } = asked[0]!.scenario.workload
  const style = styleOf(process.stderr, process.env)
  const told = new EventLines(style, options.verbose)
  const tell = (line: string) => {
    if (options.verbose || !options.brief) screen.line(line)
  }
  const trials: SimulatedTrial[] = []
  const estimate = new Estimate(`${plural(asked.length, 'trial')} of ${milliseconds(durationUs / 1000)}`)
  const listener = {
    onProgress: (progress: Progress) => {
      if (progress.phase === 'workload') {
        const share = Math.min(1, progress.atUs / durationUs)
        const long = estimate.at(options.on === 'sim' ? share : (trials.length + share) / asked.length)
        if (long !== null) screen.line(long)
      }
      screen.live(() => {
        const faults = [...progress.faults, ...told.standing]
        return liveLine({ ...progress, faults }, durationUs, style)
      })
    },
    onEvent: (event: Result['events'][number]) => {
      for (const line of told.add(event)) tell(line)
    },
  }
  const audience = { screen, listener, signal }
  let broken: TrialsDone['broken'] = null
  let world: World | null = null
  try {
    world = await (options.on === 'sim' ? simulated(options, audience) : onServers(options, audience))
    for await (const trial of world.trials(asked)) {
      trials.push(trial)
      for (const line of told.end()) tell(line)
      if (!trial.judged.record.complete) break
    }
  } catch (error) {
    if (!signal.aborted) broken = { error }
  } finally {
    for (const line of told.end()) tell(line)
    screen.close()
    await world?.end()
  }
  return { trials, broken }
}

/** `asked`: trials of one scenario, of which `done` says what became. */
export async function resultOfDone(
  asked: readonly AskedTrial[],
  done: TrialsDone,
  on: RunWorld,
  beginning: Beginning,
): Promise<Result> {
  const { scenario, seed } = asked[0]!
  const judged = done.trials.map((trial) => trial.judged)
  const trials = judged.length > 0 ? judged : [await judgedTrial(scenario, notBegun(on, seed))]
  return { ...(await resultOf(scenario, wholeOf(trials), beginning)), ...endOf(done, seed, asked.length) }
}

/** Statistics are over whole trials; a part of one is better than nothing where there is no other. */
function wholeOf(trials: readonly JudgedTrial[]): readonly JudgedTrial[] {
  const whole = trials.filter(({ record }) => record.complete)
  return whole.length > 0 ? whole : trials
}

/** Trials that ended early or were never begun are missing from the result: it is not complete, and says why. */
function endOf({ trials, broken }: TrialsDone, seed: number, wanted: number): Pick<Result, 'complete' | 'environment'> {
  const records = trials.map(({ judged }) => judged.record)
  const complete = records.length === wanted && records.every((record) => record.complete)
  const during = environmentOf(records)
  const unbegun = broken === null ? null : asEnvironmentError(broken.error)
  if (unbegun === null) return during === undefined ? { complete } : { complete, environment: during }
  const { atUs: _, ...particulars } = unbegun.particulars
  return { complete, environment: withUnbegun(during, seed + records.length, { what: unbegun.what, ...particulars }) }
}

/** The record of a trial that was interrupted before its workload began. */
function notBegun(world: RunRecord['world'], seed: number): RunRecord {
  const none = { operations: [], events: [], faults: [], nodes: [], lag: [], counters: {} }
  return { world, seed, ...none, endedUs: 0, healedUs: null, complete: false, digest: null, mysqlVersion: null }
}
