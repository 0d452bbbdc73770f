/**
 * What a run amounts to. A check that fails as the scenario expected it to (`checks.timestamps-ordered: fail`) is a
 * finding and no failure: what decides is the expectation, as in the exit code.
 */
import { isMadeToFail } from '../scenarios/measures/expectations.ts'
import type { CheckResult, Result, Verdict } from '../scenarios/result.ts'

export function verdictOf(result: Result): Verdict {
  const judged: Verdict[] = [
    ...result.expectations.map(({ verdict }) => verdict),
    ...result.checks.filter((check) => !foreseen(result, check)).map(({ verdict }) => verdict),
    ...(failsAudit(result) ? (['fail'] as const) : []),
  ]
  if (judged.includes('fail')) return 'fail'
  if (judged.includes('unknown') || !result.complete) return 'unknown'
  return 'pass'
}

/** And that is not what its scenario was made to show. */
export function failsAudit(result: Result): boolean {
  return result.audit?.verdict === 'fail' && !isMadeToFail(result)
}

/** The scenario names this check and got what it expected. */
export function foreseen(result: Result, check: CheckResult): boolean {
  return result.expectations.some(
    ({ path, verdict }) => (path === `checks.${check.name}` || path === 'checks') && verdict === 'pass',
  )
}

export function verdictWord(verdict: Verdict): string {
  if (verdict === 'pass') return 'pass'
  return verdict === 'fail' ? 'fail' : 'undecided'
}

/** One line: what held and what did not. */
export function verdictLine(result: Result): string {
  const broken = result.checks.filter((check) => check.verdict === 'fail' && !foreseen(result, check))
  // `checks: pass` fails with the check that is named already.
  const missed = result.expectations.filter(
    ({ path, verdict }) => verdict === 'fail' && !(path === 'checks' && broken.length > 0),
  )
  const undecided = result.checks.filter((check) => check.verdict === 'unknown' && !foreseen(result, check))
  const asExpected = result.checks.filter((check) => check.verdict === 'fail' && foreseen(result, check))
  const parts: string[] = []
  const names = [...broken.map(({ name }) => name), ...(failsAudit(result) ? ['audit'] : [])]
  if (names.length > 0) parts.push(`broken: ${names.join(', ')}`)
  if (missed.length > 0)
    parts.push(`not met: ${missed.map(({ path, op, limit }) => `${path} ${op} ${limit}`).join(', ')}`)
  if (undecided.length > 0) parts.push(`could not be decided: ${undecided.map(({ name }) => name).join(', ')}`)
  if (asExpected.length > 0) parts.push(`fails, as expected: ${asExpected.map(({ name }) => name).join(', ')}`)
  if (parts.length > 0) return parts.join('; ')
  const held = [counted(result.checks.length, 'check'), counted(result.expectations.length, 'expectation')]
  const all = result.checks.length + result.expectations.length
  if (all === 0) return 'nothing was checked'
  return `${held.filter((part) => !part.startsWith('0 ')).join(' and ')} ${all === 1 ? 'holds' : 'hold'}`
}

function counted(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}
