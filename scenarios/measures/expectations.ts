/**
 * What the scenario expected, held against what happened. A path walks the summary of a trial (`operations.failed`,
 * `latencyMs.write.p99`, `failovers.0.durationMs`) and must hold in every trial: the worst one is what is told, with its
 * seed. `median(operations.failed)` and the fields of `failoverMs`, `plannedMoveMs` and `clientOutageMs` are one number over all trials.
 * `checks.<name>` is one check's verdict, and `checks` alone stands for every check that has no expectation of its own.
 *
 * A path that leads nowhere fails, with what was there instead: an expectation that silently held because of a typing
 * error would be worse than none. A number that is not there (no failover, or one that never ended) fails too; an
 * outage that never happened is 0. A check that could not decide leaves the expectation on it undecided, which is not enough either.
 */

import type { CheckResult, ExpectationResult, Result, Summary, Verdict } from '../result.ts'
import type { DurationOutcome } from '../result-durations.ts'
import type { Expectation } from '../scenario.ts'
import { OUTCOME_WORDS } from './durations.ts'
import { finiteOrNull, median } from './statistics.ts'
import { type Aggregate, isOverTrials, readAggregate } from './summary-paths.ts'

interface TrialSummary {
  readonly seed: number
  readonly summary: Summary
}

/** `trials`: the summary of each alone, at least one; `summary`: of all, as the result has it. */
export function judgeExpectations(
  expectations: readonly Expectation[],
  trials: readonly TrialSummary[],
  summary: Summary,
  checks: readonly CheckResult[],
): ExpectationResult[] {
  const named = new Set(expectations.map(({ path }) => path))
  return expectations.map((expectation) => {
    const { path, op, limit } = expectation
    const result = { path, op, limit }
    if (path === 'checks') {
      const rest = checks.filter(({ name }) => !named.has(`checks.${name}`))
      return { ...result, ...judgeAllChecks(rest, expectation) }
    }
    if (path.startsWith('checks.')) {
      const found = checks.find(({ name }) => path === `checks.${name}`)
      if (found !== undefined) return { ...result, ...judgeCheck(found, expectation) }
      const known = checks.length === 0 ? 'no checks' : checks.map(({ name }) => name).join(', ')
      return { ...result, actual: `no such check; the scenario runs ${known}`, verdict: 'fail' }
    }
    const { aggregate, path: inner } = readAggregate(path)
    if (isOverTrials(path)) return { ...result, ...judgeValue(valueAt(summary, path), expectation) }
    if (aggregate !== null) return { ...result, ...judgeAggregate(aggregate, inner, trials, expectation) }
    return { ...result, ...judgeEach(trials, expectation) }
  })
}

interface Judged {
  readonly actual: number | string | null
  readonly verdict: Verdict
}

function judgeCheck(check: CheckResult, { op, limit }: Expectation): Judged {
  const holds = compareValues(check.verdict, op, limit)
  if (holds === null) return { actual: `${check.verdict} (a check is pass, fail or unknown)`, verdict: 'fail' }
  if (holds) return { actual: check.verdict, verdict: 'pass' }
  return { actual: check.verdict, verdict: check.verdict === 'unknown' ? 'unknown' : 'fail' }
}

function judgeAllChecks(checks: readonly CheckResult[], expectation: Expectation): Judged {
  if (checks.length === 0) return { actual: 'no checks', verdict: 'unknown' }
  const judged = checks.map((check) => ({ check, ...judgeCheck(check, expectation) }))
  const worst = judged.find(({ verdict }) => verdict === 'fail') ?? judged.find(({ verdict }) => verdict === 'unknown')
  if (worst === undefined) return { actual: checks[0]!.verdict, verdict: 'pass' }
  const others = judged.filter(({ verdict }) => verdict !== 'pass').map(({ check }) => `${check.name} ${check.verdict}`)
  return { actual: others.join(', '), verdict: worst.verdict }
}

/** It holds where it holds in every trial; what is told is the worst of them. */
function judgeEach(trials: readonly TrialSummary[], expectation: Expectation): Partial<ExpectationResult> & Judged {
  const judged = trials.map(({ seed, summary }) => {
    const value = valueAt(summary, expectation.path)
    return { seed, value, ...judgeValue(value, expectation) }
  })
  const worst = judged.reduce((a, b) => (badness(b, expectation) > badness(a, expectation) ? b : a))
  const { actual, verdict } = worst
  if (trials.length === 1) return { actual, verdict }
  const missed = judged.filter((one) => one.verdict !== 'pass').length
  return { actual, verdict, seed: worst.seed, trials: trials.length, missed }
}

/** The larger, the worse: without a number worst of all, then those that miss, each by how far from the limit. */
function badness({ value, verdict }: { readonly value: Found } & Judged, { op, limit }: Expectation): number {
  if (value.kind !== 'number' || typeof limit !== 'number') return verdict === 'pass' ? 0 : Number.POSITIVE_INFINITY
  if (op === '<' || op === '<=') return value.number
  if (op === '>' || op === '>=') return -value.number
  return op === '==' ? Math.abs(value.number - limit) : -Math.abs(value.number - limit)
}

