/** The `run` command: one scenario, one world, any number of trials, one folder with the result and its report. */
import { join } from 'node:path'
import { asEnvironmentError, EnvironmentError } from '../../real/drivers/environment-error.ts'
import { environmentLines } from '../../reports/incidents.ts'
import { Screen, styleOf } from '../../reports/screen.ts'
import { summaryJson } from '../../reports/summary-json.ts'
import { headerText, liveLine, summaryText } from '../../reports/terminal.ts'
import { EventLines } from '../../reports/terminal-events.ts'
import { environmentOf, withUnbegun } from '../../scenarios/environment.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { loadWritten } from '../../scenarios/file/load.ts'
import { describePolicies } from '../../scenarios/file/policy-names.ts'
import type { JudgedTrial } from '../../scenarios/judge.ts'
import type { Progress } from '../../scenarios/progress.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Result } from '../../scenarios/result.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { milliseconds, plural } from '../../scenarios/shown/numbers.ts'
import { drawsEverything } from '../../scenarios/swarm/space.ts'
import type { SimulatedTrial } from '../../sim/host/simulate-in-worker.ts'
import { Estimate } from '../estimate.ts'
import { COMMAND, exitCodeOfRun } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { print, untilInterrupted, version } from '../output.ts'
import { replayLine } from '../paste.ts'
import { begin, judgedTrial, resultOf, saveResult } from '../save-result.ts'
import { type Exports, prepareExports, writeExports, writeExportsOfNothing } from './exports.ts'
import { type Complete, type Request, requestOf, sameCourse } from './request.ts'
import { onServers, simulated, type World } from './worlds.ts'

export interface RunOptions {
  readonly file: string
  /** Undefined, as seed and trials: as the file's own run was, where it is a result or a report; else the simulator, once. */
  readonly on: 'sim' | 'local' | undefined
  readonly seed: number | undefined
  readonly trials: number | undefined
  /** Simulator: threads; undefined: the processors. */
  readonly jobs: number | undefined
  readonly expect: readonly string[]
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly basePort: number | undefined
  readonly exports: Exports
}

export async function run(asked: RunOptions): Promise<number> {
  const request = requestOf(asked)
  const { scenario, options } = request
  refuseSwarm(options.file)
  const { seed } = options
  const folder = options.out ?? join('out', `${scenario.name}-${options.on}-${seed}`)
  prepareExports(options.exports)
  const beginning = await begin()
  const release = claimFolder(folder)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() =>
    screen.line('  stopping: the partial result will be written (once more to stop at once)'),
  )
  try {
    const style = styleOf(process.stderr, process.env)
    screen.line(
      headerText(
        { ...scenario, ...describePolicies(scenario), version, world: options.on, seed, trials: options.trials },
        style,
      ),
    )
    const done = await trialsOf(scenario, seed, folder, options, screen, interrupt.signal)
    // What broke the first trial is all there is to say; what broke a later one is said below what was measured.
    if (done.broken !== null && done.trials.length === 0) {
      await writeExportsOfNothing(options.exports, scenario.name, done.broken.error)
      throw done.broken.error
    }
    const judged = done.trials.map((trial) => trial.judged)
    const trials = judged.length > 0 ? judged : [await judgedTrial(scenario, notBegun(options.on, seed))]
    const result = { ...(await resultOf(scenario, wholeOf(trials), beginning)), ...endOf(done, seed, options.trials) }
    const records = done.trials.flatMap(({ record }) => record ?? [])
    const troubles = [
      ...(await conclude(result, folder, request, screen)),
      ...(await writeExports(options.exports, result, records)),
    ]
    if (done.broken !== null) throw done.broken.error
    if (troubles.length > 0) throw new EnvironmentError(troubles.join('\n'))
    // The summary has said so, unless nobody sees it.
    if (options.quiet) for (const line of environmentLines(result)) console.error(line)
    return exitCodeOfRun(result, interrupt.signal.aborted)
  } finally {
    interrupt.release()
    release()
  }
}

