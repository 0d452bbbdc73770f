/**
 * The failovers of a run, measured as failover/rules.md section 5 defines them: from the fault's witness (or, where no fault
 * hit the source, from the moment the switch was begun) to the first acknowledged write of the new epoch (or read, of a
 * workload that has no writes) that a client intended after the fault.
 *
 * Two things would flatter the system and are therefore not done. An epoch that acknowledged nothing before the next
 * one began is no failover of its own: the next one continues it and starts where it started. And a source that was
 * taken away with no failover and no acknowledged write after it is a failover that never ended (null among the
 * durations), not one that is missing from them.
 */
import type { TraceEvent } from '../../algorithms/trace.ts'
import { disturbs, takesAway } from '../faults/facts.ts'
import { mayOffer } from '../file/levels.ts'
import type { FaultRecord, Operation, RunRecord } from '../record.ts'
import type { Failover } from '../result-durations.ts'
import type { Scenario } from '../scenario.ts'
import { inIntendedOrder } from './ascending-order.ts'
import { type ClientOutage, clientOutagesOf, durationMsOf, outageWithin } from './client-outage.ts'
import { type PhaseEvent, phaseDurations, type RefusedEvent } from './failover-phases.ts'
import { type Reign, reignAt, reignsOf } from './reigns.ts'
import { withoutFailover } from './without-failover.ts'

export interface Failovers {
  readonly failovers: readonly Failover[]
  /** One for each failover that nobody had planned, and null for each that was needed and never ended. */
  readonly failoverMs: readonly (number | null)[]
  /** One for each planned move; null: it never ended. */
  readonly plannedMoveMs: readonly (number | null)[]
  /** Of clients, whether or not a failover was the reason. */
  readonly outages: readonly ClientOutage[]
  /** What the numbers do not say, in sentences. */
  readonly notes: readonly string[]
}

type ElectedEvent = Extract<TraceEvent, { kind: 'elected' }>

/** One failover before it is measured. */
interface Switch {
  readonly from: Reign
  readonly to: Reign
  /** Epochs that began in between and acknowledged nothing. */
  readonly passed: readonly Reign[]
  readonly phases: readonly PhaseEvent[]
  readonly beginning: Beginning
}

/** What a switch is measured from. */
interface Beginning {
  readonly kind: NonNullable<Failover['kind']>
  readonly startUs: number
  readonly fault: FaultRecord | null
}

/** `lost`: acknowledged writes that the end state lacks (see lost-writes.ts). */
export function failoversOf(record: RunRecord, scenario: Scenario, lost: readonly Operation[]): Failovers {
  const operations = inIntendedOrder(record.operations)
  const outages = clientOutagesOf(operations, record.endedUs)
  const reigns = reignsOf(record.events)
  const acknowledged = acknowledgedByEpoch(operations, scenario)
  const switches = switchesOf(record, scenario, reigns, acknowledged)
  const notes: string[] = []
  const failovers: Failover[] = []
  const durations = { failover: [] as (number | null)[], 'planned move': [] as (number | null)[] }
  const lastUs = operations.at(-1)?.intendedUs ?? 0

  switches.forEach((item, index) => {
    const { kind, startUs, fault } = item.beginning
    const ackUs = firstAckUs(acknowledged.get(item.to.epoch) ?? [], startUs)
    const nextUs = switches[index + 1]?.beginning.startUs ?? Number.POSITIVE_INFINITY
    const untilUs = ackUs === null ? nextUs : Math.min(nextUs, ackUs + 1_000_000)
    const outage = outageWithin(outages, fault?.atUs ?? startUs, untilUs)
    const durationMs = ackUs === null ? null : (ackUs - startUs) / 1000
    failovers.push(describe(item, record, scenario, durationMs, ackUs, outage, lost))
    // Whoever moves the source when no operation is wanted any more keeps nobody waiting.
    if (kind === 'planned move' && startUs > lastUs) return
    durations[kind].push(durationMs)
    if (durationMs === null)
      notes.push(
        `epoch ${item.to.epoch} (${item.to.source}) acknowledged no ${endsWith(scenario)} that was intended after the fault`,
      )
  })

  for (const fault of record.faults) {
    const reign = reignAt(reigns, fault.atUs)
    if (reign === null || !disturbs(fault.kind) || !fault.target.includes(reign.source)) continue
    if (switches.some((item) => item.to.epoch > reign.epoch && mayHaveCaused(fault, item, scenario))) continue
    const { served, note } = withoutFailover(fault, endsWith(scenario), operations, outages, record)
    notes.push(note)
    if (takesAway(fault.kind) && !served) durations.failover.push(null)
  }
  for (const event of record.events)
    if (event.kind === 'switched' && event.verdict === 'refused')
      notes.push(`the planned move from ${event.from} at ${event.atUs / 1e6} s was refused: ${event.reason}`)
  return { failovers, failoverMs: durations.failover, plannedMoveMs: durations['planned move'], outages, notes }
}