function judgeAggregate(
  aggregate: Aggregate,
  path: string,
  trials: readonly TrialSummary[],
  expectation: Expectation,
): Judged {
  const numbers: (number | null)[] = []
  for (const { seed, summary } of trials) {
    const value = valueAt(summary, path)
    if (value.kind === 'number') numbers.push(value.number)
    // A duration that never ended counts as infinitely long, as everywhere.
    else if (value.kind === 'never') numbers.push(null)
    else return { actual: `seed ${seed}: ${judgeValue(value, expectation).actual}`, verdict: 'fail' }
  }
  const number = aggregateOf(aggregate, numbers)
  return judgeValue(
    number === null ? { kind: 'never', why: OUTCOME_WORDS.open } : { kind: 'number', number },
    expectation,
  )
}

/** Null: infinite. */
function aggregateOf(aggregate: Aggregate, numbers: readonly (number | null)[]): number | null {
  const values = numbers.map((number) => number ?? Number.POSITIVE_INFINITY)
  switch (aggregate) {
    case 'median':
      return median(numbers)
    case 'min':
      return finiteOrNull(Math.min(...values))
    case 'max':
      return finiteOrNull(Math.max(...values))
    case 'mean':
      return finiteOrNull(values.reduce((sum, one) => sum + one, 0) / values.length)
  }
}

/** What stands at a path. */
type Found =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'word'; readonly word: string }
  /** `never`: it has no number; `nothing`: there is no such path. */
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'nothing'; readonly why: string }

function valueAt(summary: Summary, path: string): Found {
  let value: unknown = summary
  let within: unknown = null
  let walked = 'summary'
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object')
      return { kind: 'nothing', why: `no such path: ${walked} is ${value}` }
    if (!Object.hasOwn(value, key)) {
      const keys = Array.isArray(value) ? `${entries(value.length)}, length` : Object.keys(value).join(', ')
      return { kind: 'nothing', why: `no such path: ${walked} has ${keys || 'nothing'}` }
    }
    within = value
    value = (value as Record<string, unknown>)[key]
    walked = walked === 'summary' ? key : `${walked}.${key}`
  }
  if (value === null) return { kind: 'never', why: whyNone(within as object) }
  if (typeof value === 'number') return { kind: 'number', number: value }
  if (typeof value === 'string') return { kind: 'word', word: value }
  return { kind: 'nothing', why: `no single value: ${walked} has ${Object.keys(value as object).join(', ')}` }
}

function entries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`
}

function judgeValue(found: Found, { op, limit }: Expectation): Judged {
  if (found.kind === 'nothing' || found.kind === 'never') return { actual: found.why, verdict: 'fail' }
  const value = found.kind === 'number' ? found.number : found.word
  const holds = compareValues(value, op, limit)
  if (holds === null) return { actual: `${value}, not comparable with ${JSON.stringify(limit)}`, verdict: 'fail' }
  return { actual: value, verdict: holds ? 'pass' : 'fail' }
}

/** A number that is not there: durations say beside it whether they never happened or never ended. */
function whyNone(within: { readonly outcome?: DurationOutcome }): string {
  return within.outcome === undefined ? 'none: it was not measured' : OUTCOME_WORDS[within.outcome]
}

/** Null where the question makes no sense: a number against a word, or an order among words. */
function compareValues(actual: number | string, op: Expectation['op'], limit: number | string): boolean | null {
  if (typeof actual !== typeof limit) return null
  switch (op) {
    case '==':
      return actual === limit
    case '!=':
      return actual !== limit
    default:
      if (typeof actual !== 'number' || typeof limit !== 'number') return null
      if (op === '<') return actual < limit
      if (op === '<=') return actual <= limit
      if (op === '>') return actual > limit
      return actual >= limit
  }
}

/** Whether the scenario expects a check to fail: then what the audit finds has been made on purpose. */
export function isMadeToFail({
  expectations,
}: {
  readonly expectations: readonly Pick<Expectation, 'path' | 'limit'>[]
}): boolean {
  return expectations.some(({ path, limit }) => path.startsWith('checks') && limit === 'fail')
}

/**
 * 0: every expectation holds, every check passes or ended as an expectation on it said it would, and the audit has found
 * nothing. 1 otherwise.
 */
export function exitCodeOf(result: Pick<Result, 'checks' | 'expectations' | 'audit'>): 0 | 1 {
  if (result.audit?.verdict === 'fail' && !isMadeToFail(result)) return 1
  if (result.expectations.some(({ verdict }) => verdict !== 'pass')) return 1
  const expected = new Set(result.expectations.map(({ path }) => path))
  const fine = result.checks.every(
    ({ name, verdict }) => verdict === 'pass' || expected.has(`checks.${name}`) || expected.has('checks'),
  )
  return fine ? 0 : 1
}
