/**
 * When the faults are healed and the load has stopped, all members must end with the same history and the same data:
 * equal GTID sets, equal rows by operation, equal table checksums. Three views of one thing, because each is blind
 * somewhere: GTID sets do not see data that differs under equal names, rows by id do not see other columns, and a
 * checksum says that something differs but not what.
 *
 * A member that ended down or in quarantine has not converged, unless the scenario left it away: a server that it
 * crashed and that is down owes nothing, and the verdict says that it was left out. One in quarantine is back. The
 * harness waits for it to follow again; where that took longer than it waits, the verdict says so.
 */

import { keepsAway } from '../faults/facts.ts'
import type { FaultRecord, NodeEnd, Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import { numbersOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeGtids, describeOperation, moment } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { type ReadNode, readEndState } from './servers-at-end.ts'

const NAME = 'replicas-converge'

export const REPLICAS_CONVERGE: Check = {
  name: NAME,
  says: 'all servers hold the same data in the end',
  proves: 'all servers end with the same GTIDs, rows and checksum, and of each transaction with all rows or none',
  cannotSee: 'a server that the scenario left crashed; that all of them lost the same',
  evidence: ['end-state'],
  promisedBy: [],
  level: null,
  needsSource: true,
  judge: check,
}

export function check(record: RunRecord, scenario: Scenario): CheckResult {
  const findings = new Findings()
  const end = readEndState(record)
  const leftOut: string[] = []
  for (const node of record.nodes) {
    const state = absence(node)
    if (state === null) continue
    const excuse = node.role === 'quarantined' ? null : neverRestarted(record.faults, node.node)
    if (excuse === null) findings.violation('absent', () => `${node.node} ended ${state}`)
    else leftOut.push(`${node.node} ended ${state} and is left out: ${excuse}`)
  }
  for (const { node, reason } of end.unreadable)
    findings.undecidable('unreadable', () => `${node} could not be compared: ${reason}`)
  if (record.nodes.length < scenario.cluster.nodes)
    findings.undecidable(
      'not-all-looked-at',
      () => `${record.nodes.length} of ${count(scenario.cluster.nodes, 'member')} were looked at after the run`,
    )
  if (end.members.filter((member) => member.role === 'source').length > 1)
    findings.violation('several-sources', () => end.sourceMissing)

  const reference = end.source ?? end.members[0]
  // One server alone agrees with itself: that is no comparison.
  if (reference !== undefined && end.members.length > 1) {
    findings.examined = end.members.length
    for (const member of end.members) if (member !== reference) compare(reference, member, findings)
    for (const member of end.members) auditTransactions(member, record.operations, findings)
  }
  const waited = typeof record.unsettled === 'string' ? [`the harness waited: ${record.unsettled}`] : []
  const notes = [...leftOut, ...waited]
  const note = notes.length === 0 ? '' : `; ${notes.join('; ')}`
  return findings.conclude(NAME, {
    pass: () =>
      `${end.members.length} servers agree on ${count(reference!.executed.size, 'transaction')} and ${count(reference!.rows.size, 'row')}${note}`,
    fail: () => `${count(findings.violations, 'difference')} among ${count(record.nodes.length, 'member')}${note}`,
    nothing: `fewer than two servers could be compared${note}`,
  })
}

function compare(reference: ReadNode, member: ReadNode, findings: Findings): void {
  const pair = [
    [reference, member],
    [member, reference],
  ] as const
  for (const [has, lacks] of pair) {
    if (!lacks.executed.covers(has.executed)) {
      const missing = has.executed.minus(lacks.executed)
      findings.violation(
        'lacks-transactions',
        () =>
          `${lacks.node} lacks ${count(missing.size, 'transaction')} that ${has.node} executed: ${describeGtids(missing)}`,
      )
    }
    const rows = lacks.rows.missing(has.rows)
    if (rows.length > 0)
      findings.violation(
        'lacks-rows',
        () => `${lacks.node} lacks ${count(rows.length, 'row')} that ${has.node} has: operation ${firstOf(rows)}`,
      )
  }
  if (reference.tableChecksum === null || member.tableChecksum === null)
    findings.undecidable(
      'no-checksum',
      () => `${member.node} and ${reference.node} were not compared by checksum: one of the two was not read`,
    )
  else if (reference.tableChecksum !== member.tableChecksum)
    findings.violation(
      'checksums-differ',
      () =>
        `table checksums differ: ${reference.node} ${reference.tableChecksum}, ${member.node} ${member.tableChecksum}`,
    )
}

/** Of a transaction with several rows a server has all or none, and none of one that was answered as certainly not done. */
function auditTransactions({ node, rows }: ReadNode, operations: readonly Operation[], findings: Findings): void {
  for (const operation of operations) {
    if (operation.moreKeys === undefined) continue
    const numbers = numbersOf(operation)
    const there = numbers.filter((op) => rows.has(op))
    if (there.length > 0 && operation.outcome === 'failed')
      findings.violation('failed-and-there', () => `${node} has rows of ${describeOperation(operation)}`)
    else if (there.length > 0 && there.length < numbers.length)
      findings.violation(
        'half-a-transaction',
        () => `${node} has ${there.length} of ${numbers.length} rows of ${describeOperation(operation)}`,
      )
  }
}

function firstOf(rows: readonly number[]): string {
  return rows.length <= 5 ? rows.join(', ') : `${rows.slice(0, 5).join(', ')}, ...`
}

function absence(node: NodeEnd): string | null {
  if (node.role === 'quarantined') return 'in quarantine'
  if (node.role === 'down') return 'down'
  return node.reachable ? null : `unreachable (as ${node.role})`
}

/** Why the scenario itself kept `node` away to its end; null: it did not. */
function neverRestarted(faults: readonly FaultRecord[], node: string): string | null {
  const open = faults.findLast(
    ({ kind, target, healedUs }) => target.includes(node) && keepsAway(kind) && healedUs === null,
  )
  return open === undefined ? null : `${open.label} at ${moment(open.atUs)} was never undone by the scenario`
}