function switchesOf(
  record: RunRecord,
  scenario: Scenario,
  reigns: readonly Reign[],
  acknowledged: ReadonlyMap<number, readonly Operation[]>,
): Switch[] {
  const phases = record.events
    .filter((event): event is PhaseEvent => event.kind === 'phase')
    .sort((a, b) => a.atUs - b.atUs)
  const distinct = reigns.filter((reign, index) => index === 0 || reign.epoch !== reigns[index - 1]!.epoch)
  const switches: Switch[] = []
  let open: Switch | null = null
  for (let index = 1; index < distinct.length; index++) {
    const to = distinct[index]!
    // What reigned before the workload began is how the cluster was set up.
    if (to.atUs < 0) continue
    const from: Reign = open?.from ?? distinct[index - 1]!
    const attempt = phases.filter(({ epoch, atUs }) => epoch > from.epoch && epoch <= to.epoch && atUs >= from.atUs)
    const began =
      open?.beginning ??
      beginningOf(record, scenario, from, attempt[0]?.atUs ?? to.atUs, switches.at(-1)?.beginning.startUs ?? 0)
    const passed: readonly Reign[] = open === null ? [] : [...open.passed, open.to]
    const item: Switch = { from, to, passed, phases: attempt, beginning: began }
    const isLast = index === distinct.length - 1
    if (isLast || acknowledged.has(to.epoch)) {
      switches.push(item)
      open = null
    } else open = item
  }
  return switches
}

/** The newest fault that hit the old source (or its coordinator, without whom nobody serves) before the switch began. */
function beginningOf(
  record: RunRecord,
  scenario: Scenario,
  from: Reign,
  beganUs: number,
  previousStartUs: number,
): Beginning {
  let cause: FaultRecord | null = null
  for (const fault of record.faults) {
    const hit = fault.target.includes(from.source) || fault.target.includes(from.process)
    if (!disturbs(fault.kind) || !hit || fault.atUs > beganUs || fault.atUs < previousStartUs) continue
    if (!stillFelt(fault, beganUs, scenario)) continue
    if (cause === null || fault.atUs >= cause.atUs) cause = fault
  }
  const planned = plannedMove(record, from, beganUs)
  const request = planned === null ? null : (record.faults.find((step) => isOpenAt(step, planned.atUs)) ?? null)
  // A planned move is measured from its request, unless something broke the source after that.
  if (planned !== null && (cause === null || cause.atUs <= planned.atUs || !takesAway(cause.kind)))
    return { kind: 'planned move', startUs: request?.atUs ?? planned.atUs, fault: request }
  if (cause === null) return { kind: 'failover', startUs: beganUs, fault: null }
  // The detector may have been quicker than the witness; then its suspicion is the earliest sign there is.
  const startUs = Math.max(cause.atUs, Math.min(cause.witness.seenUs ?? cause.atUs, beganUs))
  return { kind: 'failover', startUs, fault: cause }
}

/** A step that asks for a move, and has not been answered yet. */
function isOpenAt({ kind, atUs, healedUs }: FaultRecord, momentUs: number): boolean {
  return kind === 'switchover' && atUs <= momentUs && (healedUs === null || healedUs >= momentUs)
}

/** The request of a planned move that this switch carried out. */
function plannedMove(record: RunRecord, from: Reign, beganUs: number): TraceEvent | null {
  let open: TraceEvent | null = null
  for (const event of record.events) {
    if (event.atUs > beganUs) break
    if (event.kind === 'planned' && event.epoch === from.epoch + 1) open = event
    if (event.kind === 'switched' && event.verdict === 'refused') open = null
  }
  return open
}

