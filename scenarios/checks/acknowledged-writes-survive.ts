/**
 * A client that was told ok for a STRONG write (or a SESSION one, which is acknowledged alike) was promised that the
 * write stays. Replicas that agree with one another
 * prove nothing about that: they may agree on having lost it. So the audit starts from the client's own evidence, the
 * GTID of its OK packet, and looks for it in what the final source executed; and, because a GTID says which transaction
 * but not what it did, for the operation's own row as well.
 *
 * The final source decides. A replica that has not caught up yet lacks the newest transactions without having lost
 * them (replicas-converge judges that); but a replica that executed a *later* transaction of the same server, or has
 * the GTID without its row, will never get the write any more: that is a loss on that replica.
 */

import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import { numbersOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { type ReadNode, readEndState } from './servers-at-end.ts'
import { isPromised } from './session-history.ts'

const NAME = 'acknowledged-writes-survive'

export const ACKNOWLEDGED_WRITES_SURVIVE: Check = {
  name: NAME,
  says: 'no acknowledged STRONG write is lost',
  proves:
    'every STRONG or SESSION write that was answered ok is on the final source, by GTID and by row, and on no replica gone for good',
  cannotSee:
    'a write that a replica has not applied yet (`replicas-converge`); anything where the final source cannot be read',
  evidence: ['history', 'end-state'],
  promisedBy: ['survives-failover'],
  level: null,
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const end = readEndState(record)
  const replicas = end.members.filter((member) => member !== end.source)
  let gone = 0
  let strong = 0
  for (const operation of record.operations) {
    if (operation.kind !== 'write' || operation.outcome !== 'ok' || !isPromised(operation)) continue
    strong++
    if (end.source === null) continue
    findings.examined++
    const atSource = missingFrom(end.source, operation)
    if (atSource !== null) {
      gone++
      findings.violation(
        'gone-from-source',
        () => `${describeOperation(operation)}: ${atSource} on the final source ${end.source!.node}`,
      )
      continue
    }
    if (operation.gtid === null)
      findings.undecidable(
        'no-gtid',
        () => `${describeOperation(operation)}: its row is there, but it was answered without a GTID`,
      )
    for (const replica of replicas) {
      const lost = lostOn(replica, operation)
      if (lost !== null)
        findings.violation(
          'gone-from-replica',
          () => `${describeOperation(operation)}: ${lost} on replica ${replica.node}`,
        )
    }
  }
  if (end.source === null && strong > 0)
    findings.undecidable(
      'no-final-source',
      () =>
        `${count(strong, 'acknowledged write')} cannot be looked for: ${[end.sourceMissing, ...end.unreadable.map(({ node, reason }) => `${node}: ${reason}`)].join('; ')}`,
    )
  for (const { node, reason } of end.unreadable)
    if (end.source !== null && strong > 0)
      findings.undecidable('unreadable', () => `${node} could not be audited: ${reason}`)
  return findings.conclude(NAME, {
    pass: () => `all ${findings.examined} acknowledged STRONG writes are on ${end.source!.node}, by GTID and by row`,
    fail: () =>
      gone > 0
        ? `${gone} of ${findings.examined} acknowledged STRONG writes are gone from ${end.source!.node}`
        : `acknowledged STRONG writes are on ${end.source!.node}, but gone from a replica for good`,
    nothing: 'no STRONG write was acknowledged',
  })
}

/** What is missing of an acknowledged write on a server, in words; null when nothing is. */
export function missingFrom(member: ReadNode, operation: Operation): string | null {
  const row = hasRows(member, operation)
  const gtid = operation.gtid === null || member.gtids.has(operation.gtid)
  if (row && gtid) return null
  if (row) return 'its row is there, its GTID is not executed'
  if (gtid && operation.gtid !== null) return 'its GTID is executed, its row is missing'
  return 'its GTID and row are missing'
}

function lostOn(replica: ReadNode, operation: Operation): string | null {
  const { gtid } = operation
  if (gtid === null) return null
  if (replica.gtids.has(gtid)) return hasRows(replica, operation) ? null : 'its GTID is executed, its row is missing'
  const highest = replica.executed.highest(gtid.uuid)
  return highest > gtid.number ? `its GTID is missing below the executed number ${highest}` : null
}

/** All of its rows: a transaction of which some are missing is as good as lost. */
function hasRows({ rows }: ReadNode, operation: Operation): boolean {
  return operation.moreKeys === undefined ? rows.has(operation.op) : numbersOf(operation).every((op) => rows.has(op))
}
