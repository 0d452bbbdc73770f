/**
 * What the scenario expected, held against what happened. A path walks the summary (`failoverMs.max`,
 * `latencyMs.write.p99`, `failovers.0.durationMs`); `checks.<name>` is one check's verdict, and `checks` alone stands
 * for every check that has no expectation of its own.
 *
 * A path that leads nowhere fails, with what was there instead: an expectation that silently held because of a typing
 * error would be worse than none. A number that is not there (no failover, or one that never ended) fails too; an
 * outage that never happened is 0. A check that could not decide leaves the expectation on it undecided, which is not enough either.
 */
import { OUTCOME_WORDS } from './measures/durations.ts'
import type { CheckResult, ExpectationResult, Result, Summary, Verdict } from './result.ts'
import type { DurationOutcome } from './result-durations.ts'
import type { Expectation } from './scenario.ts'

export function judgeExpectations(
  expectations: readonly Expectation[],
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
    return { ...result, ...judgePath(summary, expectation) }
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

function judgePath(summary: Summary, { path, op, limit }: Expectation): Judged {
  let value: unknown = summary
  let within: unknown = null
  let walked = 'summary'
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object')
      return { actual: `no such path: ${walked} is ${value}`, verdict: 'fail' }
    if (!Object.hasOwn(value, key)) {
      const keys = Array.isArray(value) ? `${value.length} entries, length` : Object.keys(value).join(', ')
      return { actual: `no such path: ${walked} has ${keys || 'nothing'}`, verdict: 'fail' }
    }
    within = value
    value = (value as Record<string, unknown>)[key]
    walked = walked === 'summary' ? key : `${walked}.${key}`
  }
  if (value === null) return { actual: whyNone(within as object), verdict: 'fail' }
  if (typeof value !== 'number' && typeof value !== 'string')
    return { actual: `no single value: ${walked} has ${Object.keys(value as object).join(', ')}`, verdict: 'fail' }
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

/** 0: every expectation holds, and every check passes or ended as an expectation on it said it would. 1 otherwise. */
export function exitCodeOf(result: Pick<Result, 'checks' | 'expectations'>): 0 | 1 {
  if (result.expectations.some(({ verdict }) => verdict !== 'pass')) return 1
  const expected = new Set(result.expectations.map(({ path }) => path))
  const fine = result.checks.every(
    ({ name, verdict }) => verdict === 'pass' || expected.has(`checks.${name}`) || expected.has('checks'),
  )
  return fine ? 0 : 1
}
