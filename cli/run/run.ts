/** The `run` command: one scenario, one world, any number of trials, one folder with the result and its report. */
import { join } from 'node:path'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { environmentLines } from '../../reports/incidents.ts'
import { Screen, styleOf } from '../../reports/screen.ts'
import { summaryJson } from '../../reports/summary-json.ts'
import { headerText, summaryText } from '../../reports/terminal.ts'
import { runsFromSources } from '../../scenarios/entries.ts'
import { describePolicies } from '../../scenarios/file/policy-names.ts'
import type { Result } from '../../scenarios/result.ts'
import type { RunWorld } from '../../scenarios/worlds.ts'
import { exitCodeOfRun } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { refuseElsewhere } from '../local-options.ts'
import { print, untilInterrupted, version } from '../output.ts'
import { replayLine } from '../paste.ts'
import { begin, saveResult } from '../save-result.ts'
import { prepareExports, writeExports, writeExportsOfNothing } from './exports.ts'
import { type Request, refuseSwarm, requestOf, sameCourse } from './request.ts'
import { resultOfDone, runTrials, type TrialOptions } from './trials.ts'

export interface RunOptions extends Omit<TrialOptions, 'on' | 'brief'> {
  readonly file: string
  /** Undefined, as seed and trials: as the file's own run was, where it is a result or a report; else the simulator, once. */
  readonly on: RunWorld | undefined
  readonly seed: number | undefined
  readonly trials: number | undefined
  readonly expect: readonly string[]
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export async function run(asked: RunOptions): Promise<number> {
  const request = requestOf(asked)
  const { scenario, options } = request
  refuseSwarm(options.file)
  refuseElsewhere(options.on, options)
  const { seed } = options
  const folder = options.out ?? join('out', `${scenario.name}-${options.on}-${seed}`)
  prepareExports(options.exports)
  const beginning = begin()
  // Whoever reads the header may press Ctrl-C, and from sources that ends the compiler.
  if (runsFromSources()) await beginning
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
    const asked = Array.from({ length: options.trials }, (_, index) => ({
      scenario,
      seed: seed + index,
      folder,
      title: options.trials === 1 ? null : `trial ${index + 1} of ${options.trials}, seed ${seed + index}`,
    }))
    const done = await runTrials(asked, { ...options, brief: false }, screen, interrupt.signal)
    // What broke the first trial is all there is to say; what broke a later one is said below what was measured.
    if (done.broken !== null && done.trials.length === 0) {
      await writeExportsOfNothing(options.exports, scenario.name, done.broken.error)
      throw done.broken.error
    }
    const result = await resultOfDone(asked, done, options.on, await beginning)
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