/** A fault that was undone long before is not what the detector saw. */
function stillFelt(fault: FaultRecord, atUs: number, scenario: Scenario): boolean {
  return fault.healedUs === null || fault.healedUs + scenario.tuning.stalledUs >= atUs
}

function mayHaveCaused(fault: FaultRecord, item: Switch, scenario: Scenario): boolean {
  return fault.atUs <= item.to.atUs && stillFelt(fault, item.phases[0]?.atUs ?? item.to.atUs, scenario)
}

/**
 * What ends a failover, by epoch: writes answered ok once their quorum had them; every write where the workload asks for
 * nothing stronger; reads where it asks for nothing else.
 */
function acknowledgedByEpoch(operations: readonly Operation[], scenario: Scenario): Map<number, Operation[]> {
  const { consistency } = scenario.workload
  const wanted = endsWith(scenario)
  const onlyEventual = !mayOffer(consistency, 'STRONG') && !mayOffer(consistency, 'SESSION')
  const byEpoch = new Map<number, Operation[]>()
  for (const operation of operations) {
    if (operation.kind !== wanted || operation.outcome !== 'ok' || operation.epoch === null) continue
    if (operation.consistency === 'EVENTUAL' && !onlyEventual) continue
    const list = byEpoch.get(operation.epoch)
    if (list === undefined) byEpoch.set(operation.epoch, [operation])
    else list.push(operation)
  }
  return byEpoch
}

/** What a failover of this workload ends with. */
function endsWith({ workload }: Scenario): Operation['kind'] {
  return workload.reads === 1 ? 'read' : 'write'
}

function firstAckUs(acknowledged: readonly Operation[], afterUs: number): number | null {
  let first: number | null = null
  for (const { intendedUs, endUs } of acknowledged)
    if (intendedUs > afterUs && endUs !== null && (first === null || endUs < first)) first = endUs
  return first
}

/** Attempts at this failover that were refused. What is refused after it was decided is the next move, not this one. */
function refusalsOf({ from, to, beginning: { startUs } }: Switch, events: readonly TraceEvent[]): RefusedEvent[] {
  return events.filter(
    (event): event is RefusedEvent =>
      event.kind === 'refused' &&
      event.epoch > from.epoch &&
      event.epoch <= to.epoch &&
      event.atUs >= startUs &&
      event.atUs < to.atUs,
  )
}

function describe(
  item: Switch,
  record: RunRecord,
  scenario: Scenario,
  durationMs: number | null,
  ackUs: number | null,
  outage: ClientOutage | null,
  lost: readonly Operation[],
): Failover {
  const refused = refusalsOf(item, record.events)
  const lastRefusal = refused.at(-1)
  const elected = record.events
    .filter((event): event is ElectedEvent => event.kind === 'elected' && event.epoch === item.to.epoch)
    .at(-1)
  const { kind, startUs, fault } = item.beginning
  const cause = fault?.label ?? `planned switch: ${item.phases[0]?.detail ?? 'no fault had hit the source'}`
  const passed = item.passed.map((reign) => `epoch ${reign.epoch} (${reign.source}) acknowledged nothing`)
  const lostHere = lost.filter(
    ({ consistency, epoch }) =>
      consistency !== 'EVENTUAL' && epoch !== null && epoch >= item.from.epoch && epoch < item.to.epoch,
  )
  const inOrder = [...item.phases, ...refused].sort((a, b) => a.atUs - b.atUs)
  const phasesMs = phaseDurations(inOrder, startUs, ackUs)
  return {
    kind,
    startMs: startUs / 1000,
    durationMs,
    endsWith: endsWith(scenario),
    clientOutageMs: durationMsOf(outage),
    clientOutageStartMs: outage === null ? null : outage.beganUs / 1000,
    oldSource: item.from.source,
    newSource: item.to.source,
    epoch: item.to.epoch,
    policy: elected?.policy ?? scenario.algorithms.election,
    phases: phasesMs,
    phasesMs,
    refusal: lastRefusal === undefined ? null : { why: lastRefusal.why, reason: lastRefusal.reason },
    lostAcknowledged: lostHere.length,
    fault: fault === null ? null : record.faults.indexOf(fault),
    reason: [cause, ...passed, ...(elected === undefined ? [] : [elected.reason])].join('; '),
    rankings: elected?.rankings ?? {},
  }
}
