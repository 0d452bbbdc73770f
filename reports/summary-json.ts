/** What `run --json` prints: the summary, and all that a script needs to know whether it may go on, and why not. */
import type {
  CheckResult,
  EnvironmentVerdict,
  ExpectationResult,
  Result,
  Summary,
  Verdict,
} from '../scenarios/result.ts'
import { actualText, wantedText } from './expectation.ts'
import { foreseen, verdictOf } from './verdict.ts'

interface Reason {
  readonly of: 'check' | 'expectation' | 'environment' | 'run'
  readonly name: string
  readonly verdict: Verdict
  readonly text: string
}

/** The summary's own fields stand beside these, as they always did. */
interface SummaryJson extends Summary {
  readonly verdict: Verdict
  readonly complete: boolean
  readonly scenario: string
  readonly world: Result['world']
  /** Of each trial; what is of one trial alone is of the first. */
  readonly seeds: readonly number[]
  /** Everything that did not pass and was not expected to; empty where the verdict is `pass`. */
  readonly reasons: readonly Reason[]
  readonly checks: readonly CheckResult[]
  readonly expectations: readonly ExpectationResult[]
  /** What the machine did to the run (exit code 3); absent: it held. */
  readonly environment?: EnvironmentVerdict
}

export function summaryJson(result: Result): SummaryJson {
  const { summary, complete, checks, expectations } = result
  return {
    verdict: verdictOf(result),
    complete,
    scenario: result.scenario.name,
    world: result.world,
    seeds: result.trials.map(({ seed }) => seed),
    reasons: reasonsOf(result),
    checks,
    expectations,
    ...(result.environment === undefined ? {} : { environment: result.environment }),
    ...summary,
  }
}

/** Everything that did not pass and was not expected to. */
export function reasonsOf(result: Result): Reason[] {
  const checks = result.checks
    .filter((check) => check.verdict !== 'pass' && !foreseen(result, check))
    .map(({ name, verdict, detail, evidence }): Reason => {
      const first = evidence[0] === undefined || evidence[0] === detail ? '' : `: ${evidence[0]}`
      return { of: 'check', name, verdict, text: `${detail}${first}` }
    })
  const expectations = result.expectations
    .filter(({ verdict }) => verdict !== 'pass')
    .map((one): Reason => {
      const text = `expected ${wantedText(one)}: ${actualText(one, String)}`
      return { of: 'expectation', name: one.path, verdict: one.verdict, text }
    })
  const incidents = (result.environment?.incidents ?? []).map(
    ({ kind, what }): Reason => ({ of: 'environment', name: kind, verdict: 'unknown', text: what }),
  )
  const stopped: Reason = {
    of: 'run',
    name: 'complete',
    verdict: 'unknown',
    text: 'the run was stopped before its end',
  }
  return [...incidents, ...checks, ...expectations, ...(result.complete ? [] : [stopped])]
}
