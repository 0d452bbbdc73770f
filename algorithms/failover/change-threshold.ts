/**
 * Changing the failure threshold t within an epoch, and with it k (failover/rules.md section 1).
 *
 * An acknowledgement is a promise to whoever takes over next, and carries no k of its own: the next coordinator learns
 * it from the epoch's rows, and counts on the smallest. So k is *raised* at once, and the row only makes it known. k is
 * *lowered* by a further row of the epoch that is itself held by as many replicas as the larger k asks for: until then
 * writes are acknowledged with the larger one. A take-over that has not seen the new row has then stopped fewer
 * replicas than the old k demands, and is refused.
 */
import { call, deferred, emit, type Fiber, fork, race, sleep, wait } from '../effects.ts'
import { type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import { type PolicySettings, takesThreshold } from '../policy-facts.ts'
import { QUORUM_POLICIES } from '../quorum/policies.ts'
import type { QuorumKind } from '../quorum/policy-kind.ts'
import { feasibleRatios, largestFailureThreshold } from '../quorum/weights.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import type { ChangeThresholdReply } from '../servers.ts'
import { administer } from './administer.ts'
import { markerOf, newestRow } from './epoch.ts'
import type { Member } from './member.ts'
import { rememberHeld } from './monitor.ts'
import { receiptsShown } from './receipts.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'

/** One wait on a replica, and the pause after one that failed. */
const WAIT_US = 1_000_000
const RETRY_US = 20_000

export function* changeThreshold(coordinator: CoordinatorState, failureThreshold: number): Fiber<ChangeThresholdReply> {
  const { reign, members, quorumSettings } = coordinator
  if (reign === null) return refused({ code: 'nobody-reigns' })
  const settings = { ...quorumSettings, failureThreshold }
  const refusal = refusalOf(coordinator, reign, settings)
  if (refusal !== null) return refused(refusal)
  reign.thresholdChanging = true
  try {
    const record = { kind: 'threshold', failureThreshold }
    const journalled = yield* call(coordinator.journal, { kind: 'append', record }, coordinator.tuning.adminTimeoutUs)
    if (journalled.kind !== 'ok') return refused({ code: 'not-journalled', cause: journalled.why })
    if (reign.ended.settled) return unknown({ code: 'epoch-ended' })
    const k = kindOf(coordinator).make(settings).replicasRequired(members.length)
    const before = reign.k
    if (k >= before) yield* inEffect(coordinator, reign, settings)
    else yield* emit({ kind: 'threshold', epoch: reign.epoch, failureThreshold, k, inEffect: false })
    const why = yield* writeRow(coordinator, reign, k, before)
    if (why !== null) return unknown(why)
    if (k < before) yield* inEffect(coordinator, reign, settings)
    return { verdict: 'ok', epoch: reign.epoch, k }
  } finally {
    reign.thresholdChanging = false
  }
}

/** At a start: what an earlier coordinator was told. Its rows are what the take-over goes by, never this. */
export function useThreshold(coordinator: CoordinatorState, failureThreshold: number): void {
  if (takesThreshold(kindOf(coordinator))) useSettings(coordinator, { ...coordinator.quorumSettings, failureThreshold })
}

function useSettings(coordinator: CoordinatorState, settings: PolicySettings): void {
  coordinator.quorumSettings = settings
  coordinator.quorum = coordinator.makeQuorum(settings)
  coordinator.leastK = Math.min(coordinator.leastK, coordinator.quorum.replicasRequired(coordinator.members.length))
}

function kindOf({ quorum }: CoordinatorState): QuorumKind {
  return QUORUM_POLICIES[quorum.name as keyof typeof QUORUM_POLICIES]
}

function refusalOf(coordinator: CoordinatorState, reign: Reign, settings: PolicySettings): Why | null {
  const { quorum, members } = coordinator
  const { failureThreshold, weightRatio } = settings
  if (!takesThreshold(kindOf(coordinator))) return { code: 'no-threshold', policy: quorum.name }
  const most = largestFailureThreshold(members.length)
  if (!Number.isInteger(failureThreshold) || failureThreshold < 1 || failureThreshold > most)
    return { code: 'threshold-range', nodes: members.length, most, asked: failureThreshold }
  if (quorum.weigh !== undefined && weightRatio !== 'largest') {
    const { least, most: mostRatio } = feasibleRatios(members.length, failureThreshold)
    if (weightRatio < least || weightRatio > mostRatio)
      return { code: 'ratio-misfit', ratio: weightRatio, failureThreshold }
  }
  return reign.thresholdChanging ? { code: 'change-under-way' } : null
}

function* inEffect(coordinator: CoordinatorState, reign: Reign, settings: PolicySettings): Fiber<void> {
  useSettings(coordinator, settings)
  const { acknowledgements } = reign
  const nodes = coordinator.members.length
  const weights = coordinator.quorum.weigh?.(nodes)
  if (weights !== undefined) acknowledgements.rounds?.reweigh(weights, acknowledgements.progress)
  reign.k = coordinator.quorum.replicasRequired(nodes)
  acknowledgements.requires(reign.k, coordinator.process.nowUs)
  reign.selectedAtUs = Number.NEGATIVE_INFINITY
  yield* emit({
    kind: 'threshold',
    epoch: reign.epoch,
    failureThreshold: settings.failureThreshold,
    k: reign.k,
    inEffect: true,
  })
}

/** The epoch's further row, held by as many replicas as the larger k asks for. Returns why not, or null. */
function* writeRow(coordinator: CoordinatorState, reign: Reign, k: number, before: number): Fiber<Why | null> {
  const { epoch, source, base, ended } = reign
  const larger = Math.max(k, before)
  const marker = markerOf({ epoch, k, member: source.index, base })
  const session = { epoch, source: source.node }
  const mark = (receipts: number) => administer(coordinator, source, session, { command: 'mark', marker, k, receipts })
  const written = yield* mark(larger)
  if (written.kind !== 'ok') return { code: 'row-not-written', cause: written.why }
  // The row's own commit waited for so many, and whatever was written before it lies before it in the binlog.
  reign.receipts = receiptsShown(coordinator, written.reply)
  const held = deferred<void>()
  const holders = new Set<Member>()
  const holds = (member: Member) => {
    holders.add(member)
    const counted = [...holders].filter((m) => m.loss === null && !reign.acknowledgements.isExcluded(m.index))
    if (counted.length >= larger) held.settle()
  }
  for (const member of coordinator.members)
    if (member !== source)
      yield* fork(`row-${member.node}`, rowWaiter(coordinator, reign, member, MutableGtidSet.of(marker), holds))
  const first = yield* race({ held: wait(held), ended: wait(ended), late: sleep(coordinator.tuning.quorumTimeoutUs) })
  if (first.winner === 'ended') return { code: 'epoch-ended' }
  if (first.winner === 'late') return { code: 'row-not-held', needed: larger }
  // With semi-sync the source, too, waits for fewer from now on.
  if (k < larger && written.reply.semiSyncSource) yield* mark(k)
  return ended.settled ? { code: 'epoch-ended' } : null
}

/** Until `member` has the row. */
function* rowWaiter(
  coordinator: CoordinatorState,
  reign: Reign,
  member: Member,
  row: GtidSet,
  holds: (member: Member) => void,
): Fiber<void> {
  const { statementTimeoutUs } = coordinator.tuning
  for (;;) {
    const askedUs = coordinator.process.nowUs
    const outcome = yield* call(
      member.server,
      { kind: 'waitFor', gtids: row, level: coordinator.level, timeoutUs: WAIT_US },
      WAIT_US + statementTimeoutUs,
    )
    const reply = outcome.kind === 'ok' ? outcome.reply : null
    // What came with a newer epoch's row proves nothing for this one, nor does what it held before a loss was seen.
    if (reply?.covered === true && askedUs >= member.lostUs && newestRow(reply.gtids)!.epoch === reign.epoch) {
      // A relay log that holds nothing else new may be lost before the next probe: it would be missed by this alone.
      rememberHeld(member, row, coordinator.process.nowUs)
      holds(member)
      return
    }
    yield* sleep(RETRY_US)
  }
}

function refused(why: Why): ChangeThresholdReply {
  return { verdict: 'refused', why, reason: textOf(why) }
}

function unknown(why: Why): ChangeThresholdReply {
  return { verdict: 'unknown', why, reason: textOf(why) }
}
