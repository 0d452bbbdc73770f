/**
 * A server comes back, or is found not following: make it a replica of the reigning source without letting anything it
 * has and the source lacks slip into the cluster (failover/rules.md section 2, step 7).
 */

import { call, emit, type Fiber } from '../effects.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import { textOf } from '../reasons/text.ts'
import { isSame, type Why } from '../reasons/why.ts'
import type { Outcome, ServerState } from '../servers.ts'
import { counted } from '../wording.ts'
import { administer } from './administer.ts'
import { isRebuilt } from './loss.ts'
import { markJoined, markLost, unlose } from './mark-loss.ts'
import type { Member } from './member.ts'
import { journalLoss } from './monitor.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'
import { canBeSpared, unfitness } from './unfit.ts'

/** A rebuild copies a whole data directory. */
const REBUILD_TIMEOUT_US = 120_000_000

/** A server that was stopped and read in this take-over holds nothing that the target lacks: it is pointed as it is. */
export function* followFromTakeOver(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<void> {
  if (yield* follow(coordinator, reign, member)) yield* welcome(reign, member, 'stopped in the take-over')
}

/** What made a server an outsider is over, whichever coordinator had found it. */
export function* welcome(reign: Reign, member: Member, detail: string): Fiber<void> {
  member.quarantined = false
  member.pointedUnanswered = false
  member.unfit = null
  yield* emit({ kind: 'rejoined', node: member.node, epoch: reign.epoch, detail })
}

/**
 * Under the lock, where a newer promise or row would depose this coordinator, the server promises this epoch and is then
 * pointed. From here on it counts for promises again (of two take-overs it refuses the older one), whatever it was rebuilt from.
 */
export function* follow(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<boolean> {
  const session = { epoch: reign.epoch, source: reign.source.node }
  const action = { command: 'point', source: reign.source.node, drain: false } as const
  const askedUs = coordinator.process.nowUs
  const outcome = yield* administer(coordinator, member, session, action)
  const hasPromised = outcome.kind === 'ok' && outcome.reply.promised >= reign.epoch
  if (hasPromised && askedUs >= member.lostUs) {
    markJoined(member)
    if (yield* canProveItself(coordinator, reign, member)) member.joinedUs = askedUs
  }
  if (outcome.kind !== 'ok') member.pointedUnanswered = true
  return yield* succeeded(outcome, `${member.node} was not pointed at ${reign.source.node}`)
}

/**
 * One that lost relay logs and nothing else kept its promises, and now follows an epoch than which it has promised no
 * newer one: it never helped to acknowledge anything newer. So once it holds what this epoch's source has executed by
 * now, after the loss was seen, it has all that it ever helped with. A rebuilt one has forgotten what it promised, and
 * proves nothing by this. False: the source did not say, and the server has to join again.
 */
function* canProveItself(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<boolean> {
  const { loss } = member
  if (loss === null || isRebuilt(loss)) return true
  const { statementTimeoutUs } = coordinator.tuning
  const current = yield* call(reign.source.server, { kind: 'executed' }, statementTimeoutUs, reign.ended)
  if (current.kind !== 'ok' || member.loss !== loss) return false
  reign.acknowledgements.offerSecondProof(member.index, current.reply.executed)
  return true
}

/** A step that failed is tried again by the watch; the trace says why it was necessary. */
function* succeeded(outcome: Outcome<unknown>, complaint: string): Fiber<boolean> {
  if (outcome.kind !== 'ok') yield* emit({ kind: 'note', text: `${complaint}: ${outcome.reason}` })
  return outcome.kind === 'ok'
}

/** Does this server have to be brought back? Judged on what was seen since the reign began. */
export function needsRejoin(reign: Reign, member: Member): boolean {
  const state = member.state
  if (member === reign.source || member.rejoining || member.administering !== null || state === null) return false
  if (member.probe !== 'answered' || member.stateAskedUs < reign.startedUs) return false
  // One that follows may have been pointed by a command whose answer was lost: nobody has said yet that it is back.
  if (!followsAsItShould(reign, state) || isUnwelcomed(member) || unfitness(reign, state) !== null) return true
  return member.loss !== null && member.joinedUs < member.lostUs
}

/** Whatever it does by now, nobody has said that it is back. */
function isUnwelcomed({ quarantined, pointedUnanswered }: Member): boolean {
  return quarantined || pointedUnanswered
}

function followsAsItShould(reign: Reign, state: ServerState): boolean {
  const follows = state.source === reign.source.node && state.receiver !== 'stopped' && state.applier === 'running'
  return follows && state.superReadOnly && !state.offline
}

export function* rejoin(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<void> {
  const unfit = member.state === null ? null : unfitness(reign, member.state)
  if (unfit?.code === 'binlogs-purged' && (yield* fetchFromReplica(coordinator, reign, member))) return
  if (unfit !== null && !canBeSpared(coordinator, reign, member, unfit)) {
    yield* waits(member, unfit)
    return
  }
  // It follows: it joins once more, so that it can prove itself after a loss, and is out of quarantine.
  if (unfit === null && member.state !== null && followsAsItShould(reign, member.state)) {
    const isBack = yield* follow(coordinator, reign, member)
    if (isBack && isUnwelcomed(member)) yield* welcome(reign, member, 'follows already')
    return
  }
  const session = { epoch: reign.epoch, source: reign.source.node }
  const wasWritable = member.state !== null && !member.state.superReadOnly && !member.state.offline
  const seenUs = member.stateAskedUs
  const quiet = yield* administer(coordinator, member, session, { command: 'quiesce' })
  if (quiet.kind !== 'ok') {
    yield* succeeded(quiet, `${member.node} could not be silenced`)
    return
  }
  if (wasWritable) yield* emit({ kind: 'fenced', node: member.node, writableForUs: coordinator.process.nowUs - seenUs })
  // Read after the server was silenced, so that whatever it holds of this reign is in here as well.
  const current = yield* call(reign.source.server, { kind: 'executed' }, coordinator.tuning.statementTimeoutUs)
  if (current.kind !== 'ok') return
  const { executed, retrieved } = quiet.reply
  // Of this reign's own transactions a replica may have more than the source has executed yet: under semi-sync the
  // source waits for the replica's receipt first.
  const own = MutableGtidSet.interval(reign.sourceUuid, reign.base + 1, Number.MAX_SAFE_INTEGER)
  const known = current.reply.executed.union(own)
  const executedExtras = executed.minus(known)
  const retrievedExtras = retrieved.minus(executed).minus(known)
  const apart: Why | null = executedExtras.isEmpty ? unfit : { code: 'errant', transactions: executedExtras.size }
  if (apart !== null && (apart.code !== 'errant' || !executedExtras.isEmpty)) {
    if ((yield* rebuild(coordinator, reign, member, executedExtras, apart)).kind !== 'ok') return
  } else if (!retrievedExtras.isEmpty) {
    yield* emit({
      kind: 'note',
      text: `${member.node}: dropping ${retrievedExtras.toString()}, received but never acknowledged`,
    })
    // The log has more in it than the extras: what the server helped to acknowledge and has not applied goes, too.
    markLost(coordinator, member, 'relay log', coordinator.process.nowUs)
    yield* journalLoss(coordinator, member)
    if ((yield* administer(coordinator, member, session, { command: 'discardRelayLog' })).kind !== 'ok') return
  }
  if (yield* follow(coordinator, reign, member)) {
    const behind = `${counted(current.reply.executed.minus(executed).size, 'transaction')} behind`
    yield* welcome(reign, member, apart === null ? behind : 'rebuilt')
  }
}

/** What its source has purged, another replica may have in its own binlogs: it follows that one until it has it all. */
function* fetchFromReplica(coordinator: CoordinatorState, reign: Reign, member: Member): Fiber<boolean> {
  const { statementTimeoutUs, drainTimeoutUs } = coordinator.tuning
  const session = { epoch: reign.epoch, source: reign.source.node }
  const current = yield* call(reign.source.server, { kind: 'executed' }, statementTimeoutUs, reign.ended)
  if (current.kind !== 'ok') return false
  const gtids = current.reply.executed
  const lacked = gtids.minus(member.held).size
  for (const donor of donorsFor(coordinator, reign, member)) {
    const action = { command: 'point', source: donor.node, drain: false } as const
    if ((yield* administer(coordinator, member, session, action)).kind !== 'ok') return false
    const wanted = { kind: 'waitFor', gtids, level: 'received', timeoutUs: drainTimeoutUs } as const
    const arrived = yield* call(member.server, wanted, drainTimeoutUs + statementTimeoutUs, reign.ended)
    if (arrived.kind !== 'ok' || !arrived.reply.covered) continue
    if (!(yield* follow(coordinator, reign, member))) return false
    yield* welcome(reign, member, `${counted(lacked, 'transaction')} fetched from ${donor.node}`)
    return true
  }
  return false
}

/** It stays as it is, which is said once for each reason: its acknowledgements are needed, or a rebuild could never be proved. */
function* waits(member: Member, why: Why): Fiber<void> {
  if (member.unfit !== null && isSame(member.unfit, why)) return
  member.unfit = why
  yield* emit({
    kind: 'note',
    text: `${member.node} is not rebuilt while no write could be acknowledged without it: ${textOf(why)}`,
  })
}

/**
 * Its data are not the source's. What nobody else has is listed and saved, never merged; the server is rebuilt with a
 * new server_uuid, because its old one would issue the lost GTIDs again with other content.
 */
function* rebuild(
  coordinator: CoordinatorState,
  reign: Reign,
  member: Member,
  extras: GtidSet,
  why: Why,
): Fiber<Outcome<unknown>> {
  member.quarantined = true
  member.unfit = null
  let savedAs: string | null = null
  if (!extras.isEmpty) {
    const saved = yield* call(
      coordinator.supervisor,
      { kind: 'saveExtras', node: member.node, gtids: extras },
      REBUILD_TIMEOUT_US,
    )
    if (saved.kind === 'ok') savedAs = saved.reply.path
    yield* emit({ kind: 'quarantined', node: member.node, extras: extras.toString(), savedAs, why })
    if (saved.kind !== 'ok') return saved
  } else yield* emit({ kind: 'quarantined', node: member.node, extras: '', savedAs, why })
  const { uuid } = member.state!
  const journalled = yield* call(
    coordinator.journal,
    { kind: 'append', record: { kind: 'rebuild', node: member.node, uuid, extras: extras.toString() } },
    coordinator.tuning.adminTimeoutUs,
  )
  if (journalled.kind !== 'ok') return journalled
  const startedUs = coordinator.process.nowUs
  // Already now: if this reign ends meanwhile nobody is told of the rebuild's end, and the next would count the clone.
  member.rebuild = { uuid, before: member.loss, sinceUs: startedUs }
  markLost(coordinator, member, 'rebuilt', startedUs)
  member.lossInJournal = member.loss
  const donor = donorFor(coordinator, reign, member)
  const rebuilt = yield* call(
    coordinator.supervisor,
    { kind: 'rebuild', node: member.node, donor: donor.node },
    REBUILD_TIMEOUT_US,
  )
  // Certainly not done.
  if (rebuilt.kind === 'failed') unlose(member, coordinator.process.nowUs)
  if (rebuilt.kind !== 'ok') return rebuilt
  const rebuiltUs = coordinator.process.nowUs
  markLost(coordinator, member, 'rebuilt', rebuiltUs)
  member.provedUs = -1
  // Another server from here on, of which nothing is remembered.
  member.held = EMPTY_GTID_SET
  member.heldAnsweredUs = rebuiltUs
  member.look = null
  member.knownUuid = rebuilt.reply.uuid
  yield* emit({ kind: 'rebuilt', node: member.node, uuid: rebuilt.reply.uuid, tookUs: rebuiltUs - startedUs })
  return rebuilt
}

/** A healthy replica rather than the source, which has clients to serve. */
function donorFor(coordinator: CoordinatorState, reign: Reign, member: Member): Member {
  return donorsFor(coordinator, reign, member)[0] ?? reign.source
}

function donorsFor({ members }: CoordinatorState, reign: Reign, member: Member): readonly Member[] {
  return members.filter(
    (m) =>
      m !== member &&
      m !== reign.source &&
      m.probe === 'answered' &&
      m.loss === null &&
      !m.quarantined &&
      !needsRejoin(reign, m),
  )
}
