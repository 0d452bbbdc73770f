/**
 * Single-writer, as it can be had. A paused or cut-off source stays writable until somebody reaches it, so "only one
 * server is writable" is not the promise. The promise is about acknowledgements (STRONG ones, and SESSION's are alike):
 *
 * 1. in each epoch at most one server (member and server_uuid) obtains STRONG acknowledgements, and it is the one whose
 *    reign that epoch is;
 * 2. once a newer epoch's row is written, nothing is acknowledged for an older epoch, except what the newer epoch
 *    started from: an answer that was earned before the stop may arrive late, harmlessly, for its data is in the target;
 * 3. an epoch has one source, and a failover never lowers k, the number of replicas that must hold a write. (A lowered
 *    k would let the next failover be content with readers that never saw what the last epoch acknowledged.) Within
 *    an epoch k may be lowered by a further row.
 */
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { type Reign, reignsOf } from '../measures/reigns.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeGtid, describeOperation, moment } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { isPromised } from './session-history.ts'

const NAME = 'single-writer'

export const SINGLE_WRITER: Check = {
  name: NAME,
  says: 'at most one server earns acknowledgements per epoch, and none for an epoch that is over',
  proves:
    'in each epoch one server earned acknowledgements, and once a newer epoch had begun nothing outside of its target was acknowledged for an older one',
  cannotSee:
    'how long an old source stayed writable without being acknowledged; writes that were answered without an epoch',
  evidence: ['history', 'decisions'],
  promisedBy: ['survives-failover'],
  level: null,
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const reigns = reignsOf(record.events)
  judgeReigns(reigns, smallestK(record.events), findings)

  const byEpoch = new Map<number, Reign>()
  for (const reign of reigns) if (!byEpoch.has(reign.epoch)) byEpoch.set(reign.epoch, reign)
  const targets = new Targets(reigns, findings)
  const writers = new Map<number, Operation>()
  const unexplained = new Map<number, number>()

  for (const operation of record.operations) {
    if (operation.kind !== 'write' || operation.outcome !== 'ok' || !isPromised(operation)) continue
    findings.examined++
    const { epoch, node, gtid } = operation
    if (epoch === null || node === null || gtid === null) {
      findings.undecidable(
        'incomplete-answer',
        () => `${describeOperation(operation)} was answered without ${missing(operation)}`,
      )
      continue
    }
    const writer = writers.get(epoch)
    if (writer === undefined) {
      writers.set(epoch, operation)
      judgeWriter(operation, byEpoch.get(epoch), findings)
    } else if (writer.node !== node || writer.gtid!.uuid !== gtid.uuid)
      findings.violation(
        'two-writers',
        () => `two writers in epoch ${epoch}: ${describeOperation(writer)}; and ${describeOperation(operation)}`,
      )
    if (!byEpoch.has(epoch)) unexplained.set(epoch, (unexplained.get(epoch) ?? 0) + 1)

    // Reigns are few and ascending: only those newer than this operation's epoch, begun before its answer.
    for (let i = reigns.length - 1; i >= 0 && reigns[i]!.epoch > epoch; i--) {
      const newer = reigns[i]!
      if (operation.endUs !== null && operation.endUs <= newer.atUs) continue
      const target = targets.of(newer)
      if (target !== null && !target.has(gtid))
        findings.violation(
          'acknowledged-after-newer',
          () =>
            `${describeOperation(operation)}: acknowledged after epoch ${newer.epoch} (${newer.source}) had begun at ${moment(newer.atUs)} without it`,
        )
    }
  }
  for (const [epoch, operations] of unexplained)
    findings.undecidable(
      'no-reign-recorded',
      () => `${count(operations, 'write')} acknowledged in epoch ${epoch}, of which no reign was recorded`,
    )
  return findings.conclude(NAME, {
    pass: () =>
      `${count(findings.examined, 'acknowledged STRONG write')} in ${count(writers.size, 'epoch')}, one writer in each`,
    fail: () =>
      `${count(findings.violations, 'violation')} in ${count(findings.examined, 'acknowledged STRONG write')}`,
    nothing: 'no STRONG write was acknowledged',
  })
}

/** By epoch: what its rows may have lowered k to. A change that was begun may have been written. */
function smallestK(events: readonly TraceEvent[]): ReadonlyMap<number, number> {
  const smallest = new Map<number, number>()
  for (const event of events)
    if (event.kind === 'threshold' || event.kind === 'reign')
      smallest.set(event.epoch, Math.min(event.k, smallest.get(event.epoch) ?? event.k))
  return smallest
}

function judgeReigns(reigns: readonly Reign[], smallest: ReadonlyMap<number, number>, findings: Findings): void {
  for (let i = 1; i < reigns.length; i++) {
    const before = reigns[i - 1]!
    const reign = reigns[i]!
    if (reign.epoch === before.epoch) {
      if (reign.source !== before.source || reign.sourceUuid !== before.sourceUuid)
        findings.violation(
          'two-sources',
          () =>
            `epoch ${reign.epoch} has two sources: ${before.source} (${before.sourceUuid}) at ${moment(before.atUs)} and ${reign.source} (${reign.sourceUuid}) at ${moment(reign.atUs)}`,
        )
    } else if (reign.k < smallest.get(before.epoch)!)
      findings.violation(
        'lowered-k',
        () =>
          `the failover to epoch ${reign.epoch} (${reign.source}) lowered k from ${smallest.get(before.epoch)} to ${reign.k} at ${moment(reign.atUs)}`,
      )
  }
}

function judgeWriter(operation: Operation, reign: Reign | undefined, findings: Findings): void {
  if (reign === undefined) return
  if (reign.source === operation.node && reign.sourceUuid === operation.gtid!.uuid) return
  findings.violation(
    'answered-by-another',
    () =>
      `epoch ${reign.epoch} is the reign of ${reign.source} (${reign.sourceUuid}), but ${describeOperation(operation)} (${describeGtid(operation.gtid!)}) was acknowledged in it`,
  )
}

function missing(operation: Operation): string {
  const names = [
    operation.epoch === null ? 'epoch' : null,
    operation.node === null ? 'node' : null,
    operation.gtid === null ? 'GTID' : null,
  ]
  return names.filter((name) => name !== null).join(', ')
}

/** The reigns' targets, parsed when first asked for; an unreadable one is an open question, once. */
class Targets {
  readonly #parsed = new Map<Reign, GtidSet | null>()
  readonly #findings: Findings

  constructor(reigns: readonly Reign[], findings: Findings) {
    this.#findings = findings
    for (const reign of reigns) this.#parsed.set(reign, this.#parse(reign))
  }

  of(reign: Reign): GtidSet | null {
    return this.#parsed.get(reign) ?? null
  }

  #parse(reign: Reign): GtidSet | null {
    try {
      return MutableGtidSet.parse(reign.target)
    } catch (error) {
      this.#findings.undecidable(
        'unreadable-target',
        () => `the target of epoch ${reign.epoch} cannot be read: ${error instanceof Error ? error.message : error}`,
      )
      return null
    }
  }
}
