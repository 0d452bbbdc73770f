/**
 * What runs while a source reigns: one waiter per replica for acknowledgements, one for confirmations, and the watch
 * that brings servers back. All of it ends with the reign.
 */
import { call, deferred, emit, type Fiber, fork, join, sleep, wait } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import { textOf } from '../reasons/text.ts'
import { isSame, type Why } from '../reasons/why.ts'
import { backlogWaiter, backlogWatch } from './backlog.ts'
import { newestRow } from './epoch.ts'
import { markProved } from './mark-loss.ts'
import { hurry, type Member } from './member.ts'
import { refusalByMode } from './mode.ts'
import { rememberReports } from './monitor.ts'
import { carryOutOrder, refuseOrder } from './promote.ts'
import { ruleWhy } from './quorum-rule.ts'
import type { Alarm, Reign } from './reign.ts'
import { followFromTakeOver, needsRejoin } from './rejoin.ts'
import { makeWay, RESTATE_US } from './stand-by.ts'
import type { CoordinatorState } from './state.ts'
import { endMove, holdClients, refuseMove } from './switchover.ts'
import type { TakeOver } from './take-over-steps.ts'

/** One wait on a replica; it answers sooner when it has the transaction. */
const WAITER_TIMEOUT_US = 1_000_000
/** A replica may show what its source has not answered yet; after so long, replicas are asked all the same. */
const RECEIPT_US = 10_000
/** After a failed wait or confirmation. */
const RETRY_US = 20_000
const WATCH_US = 50_000
/** A rejoin that failed is not repeated sooner. */
const REJOIN_RETRY_US = 500_000

export interface ReignEnd {
  readonly alarm: Alarm
  /** The take-over after it, where it has been done already. */
  readonly next: TakeOver | null
}

/** Rule until something ends the reign; returns what. Its forks end with it, so it runs as a task of its own. */
export function* ruleWhile(coordinator: CoordinatorState, reign: Reign, stopped: readonly Member[]): Fiber<ReignEnd> {
  reign.source.isDoubted = false
  coordinator.reign = reign
  // Whoever lost something has to join this epoch to prove itself.
  for (const member of coordinator.members) {
    member.joinedUs = -1
    member.unfit = null
  }
  for (const member of coordinator.members) {
    if (member === reign.source) continue
    yield* fork(`acknowledge-${member.node}`, acknowledgementWaiter(coordinator, reign, member))
    yield* fork(`confirm-${member.node}`, confirmationWaiter(coordinator, reign, member))
  }
  const { backlog } = reign
  if (backlog !== null) {
    for (const member of coordinator.members)
      if (member !== reign.source)
        yield* fork(`backlog-${member.node}`, backlogWaiter(coordinator, reign, backlog, member))
    yield* fork('backlog', backlogWatch(coordinator, reign, backlog))
  }
  yield* fork('reroute', reroute(coordinator, reign, stopped))
  yield* fork('watch', watch(coordinator, reign))
  if (coordinator.peers.length > 0) yield* fork('make-way', makeWay(coordinator, reign))
  yield* endMove(coordinator, reign)
  carryOutOrder(coordinator, reign)
  coordinator.mode.standBack = null
  let stated: { readonly refusal: Why; readonly atUs: number } | null = null
  for (;;) {
    const raised = yield* wait(reign.alarm)
    const alarm = reign.powerless ?? coordinator.order?.alarm ?? raised
    const nowUs = coordinator.process.nowUs
    const endsAnyway = alarm.kind === 'deposed' || alarm.kind === 'powerless'
    let refusal = endsAnyway ? null : refusalOf(coordinator, reign, alarm, nowUs)
    const next = refusal === null ? yield* coordinator.procedures.moveOn(coordinator, alarm) : null
    if (next?.kind === 'refused') refusal = next.why
    if (refusal === null) {
      if (alarm.kind === 'planned') yield* holdClients(coordinator)
      // From here on this epoch acknowledges nothing: its open writes end as unknown.
      for (const member of coordinator.members) rememberReports(coordinator, member, nowUs)
      coordinator.reign = null
      reign.ended.settle()
      coordinator.byReceipts.addAll(reign.acknowledgements.byReceipts)
      reign.acknowledgements.end()
      reign.backlog?.end()
      reign.confirmations.end()
      return { alarm, next }
    }
    if (alarm.kind === 'planned') yield* refuseMove(coordinator, reign.epoch, refusal)
    else if (alarm.kind === 'ordered') refuseOrder(coordinator, refusal)
    if (
      alarm.kind !== 'planned' &&
      (stated === null || !isSame(refusal, stated.refusal) || nowUs - stated.atUs >= RESTATE_US)
    ) {
      const reason = `${alarm.reason}, but ${textOf(refusal)}`
      yield* emit({ kind: 'refused', epoch: reign.epoch + 1, alarm: alarm.kind, why: refusal, reason })
      stated = { refusal, atUs: nowUs }
    }
    yield* sleep(WATCH_US)
    // Still true? The next probes say so, with a new alarm.
    reign.alarm = deferred()
    hurry(coordinator.members)
  }
}

