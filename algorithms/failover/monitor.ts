/** The probe loops: what the coordinator knows of each server. */
import { call, deferred, emit, type Fiber, sleep, wait } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import type { ReplicaView } from '../quorum/policy.ts'
import type { ServerState } from '../servers.ts'
import { smoothedLatency } from '../smoothed-latency.ts'
import { hasAdvanced } from './arriving.ts'
import { isBroken } from './broken.ts'
import { newestRow } from './epoch.ts'
import { kindOfLoss, lookOf } from './loss.ts'
import { markDoubted, markLost, unlose } from './mark-loss.ts'
import type { Member, PendingRebuild } from './member.ts'
import { isUnused } from './passed-over.ts'
import { isAnother } from './peers.ts'
import { mayHaveReceipted, receiptsShown } from './receipts.ts'
import { checkSource } from './source-watch.ts'
import type { CoordinatorState } from './state.ts'

/** The shortest pause between two probes of one server, also where somebody wants a look at once. */
const PROBE_GAP_US = 2_000

/** One server's probe loop, for as long as the process lives. */
export function* probeLoop(coordinator: CoordinatorState, member: Member): Fiber<never> {
  const { probeIntervalUs, probeTimeoutUs } = coordinator.tuning
  for (;;) {
    // Whoever hurries this loop while it probes gets another probe right after.
    member.hurry = deferred()
    const askedUs = coordinator.process.nowUs
    rememberReports(coordinator, member, askedUs)
    member.silence.asked(askedUs)
    const outcome = yield* call(member.server, { kind: 'probe' }, probeTimeoutUs)
    const answeredUs = coordinator.process.nowUs
    // A loop that was itself late proves nothing about the server (failover/rules.md section 3).
    const late = answeredUs - askedUs > probeTimeoutUs + probeTimeoutUs / 3
    if (outcome.kind === 'ok') {
      const sampleUs = answeredUs - askedUs
      member.latencyUs = smoothedLatency(member.latencyUs, sampleUs, member.probe === null)
      if (member.probe === 'failed') yield* emit({ kind: 'cleared', node: member.node, reason: 'a probe was answered' })
      member.probe = 'answered'
      member.isBroken = false
      observe(coordinator, member, outcome.reply, askedUs, answeredUs)
      if (member.loss !== member.lossInJournal) yield* journalLoss(coordinator, member)
      if (member.knownUuid !== member.uuidInJournal) yield* journalUuid(coordinator, member)
    } else if (!late) {
      if (member.probe !== 'failed')
        yield* emit({ kind: 'suspected', node: member.node, why: outcome.why, reason: `probe: ${outcome.reason}` })
      member.probe = 'failed'
      member.isBroken = isBroken(outcome.why)
    }
    checkSource(coordinator)
    yield* sleep(PROBE_GAP_US)
    yield* wait(member.hurry, probeIntervalUs)
  }
}

/** Take in a server's state, whoever asked for it. */
export function observe(
  coordinator: CoordinatorState,
  member: Member,
  state: ServerState,
  askedUs: number,
  answeredUs: number,
): void {
  member.silence.answered(answeredUs)
  // An answer that was overtaken by one to a later question says nothing new.
  if (askedUs < member.stateAskedUs) return
  const before = member.state
  const { reign } = coordinator
  if (reign?.source === member) reign.receipts = Math.min(reign.receipts, receiptsShown(coordinator, state))
  if (before === null) member.metUnused = isUnused(state)
  if (before !== null && state.uuid === before.uuid && state.uptimeUs < before.uptimeUs) member.crashes++
  const holds = state.executed.union(state.retrieved)
  const bootedByUs = answeredUs - state.uptimeUs
  // Which replicas gave a receipt, nobody was told: one that has restarted may have lost what it gave one for.
  if (askedUs - state.uptimeUs > member.bootedByUs)
    rememberHeld(member, mayHaveReceipted(coordinator, member), member.heldAnsweredUs)
  member.bootedByUs = bootedByUs
  // Two questions under way at once may be answered in either order: only a later question can show a loss.
  const shrank = !holds.covers(member.held)
  const overlaps = askedUs < member.heldAnsweredUs
  if (member.rebuild !== null) settleRebuild(member, member.rebuild, state, askedUs)
  if (isAnother(coordinator, member, state)) markDoubted(coordinator, member, answeredUs)
  else if (shrank && !overlaps) markLost(coordinator, member, kindOfLoss(member.look, state), answeredUs)
  if (hasAdvanced(before, state)) member.advancedUs = answeredUs
  member.state = state
  member.stateAskedUs = askedUs
  member.heldAnsweredUs = answeredUs
  member.held = shrank && overlaps ? member.held.union(holds) : holds
  member.look = lookOf(state, askedUs)
  if (reign !== null && reign.source !== member) reign.backlog?.applied(member.index, state.executed, reign.k)
  const row = newestRow(holds)
  coordinator.highestEpoch = Math.max(coordinator.highestEpoch, state.promised, row?.epoch ?? 0)
}

