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
import { failsAudit, foreseen, verdictOf } from './verdict.ts'

interface Reason {
  readonly of: 'check' | 'audit' | 'expectation' | 'environment' | 'run'
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
  /** Of the servers' files and tables; absent: it is none of real servers that came to its end. */
  readonly audit?: Result['audit']
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
    ...(result.audit === undefined ? {} : { audit: result.audit }),
    ...(result.environment === undefined ? {} : { environment: result.environment }),
    ...summary,
  }
}

/** Everything that did not pass and was not expected to. */
export function reasonsOf(result: Result): Reason[] {
  const checks = result.checks
    .filter((check) => check.verdict !== 'pass' && !foreseen(result, check))
    .map((check): Reason => ({ of: 'check', name: check.name, verdict: check.verdict, text: firstLine(check) }))
  const { audit } = result
  const audits =
    audit === undefined || !failsAudit(result)
      ? []
      : [{ of: 'audit', name: 'audit', verdict: audit.verdict, text: firstLine(audit) } as const]
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
  return [...incidents, ...checks, ...audits, ...expectations, ...(result.complete ? [] : [stopped])]
}

function firstLine({ detail, evidence: [first] }: CheckResult): string {
  return first === undefined || first === detail ? detail : `${detail}: ${first}`
}