/** Why a take-over would be refused now, judged by the last probes, before anything is touched. */
export function refusalOf(coordinator: CoordinatorState, reign: Reign, alarm: Alarm, nowUs: number): Why | null {
  const { minimumTermUs, stalledUs } = coordinator.tuning
  const byMode = refusalByMode(coordinator, alarm, nowUs)
  if (byMode !== null) return byMode
  if (nowUs - reign.startedUs < minimumTermUs) return { code: 'young-term', minimumTermUs }
  const rule = coordinator.procedures.foresee(coordinator, reign.source.held, reign.source)
  if (!rule.allowed) {
    reign.tooFewAtUs = nowUs
    return ruleWhy(rule)
  }
  if (alarm.kind !== 'stalled') return null
  // A move lets writes go on only if the next source has k replicas that count: the one that leaves may become one of
  // them, one that lost data may not. Without this a group that waits for such a replica would move for ever.
  const counting = coordinator.members.filter(({ probe, loss }) => probe === 'answered' && loss === null)
  // Nor may one that cannot follow as it is, and cannot be spared for a rebuild.
  const able = counting.filter(({ unfit }) => unfit === null || unfit.code === 'errant')
  const replicasAfter = able.length - 1
  if (replicasAfter < reign.k) {
    reign.tooFewAtUs = nowUs
    return {
      code: 'too-few-replicas',
      needed: reign.k,
      counted: replicasAfter,
      unprovable: rule.unprovable,
      ...unfitAmong(counting, able),
    }
  }
  const received = receivedAndNotApplied(coordinator, reign)
  if (received >= reign.k) return { code: 'appliers-behind', received }
  // Those that came back get the time to follow the source that they have.
  return nowUs - reign.tooFewAtUs < stalledUs ? { code: 'replicas-just-back' } : null
}

/**
 * How many replicas have in their relay logs what has been waited for longest, where it is their appliers that are behind:
 * with one transaction that takes long, or behind a lock. Whoever else were the source would wait for the same ones.
 */
function receivedAndNotApplied({ level, members }: CoordinatorState, reign: Reign): number {
  const { acknowledgements, sourceUuid, source, k } = reign
  if (level === 'received' || acknowledgements.waitingSinceUs === null) return 0
  const waited = acknowledgements.acknowledgedUpTo + 1
  const applied = acknowledgements.progress.filter((number) => number >= waited).length
  if (applied >= k) return 0
  return members.filter(
    ({ held, loss, probe }, index) =>
      index !== source.index && probe === 'answered' && loss === null && held.highest(sourceUuid) >= waited,
  ).length
}

function unfitAmong(counting: readonly Member[], able: readonly Member[]): { readonly unfit?: readonly string[] } {
  const names = counting.filter((member) => !able.includes(member)).map(({ node }) => node)
  return names.length === 0 ? {} : { unfit: names }
}

