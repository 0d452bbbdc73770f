/**
 * In one session timestamps ascend: each operation's is above those of the session's earlier operations, whatever
 * became of them. It is the part of real-time order that `hybrid` promises too.
 *
 * Cannot see: timestamps that their operation's client was never told (it gave up, or no answer came).
 */
import { compareTimestamps } from '../../algorithms/timestamps/timestamp.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { sessionsOf } from './session-history.ts'

const NAME = 'timestamps-session-monotone'

export const TIMESTAMPS_SESSION_MONOTONE: Check = {
  name: NAME,
  says: 'the timestamps of a session ascend',
  proves: 'the timestamps of a session ascend',
  cannotSee: 'timestamps whose client was never told',
  evidence: ['timestamps'],
  promisedBy: ['timestamps-in-session'],
  level: null,
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  for (const [session, operations] of sessionsOf(record.operations)) {
    let largest: Operation | null = null
    for (const operation of operations) {
      if (operation.timestamp === null) continue
      if (largest === null) {
        largest = operation
        continue
      }
      findings.examined++
      const earlier: Operation = largest
      if (compareTimestamps(operation.timestamp, earlier.timestamp!) > 0) largest = operation
      else
        findings.violation(
          'not-above-earlier',
          () => `session ${session}: ${describeOperation(earlier)}; but later ${describeOperation(operation)}`,
        )
    }
  }
  return findings.conclude(NAME, {
    pass: () => `${count(findings.examined, 'timestamp')} above all earlier ones of their session`,
    fail: () =>
      `${findings.violations} of ${count(findings.examined, 'timestamp')} are not above an earlier one of their session`,
    nothing: 'no session got two timestamps',
  })
}