/**
 * Take in the state that an administrative command read at its end. Probes that were asked and answered while it ran
 * are older than that, however late they were asked: what was received in between must not be missed.
 */
export function observeCommand(
  coordinator: CoordinatorState,
  member: Member,
  state: ServerState,
  askedUs: number,
  answeredUs: number,
): void {
  observe(coordinator, member, state, Math.max(askedUs, member.stateAskedUs), answeredUs)
  member.stateAskedUs = answeredUs
}

/** What a replica reported to a waiter for acknowledgements, it was seen to hold: an answer without it shows a loss. */
export function rememberReports(coordinator: CoordinatorState, member: Member, nowUs: number): void {
  const reported = coordinator.reign?.acknowledgements.reportedBy(member.index) ?? null
  if (reported !== null) rememberHeld(member, reported, nowUs)
}

/** An answer at `nowUs` that was no look at the whole server said that it holds this, too. */
export function rememberHeld(member: Member, reported: GtidSet, nowUs: number): void {
  if (member.held.covers(reported)) return
  member.held = member.held.union(reported)
  member.heldAnsweredUs = nowUs
}

function* journalUuid(coordinator: CoordinatorState, member: Member): Fiber<void> {
  const { knownUuid: uuid, node } = member
  // Never before the loss that came with it: whoever reads the uuid alone would trust the server.
  if (member.loss !== member.lossInJournal) return
  const record = { kind: 'server', node, uuid }
  const journalled = yield* call(coordinator.journal, { kind: 'append', record }, coordinator.tuning.adminTimeoutUs)
  if (journalled.kind === 'ok') member.uuidInJournal = uuid
}

/** The next coordinator has to know who does not count, and who counts again. */
export function* journalLoss(coordinator: CoordinatorState, member: Member): Fiber<void> {
  const { loss, node, provedUs } = member
  const record = loss === null ? { kind: 'proved', node, provedUs } : { kind: 'lost', node, loss }
  const journalled = yield* call(coordinator.journal, { kind: 'append', record }, coordinator.tuning.adminTimeoutUs)
  if (journalled.kind === 'ok') member.lossInJournal = loss
}

/**
 * The clone has another server_uuid. One that was started since, with the old one, was to be rebuilt in vain. (One that
 * was not started since may be about to be killed; in an earlier life of this coordinator that is long done.)
 */
function settleRebuild(member: Member, rebuild: PendingRebuild, state: ServerState, askedUs: number): void {
  if (state.uuid !== rebuild.uuid) member.rebuild = null
  else if (rebuild.sinceUs === null || askedUs - state.uptimeUs > rebuild.sinceUs) unlose(member, askedUs)
}

/** The policies' view of the replicas; `target`: what they are measured against. */
export function viewsOf(members: readonly Member[], target: GtidSet): ReplicaView[] {
  return members.map((member) => {
    const held = member.held
    return {
      node: member.node,
      member: member.index,
      healthy: member.probe === 'answered' && !member.quarantined && member.state !== null,
      latencyUs: member.latencyUs,
      lag: target.minus(member.state?.executed ?? held).size,
      uptimeUs: member.state?.uptimeUs ?? 0,
      crashes: member.crashes,
      held: held.size,
    }
  })
}