/** One outstanding question per replica: the oldest transaction somebody waits for. Its answer settles all it covers. */
function* acknowledgementWaiter(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<never> {
  const { acknowledgements } = reign
  for (;;) {
    let wanted = acknowledgements.wantedOf(member.index)
    if (wanted === null) {
      yield* wait(acknowledgements.somethingWanted())
      if (!acknowledgements.areEnough(reign.receipts)) continue
      // What is waited for here, the source is about to answer for.
      yield* sleep(RECEIPT_US)
      wanted = acknowledgements.wantedOf(member.index)
      if (wanted === null) continue
    }
    const askedUs = coordinator.process.nowUs
    const outcome = yield* call(
      member.server,
      { kind: 'waitFor', gtids: wanted, level: coordinator.level, timeoutUs: WAITER_TIMEOUT_US },
      WAITER_TIMEOUT_US + coordinator.tuning.statementTimeoutUs,
    )
    // What follows a newer epoch's row is of that epoch, also when its source is the same; and what it held before a
    // loss was seen, on whatever way the answer came so late, it may hold no more.
    if (
      outcome.kind !== 'ok' ||
      askedUs < member.lostUs ||
      isOutdated(coordinator, reign, member, 0, outcome.reply.gtids)
    ) {
      yield* sleep(RETRY_US)
      continue
    }
    const wasExcluded = acknowledgements.isExcluded(member.index)
    acknowledgements.report(member.index, outcome.reply.gtids, coordinator.process.nowUs)
    if (wasExcluded && !acknowledgements.isExcluded(member.index)) markProved(member, askedUs)
  }
}

function* confirmationWaiter(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<never> {
  const { confirmations, acknowledgements } = reign
  for (;;) {
    if (!confirmations.wantsOf(member.index)) {
      yield* wait(confirmations.somethingWanted())
      continue
    }
    const askedAt = confirmations.newest
    const outcome = yield* call(member.server, { kind: 'confirm' }, coordinator.tuning.statementTimeoutUs)
    if (outcome.kind !== 'ok') {
      yield* sleep(RETRY_US)
      continue
    }
    const { promised, gtids } = outcome.reply
    const outdated = isOutdated(coordinator, reign, member, promised, gtids)
    if (!outdated && member.loss === null && !acknowledgements.isExcluded(member.index))
      confirmations.confirm(member.index, askedAt)
    else yield* sleep(RETRY_US)
  }
}

/** Does `member` know of a newer epoch? Then this one is over. */
function isOutdated(
  coordinator: CoordinatorState,
  reign: Reign,
  member: Member,
  promised: number,
  gtids: GtidSet,
): boolean {
  const newest = Math.max(promised, newestRow(gtids)?.epoch ?? 0)
  if (newest <= reign.epoch) return false
  coordinator.highestEpoch = Math.max(coordinator.highestEpoch, newest)
  reign.alarm.settle({ kind: 'deposed', reason: `${member.node} knows of epoch ${newest}` })
  return true
}

/** Point what the take-over stopped at the new source, all at once. */
function* reroute(coordinator: CoordinatorState, reign: Reign, stopped: readonly Member[]): Fiber<void> {
  yield* emit({ kind: 'phase', epoch: reign.epoch, phase: 'reroute', detail: stopped.map((m) => m.node).join(', ') })
  const forks = []
  for (const member of stopped)
    forks.push(yield* fork(`follow-${member.node}`, guarded(member, followFromTakeOver(coordinator, reign, member))))
  for (const started of forks) yield* join(started)
  yield* emit({ kind: 'phase', epoch: reign.epoch, phase: 'serving', detail: reign.source.node })
}

function* guarded<T>(member: Member, procedure: Fiber<T>): Fiber<T> {
  member.rejoining = true
  try {
    return yield* procedure
  } finally {
    member.rejoining = false
  }
}

/** Bring back whatever answers but does not follow. */
function* watch(coordinator: CoordinatorState, reign: Reign): Fiber<never> {
  const notBeforeUs = new Map<Member, number>()
  for (;;) {
    const nowUs = coordinator.process.nowUs
    for (const member of coordinator.members) {
      if (!needsRejoin(reign, member) || nowUs < (notBeforeUs.get(member) ?? 0)) continue
      notBeforeUs.set(member, nowUs + REJOIN_RETRY_US)
      member.rejoining = true
      yield* fork(`rejoin-${member.node}`, guarded(member, coordinator.procedures.rejoin(coordinator, reign, member)))
    }
    yield* sleep(WATCH_US)
  }
}
