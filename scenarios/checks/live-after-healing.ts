/**
 * Every fault healed, the system goes on: a write that was sent after the healing is acknowledged by its quorum within
 * the bound; or too few members that count are left, for a take-over or, after a loss of data, for any source's writes
 * (failover/rules.md section 1). Then the trace has to say so within the bound (what still stands is stated again each
 * second), and it has to be true: `standing.ts` works out from what the harness saw whether safety forbade it. Any other
 * refusal, one that is not true, and silence, is a fail.
 *
 * With a liveness phase (`liveness: 3s`) everything is healed at the end of the workload and the bound is that phase.
 * Without one the check needs faults that end early: it judges the load after the last of them, with a bound of 10 s.
 *
 * Cannot see: a refusal that became true later than it was stated; a system that answers once and stops again later;
 * liveness of EVENTUAL operations and of reads; one replica that stays behind
 * (replicas-converge). It is undecided where the load ends before the bound does, or with faults still on.
 */
import type { Why } from '../../algorithms/reasons/why.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation, moment } from './evidence-text.ts'
import { Findings } from './findings.ts'
import { isPromised } from './session-history.ts'
import { whoCounts } from './who-counts.ts'

const NAME = 'live-after-healing'

export const LIVE_AFTER_HEALING: Check = {
  name: NAME,
  says: 'once everything is healed a write is acknowledged, or the quorum rule forbids it',
  proves:
    'a write sent after the last healing was acknowledged within the bound (the liveness phase; without one 10 s of load after faults that end early), or the quorum rule forbade it, by a refusal stated since',
  cannotSee:
    'whether that refusal states the facts; one answer and silence after it; reads. Undecided where the load ends too soon',
  evidence: ['history', 'decisions', 'end-state'],
  promisedBy: [],
  level: null,
  needsSource: false,
  judge: check,
}

/** Longer than a detection, a minimum term and a drain together, as tuned by default. */
const BOUND_US = 10_000_000
/** Too few members that count: for a take-over, or (after a loss of data) for any source's writes. */
const EXCUSES: ReadonlySet<Why['code']> = new Set<Why['code']>(['rule', 'too-few-replicas'])

type Refusal = Extract<TraceEvent, { kind: 'refused' }>

interface Healing {
  readonly atUs: number
  readonly boundUs: number
  /** When the last operation was offered. */
  readonly loadEndedUs: number
}

export function check(record: RunRecord, scenario: Scenario): CheckResult {
  const findings = new Findings()
  const healing = healingOf(record, scenario)
  if (typeof healing === 'string') {
    findings.undecidable('faults-still-on', () => healing)
    return conclude(findings, '')
  }
  const { atUs, boundUs } = healing
  let first: Operation | null = null
  // In a closed loop all clients may still wait, long after the healing, for what they had asked before it.
  let boundUntilUs =
    scenario.workload.mode === 'open' || record.healedUs !== null ? atUs + boundUs : Number.POSITIVE_INFINITY
  for (const operation of record.operations) {
    if (operation.kind !== 'write' || !isPromised(operation)) continue
    const { sentUs, endUs, outcome } = operation
    if (sentUs === null || sentUs < atUs) continue
    findings.examined++
    boundUntilUs = Math.min(boundUntilUs, sentUs + boundUs)
    if (outcome === 'ok' && endUs !== null && (first === null || endUs < first.endUs!)) first = operation
  }
  const healed = `everything was healed at ${moment(atUs)}`
  if (first !== null && first.endUs! <= boundUntilUs)
    return conclude(findings, `${healed}; ${(first.endUs! - atUs) / 1000} ms later ${describeOperation(first)}`)
  if (findings.examined === 0) return conclude(findings, '')
  const refusals = record.events.filter(
    (event) =>
      event.kind === 'refused' && event.atUs >= atUs && event.atUs <= boundUntilUs && isLatestWord(record, event.atUs),
  )
  const last = refusals.at(-1)
  const refusal = last?.kind === 'refused' ? last : null
  const { noTakeOver, noWrite } = whoCounts(record, scenario)
  const isForbidden = noTakeOver !== null || noWrite !== null
  if (refusal !== null && EXCUSES.has(refusal.why.code) && isForbidden)
    return conclude(
      findings,
      `${healed}, and no write could be acknowledged: ${refusal.reason} (${noTakeOver ?? noWrite})`,
    )
  const stated = whatWasStated(refusal, isForbidden)
  const late = first === null ? 'no write sent since was acknowledged' : `the first was ${describeOperation(first)}`
  if (healing.loadEndedUs < boundUntilUs && first === null)
    findings.undecidable(
      'too-soon',
      () => `${healed}, the load ended at ${moment(healing.loadEndedUs)}: too soon to tell; ${late}, ${stated}`,
    )
  else findings.violation('no-progress', () => `${healed}; within ${boundUs / 1e6} s ${late}, and ${stated}`)
  return conclude(findings, '')
}

function whatWasStated(refusal: Refusal | null, isForbidden: boolean): string {
  if (refusal === null) return 'no reason was stated'
  const { why, reason } = refusal
  if (EXCUSES.has(why.code) && !isForbidden) return `the reason stated is not true, as enough members count: ${reason}`
  return `the reason stated is none that safety permits: ${reason}`
}

function conclude(findings: Findings, passed: string): CheckResult {
  let line = ''
  const result = findings.conclude(NAME, {
    pass: () => passed,
    fail: () => line,
    nothing: 'no write (STRONG or SESSION) was offered after the healing',
  })
  line = result.evidence[0] ?? ''
  return result.verdict === 'fail' ? { ...result, detail: line } : result
}

/** When the last fault was undone; or why that cannot be said. */
function healingOf(record: RunRecord, scenario: Scenario): Healing | string {
  if (record.healedUs !== null) {
    // Probes go on for so long after the healing.
    const loadEndedUs = record.healedUs + scenario.livenessUs
    return { atUs: record.healedUs, boundUs: scenario.livenessUs, loadEndedUs }
  }
  let atUs = 0
  for (const { healedUs, label } of record.faults) {
    if (healedUs === null) return `${label} was still on when the load ended: give the scenario a liveness phase`
    atUs = Math.max(atUs, healedUs)
  }
  return { atUs, boundUs: BOUND_US, loadEndedUs: record.endedUs }
}

/** A reign that began afterwards has overtaken the refusal. */
function isLatestWord(record: RunRecord, refusedUs: number): boolean {
  return !record.events.some((event) => event.kind === 'reign' && event.atUs > refusedUs)
}
