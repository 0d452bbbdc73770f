/**
 * Who was told ok for a write (STRONG or SESSION) sees it in every later STRONG or SESSION read of his session: the
 * write's own row, or one that may be newer (Terry et al., "Session Guarantees for Weakly Consistent Replicated Data",
 * PDIS 1994).
 *
 * Cannot see: that a row of somebody else, written at the same time as the session's own, is in truth the older one
 * (intervals do not tell; linearizable may); writes without an ok, which promise nothing; EVENTUAL operations.
 */

import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import { rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation, describeRead } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { isPromised, keyHistories, sessionsOf } from './session-history.ts'

const NAME = 'read-your-writes'

export const READ_YOUR_WRITES: Check = {
  name: NAME,
  says: 'a session sees what it has written',
  proves: 'no STRONG or SESSION read is older than what its session was told ok for',
  cannotSee: 'which of two concurrent writes is the newer one',
  evidence: ['history'],
  promisedBy: ['survives-failover'],
  level: 'SESSION',
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const histories = keyHistories(record)
  for (const [session, operations] of sessionsOf(rowsOf(record.operations))) {
    const newest = new Map<number, Operation>()
    for (const operation of operations) {
      if (operation.outcome !== 'ok' || !isPromised(operation)) continue
      if (operation.kind === 'write') {
        newest.set(operation.key, operation)
        continue
      }
      const own = newest.get(operation.key)
      const shown = histories.shownBy(operation)
      if (own === undefined || shown === undefined) continue
      findings.examined++
      if (histories.isOlder(shown, own))
        findings.violation(
          'own-write-missing',
          () =>
            `session ${session} wrote ${describeOperation(own)}; then ${describeRead(operation)}, which ${shown === null ? 'is none' : 'is older'}`,
        )
    }
  }
  return findings.conclude(NAME, {
    pass: () => `${count(findings.examined, 'read')} of keys that their session had written: none shows an older row`,
    fail: () => `${findings.violations} of ${count(findings.examined, 'read')} miss what their own session had written`,
    nothing: 'no session read (STRONG or SESSION) a key that it had written',
  })
}
