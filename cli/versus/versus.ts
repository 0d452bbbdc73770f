/**
 * The `versus` command: the question of one scenario, asked of several forms of a cluster with the same seeds. What a
 * simple form breaks is what one wanted to see, so it ends with 0 like `compare`, whatever the checks say.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { Screen, styleOf } from '../../reports/screen.ts'
import { headerText } from '../../reports/terminal.ts'
import { versusJson, versusText } from '../../reports/versus.ts'
import { CHECKS } from '../../scenarios/checks/checks.ts'
import { loadWritten, parseScenario } from '../../scenarios/file/load.ts'
import { describePolicies } from '../../scenarios/file/policy-names.ts'
import { type Written, writtenText } from '../../scenarios/file/written.ts'
import { compareAll } from '../../scenarios/measures/compare-results.ts'
import type { Result } from '../../scenarios/result.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { promisedChecks } from '../../scenarios/swarm/promised-checks.ts'
import { EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { refuseElsewhere } from '../local-options.ts'
import { print, untilInterrupted, version } from '../output.ts'
import { refuseSwarm } from '../run/request.ts'
import { resultOfDone, runTrials, type TrialOptions } from '../run/trials.ts'
import { begin, saveCompared } from '../save-result.ts'
import { type Form, withForm } from './forms.ts'

interface VersusOptions extends Omit<TrialOptions, 'exports' | 'brief'> {
  readonly file: string
  /** At least two. */
  readonly forms: readonly Form[]
  /** Undefined: the scenario's. */
  readonly seed: number | undefined
  /** Of each form. */
  readonly trials: number
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export async function versus(options: VersusOptions): Promise<number> {
  const { forms, trials, on } = options
  refuseSwarm(options.file)
  refuseElsewhere(on, options)
  const asked = scenariosOf(options.file, forms)
  const { name } = asked[0]!
  const seed = options.seed ?? asked[0]!.seed
  const folder = options.out ?? join('out', `versus-${name}-${on}-${seed}`)
  const paths = forms.map((form, index) => join(folder, fileOf(form, index === forms.length - 1)))
  const scenarios = asked.map((scenario, index) => ({ ...scenario, file: paths[index]! }))
  const release = claimFolder(folder)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() =>
    screen.line('  stopping: what there is will be written (once more to stop at once)'),
  )
  try {
    const style = styleOf(process.stderr, process.env)
    for (const [index, scenario] of scenarios.entries()) {
      const described = { ...scenario, ...describePolicies(scenario) }
      const header = headerText({ ...described, version, world: on, seed, trials }, style)
      screen.line(`${forms[index]!.name} (${forms[index]!.about}): ${header}`)
    }
    const trialsOf = (scenario: Scenario, index: number) =>
      Array.from({ length: trials }, (_, trial) => ({
        scenario,
        seed: seed + trial,
        folder: join(folder, forms[index]!.name),
        title: `${forms[index]!.name}, trial ${trial + 1} of ${trials}, seed ${seed + trial}`,
      }))
    const all = scenarios.map(trialsOf)
    const begun = begin()
    // Forms times trials are enough of them for more threads to pay; the result is the same for any number.
    const jobs = options.jobs ?? availableParallelism()
    const done = await runTrials(
      all.flat(),
      { ...options, jobs, brief: true, exports: NO_EXPORTS },
      screen,
      interrupt.signal,
    )
    if (done.broken !== null && done.trials.length === 0) throw done.broken.error
    const beginning = await begun
    const results: Result[] = []
    for (const [index, trialsAsked] of all.entries()) {
      const own = { ...done, trials: done.trials.slice(index * trials, (index + 1) * trials) }
      const result = await resultOfDone(trialsAsked, own, on, beginning)
      results.push({ ...result, scenario: { ...result.scenario, form: forms[index]!.name } })
    }
    const compared = { paths, results, comparisons: compareAll(results) }
    const report = await saveCompared(folder, compared)
    const text = `${versusText(compared, styleOf(process.stdout, process.env))}\n\n  report  ${report}\n  result  ${paths.at(-1)}\n`
    if (options.json) {
      screen.line(text)
      await print(versusJson(compared))
    } else await print(text)
    if (done.broken !== null) throw done.broken.error
    const incidents = results.flatMap(({ environment }) => environment?.incidents ?? [])
    if (incidents.length > 0) throw new EnvironmentError(incidents.map(({ what }) => what).join('\n'))
    return interrupt.signal.aborted ? EXIT.interrupted : EXIT.holds
  } finally {
    interrupt.release()
    release()
  }
}

const NO_EXPORTS = { junit: undefined, history: undefined, hdr: undefined }

/** The last form's is the result of the folder, so that other commands find it by the folder's name. */
function fileOf({ name }: Form, isLast: boolean): string {
  return isLast ? 'result.json' : `${name}.json`
}

/** One for each form, all with the same checks: those of the file, and whatever one form promises and another does not. */
function scenariosOf(file: string, forms: readonly Form[]): readonly Scenario[] {
  const { written } = loadWritten(file)
  const read = (form: Form, more: Written) =>
    parseScenario(writtenText({ ...withForm(written, form), ...more }), `${file} in the form ${form.name}`)
  const alone = forms.map((form) => read(form, {}))
  const promised = alone.map(({ algorithms, workload }) => promisedChecks({ algorithms, workload }))
  const telling = Object.keys(CHECKS).filter((name) => {
    const promising = promised.filter((names) => names.some((one) => one === name))
    return promising.length > 0 && promising.length < forms.length
  })
  const checks = [...new Set([...alone[0]!.checks, ...telling])]
  return forms.map((form) => read(form, { checks }))
}
