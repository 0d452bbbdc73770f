/**
 * At most one leader per term: no epoch (a Raft term) has two sources, by what was recorded of reigns and, without
 * trusting that record, by who answered the clients in each epoch. Several reigns of one epoch are no second leader
 * where member and server_uuid are the same: k is lowered by a further row.
 *
 * Cannot see: a leader that neither was recorded nor answered anybody ok; two leaders in different epochs at once,
 * which elections permit (that only one of them can acknowledge is single-writer).
 */

import { type Reign, reignsOf } from '../measures/reigns.ts'
import type { RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation, moment } from './evidence-text.ts'
import { count, Findings } from './findings.ts'

const NAME = 'elections-safe'

export const ELECTIONS_SAFE: Check = {
  name: NAME,
  says: 'at most one leader per epoch',
  proves: 'no epoch (Raft term) has two leaders, by the record of reigns and by who answered in it',
  cannotSee: 'a leader that was not recorded and answered nobody',
  evidence: ['decisions', 'history'],
  promisedBy: [],
  level: null,
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const leaders = new Map<number, Reign>()
  for (const reign of reignsOf(record.events)) {
    findings.examined++
    const first = leaders.get(reign.epoch)
    if (first === undefined) leaders.set(reign.epoch, reign)
    else if (first.source !== reign.source || first.sourceUuid !== reign.sourceUuid)
      findings.violation(
        'two-leaders',
        () =>
          `epoch ${reign.epoch} has two leaders: ${describeReign(first)} at ${moment(first.atUs)} and ${describeReign(reign)} at ${moment(reign.atUs)}`,
      )
  }
  const answered = new Set<string>()
  for (const operation of record.operations) {
    const { outcome, consistency, kind, epoch, node } = operation
    // Replicas answer reads, and their epoch is only what the coordinator believed.
    if (outcome !== 'ok' || epoch === null || node === null || (kind === 'read' && consistency !== 'STRONG')) continue
    const leader = leaders.get(epoch)
    if (leader?.source === node || answered.has(`${epoch} ${node}`)) continue
    answered.add(`${epoch} ${node}`)
    if (leader === undefined)
      findings.undecidable(
        'no-leader-recorded',
        () => `${describeOperation(operation)}: no leader of epoch ${epoch} was recorded`,
      )
    else
      findings.violation(
        'answered-by-another',
        () =>
          `epoch ${epoch} is led by ${describeReign(leader)}, but ${describeOperation(operation)} was answered in it`,
      )
  }
  return findings.conclude(NAME, {
    pass: () => `${count(leaders.size, 'epoch')}, one leader in each`,
    fail: () => `${count(findings.violations, 'epoch')} with two leaders, of ${leaders.size}`,
    nothing: 'no election was recorded',
  })
}

function describeReign({ source, sourceUuid }: Reign): string {
  return `${source} (${sourceUuid})`
}