/** Nothing would happen in it, in either world, and nothing that happened would be no verdict. */
function refuseSwarm(file: string): void {
  if (!drawsEverything(loadWritten(file).written)) return
  throw new UsageError(
    `${file}: it states no faults and leaves them to \`fuzz\`; \`run\` draws nothing, so nothing would happen. ` +
      `Expected a scenario with faults of its own, found a swarm: \`${COMMAND} fuzz ${file} --seeds 1000\` draws from it in the ` +
      `simulator, and \`${COMMAND} replay FAILURE.json --on local\` runs on real servers what was found`,
  )
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

interface TrialsDone {
  /** One for each trial that was begun and did not break. */
  readonly trials: readonly SimulatedTrial[]
  /** What ended the trials before their number was reached, other than an interrupt. */
  readonly broken: { readonly error: unknown } | null
}

async function trialsOf(
  scenario: Scenario,
  seed: number,
  folder: string,
  options: Complete<RunOptions>,
  screen: Screen,
  signal: AbortSignal,
): Promise<TrialsDone> {
  const style = styleOf(process.stderr, process.env)
  const told = new EventLines(style, options.verbose)
  const trials: SimulatedTrial[] = []
  const estimate = new Estimate(
    `${plural(options.trials, 'trial')} of ${milliseconds(scenario.workload.durationUs / 1000)}`,
  )
  const listener = {
    onProgress: (progress: Progress) => {
      if (progress.phase === 'workload') {
        const share = Math.min(1, progress.atUs / scenario.workload.durationUs)
        const long = estimate.at(options.on === 'sim' ? share : (trials.length + share) / options.trials)
        if (long !== null) screen.line(long)
      }
      screen.live(() => {
        const faults = [...progress.faults, ...told.standing]
        return liveLine({ ...progress, faults }, scenario.workload.durationUs, style)
      })
    },
    onEvent: (event: Result['events'][number]) => {
      for (const line of told.add(event)) screen.line(line)
    },
  }
  const audience = { screen, listener, signal }
  let broken: TrialsDone['broken'] = null
  let world: World | null = null
  try {
    world = await (options.on === 'sim'
      ? simulated(scenario, options, audience)
      : onServers(scenario, folder, options, audience))
    for await (const trial of world.trials(Array.from({ length: options.trials }, (_, index) => seed + index))) {
      trials.push(trial)
      for (const line of told.end()) screen.line(line)
      if (!trial.judged.record.complete) break
    }
  } catch (error) {
    if (!signal.aborted) broken = { error }
  } finally {
    for (const line of told.end()) screen.line(line)
    screen.close()
    await world?.end()
  }
  return { trials, broken }
}

/** Writes the files, prints the summary; returns what went wrong in writing. */
async function conclude(
  result: Result,
  folder: string,
  request: Request<RunOptions>,
  screen: Screen,
): Promise<readonly string[]> {
  const { options } = request
  const saved = await saveResult(folder, result)
  const digest = sameCourse(request, result)
  const closing = [
    '',
    summaryText(result, styleOf(options.json ? process.stderr : process.stdout, process.env)),
    '',
    `  report  ${saved.reportPath ?? 'none'}`,
    `  result  ${saved.resultPath ?? 'none'}`,
    ...(digest === null ? [] : [`  digest  ${digest}`]),
    `  replay  ${replayLine(options, result.seed)}`,
  ].join('\n')
  if (options.json) {
    screen.line(closing)
    await print(`${JSON.stringify(summaryJson(result), null, 2)}\n`)
  } else await print(`${closing}\n`)
  return saved.troubles
}

/** The record of a trial that was interrupted before its workload began. */
function notBegun(world: RunRecord['world'], seed: number): RunRecord {
  const none = { operations: [], events: [], faults: [], nodes: [], lag: [], counters: {} }
  return { world, seed, ...none, endedUs: 0, healedUs: null, complete: false, digest: null, mysqlVersion: null }
}
