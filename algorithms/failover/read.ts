/**
 * One read. EVENTUAL: the nearest healthy replica, as stale as it is. STRONG: linearizable, by failover/rules.md section 4:
 * the source's data, held back until everything it may show is acknowledged, and until floor(n/2) replicas, asked after
 * the read, know of no newer epoch.
 *
 * SESSION: a replica that has executed all that the session has written and read, or else the source; and, like STRONG,
 * held back until everything it may show is acknowledged. Without that a session could read what a failover then loses,
 * and would either wait for it for ever or see its key go back. It needs no confirmation: what is acknowledged stays,
 * whoever reigns by now, and newer data is promised to nobody but the session's own past. So a session never reads
 * anything older than it has written or read, across failovers and coordinators too, and costs no round trip more than
 * an EVENTUAL read where the replica is up to date.
 */
import { call, type Fiber, wait } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import type { ClientRequest, MysqlRequests, ReadReply, ReplyOf } from '../servers.ts'
import type { Staleness, Statement } from '../statements.ts'
import type { Told } from '../told.ts'
import { newestRow } from './epoch.ts'
import type { Member } from './member.ts'
import { receiptsSeen } from './receipts.ts'
import type { Reign } from './reign.ts'
import { hearSource } from './source-watch.ts'
import type { CoordinatorState } from './state.ts'
import { statementDeadlineUs } from './statement-deadline.ts'

/** A replica has so long to execute what a session has seen, before the source is asked. */
const SESSION_WAIT_US = 100_000

export function read(
  coordinator: CoordinatorState,
  request: Pick<ClientRequest, 'statement' | 'consistency' | 'session'>,
): Fiber<ReadReply> {
  const { reign } = coordinator
  if (reign === null) return refusal({ code: 'nobody-reigns' })
  const { statement } = request
  const seen = request.session?.seen ?? null
  switch (request.consistency) {
    case 'STRONG':
      return strong(coordinator, reign, statement, seen)
    case 'SESSION':
      return inSession(coordinator, reign, statement, seen)
    case 'EVENTUAL':
      return eventual(coordinator, reign, statement)
  }
}

/**
 * `seen`: of a session that keeps track. The source is waited for like any other server: under semi-sync its replicas
 * may show (and have acknowledged) what it does not show yet itself, and the session may have read it there.
 */
function* strong(
  coordinator: CoordinatorState,
  reign: Reign,
  statement: Statement,
  seen: GtidSet | null,
): Fiber<ReadReply> {
  const { source } = reign
  if (statement.kind === 'keyed') source.silence.asked(coordinator.process.nowUs)
  const outcome = yield* call(
    source.server,
    {
      kind: 'query',
      statement,
      after: seen,
      waitUs: waitUs(coordinator.tuning.statementTimeoutUs),
      wantExecuted: true,
    },
    statementDeadlineUs(statement, coordinator.tuning),
    reign.ended,
  )
  hearSource(coordinator, reign, statement, outcome)
  if (outcome.kind !== 'ok') return failed(outcome.why)
  const { executed } = outcome.reply
  const why = yield* held(coordinator, reign, executed!, outcome.reply.told)
  if (why !== null) return failed(why)
  return shown(reign, source, outcome.reply, seen === null ? null : executed)
}

/**
 * Waits until everything in `executed`, which the source has just shown, is acknowledged and the epoch is confirmed;
 * null: so it is.
 */
export function* held(
  { tuning, process }: CoordinatorState,
  reign: Reign,
  executed: GtidSet,
  told: Told,
): Fiber<Why | null> {
  const { acknowledgements, confirmations, base, sourceUuid } = reign
  const confirmation = confirmations.request()
  const newest = Math.max(base, executed.highest(sourceUuid))
  receiptsSeen(reign, executed, told, process.nowUs)
  const acknowledgement = acknowledgements.waitFor(newest, null, process.nowUs)
  const acknowledged = yield* wait(acknowledgement, tuning.quorumTimeoutUs)
  if (acknowledged !== 'acknowledged') {
    acknowledgements.forget(acknowledgement)
    confirmations.forget(confirmation)
    return { code: acknowledged === 'ended' ? 'epoch-ended' : 'read-unacknowledged' }
  }
  const confirmed = yield* wait(confirmation, tuning.quorumTimeoutUs)
  if (confirmed === 'confirmed') return null
  confirmations.forget(confirmation)
  return { code: confirmed === 'ended' ? 'epoch-ended' : 'read-unconfirmed' }
}

function* inSession(
  coordinator: CoordinatorState,
  reign: Reign,
  statement: Statement,
  seen: GtidSet | null,
): Fiber<ReadReply> {
  const member = reader(coordinator, reign, statement.kind)
  if (member !== reign.source) {
    const reply = yield* after(coordinator, reign, member, statement, seen, SESSION_WAIT_US)
    // What is wrong with the statement itself is so everywhere.
    if (reply.verdict === 'ok' || reply.why.code === 'statement-refused') return reply
  }
  return yield* after(coordinator, reign, reign.source, statement, seen, coordinator.tuning.statementTimeoutUs)
}

/** What `member` shows once it has executed `seen`, in `withinUs`, and what it shows is acknowledged. */
function* after(
  coordinator: CoordinatorState,
  reign: Reign,
  member: Member,
  statement: Statement,
  seen: GtidSet | null,
  withinUs: number,
): Fiber<ReadReply> {
  // A row is found at once, so that the wait is all; SQL may take its own time behind it.
  const deadlineUs = statement.kind === 'keyed' ? withinUs : statementDeadlineUs(statement, coordinator.tuning)
  const outcome = yield* call(
    member.server,
    { kind: 'query', statement, after: seen, waitUs: waitUs(withinUs), wantExecuted: true },
    deadlineUs,
    reign.ended,
  )
  if (member === reign.source) hearSource(coordinator, reign, statement, outcome)
  if (outcome.kind !== 'ok') return failed(outcome.why)
  const executed = outcome.reply.executed!
  const why = yield* heldForSession(coordinator, reign, executed)
  return why === null ? shown(reign, member, outcome.reply, executed) : failed(why)
}

/** Waits until everything in `executed`, which some server of the epoch has just shown, is acknowledged; null: so it is. */
export function* heldForSession(
  { tuning, process }: CoordinatorState,
  { acknowledgements, epoch, sourceUuid }: Reign,
  executed: GtidSet,
): Fiber<Why | null> {
  const { base, marker } = acknowledgements.epoch
  // One that has not begun this epoch may hold transactions of older ones that are lost; and what a newer one wrote is
  // not this coordinator's to acknowledge.
  if (!executed.has(marker) || newestRow(executed)!.epoch > epoch) return { code: 'foreign-server' }
  const newest = Math.max(base, executed.highest(sourceUuid))
  const acknowledgement = acknowledgements.waitFor(newest, null, process.nowUs)
  const acknowledged = yield* wait(acknowledgement, tuning.quorumTimeoutUs)
  if (acknowledged === 'acknowledged') return null
  acknowledgements.forget(acknowledgement)
  return { code: acknowledged === 'ended' ? 'epoch-ended' : 'read-unacknowledged' }
}

function* eventual(coordinator: CoordinatorState, reign: Reign, statement: Statement): Fiber<ReadReply> {
  const member = reader(coordinator, reign, statement.kind)
  const reply = yield* asItIs(coordinator, reign, member, statement)
  // A workload's read fails with its replica: that is what it measures. Others are to get an answer.
  const isLost = reply.verdict === 'failed' && reply.why.code !== 'statement-refused' && reply.why.code !== 'deadline'
  if (statement.kind === 'keyed' || member === reign.source || !isLost) return reply
  return yield* asItIs(coordinator, reign, reign.source, statement)
}

function* asItIs(coordinator: CoordinatorState, reign: Reign, member: Member, statement: Statement): Fiber<ReadReply> {
  const outcome = yield* call(
    member.server,
    { kind: 'query', statement, after: null, waitUs: 0, wantExecuted: false },
    statementDeadlineUs(statement, coordinator.tuning),
  )
  if (outcome.kind !== 'ok') return failed(outcome.why)
  const staleness = stalenessOf(reign, member, coordinator.process.nowUs)
  return { ...shown(reign, member, outcome.reply, null), staleness }
}

/** The server gives up waiting a little before we do: its connection stays usable. */
function waitUs(withinUs: number): number {
  return withinUs * 0.9
}

function shown(
  { epoch }: Reign,
  { node }: Member,
  { value, rows }: ReplyOf<MysqlRequests, 'query'>,
  seen: GtidSet | null,
): Extract<ReadReply, { verdict: 'ok' }> {
  return { verdict: 'ok', value, rows, epoch, node, seen, staleness: null }
}

function stalenessOf({ source }: Reign, member: Member, nowUs: number): Staleness {
  const { state } = member
  const newest = source.state?.executed ?? source.held
  return {
    lagTransactions: member === source || state === null ? 0 : newest.minus(state.executed).size,
    fedAgeUs: member === source ? null : (state?.fedAgeUs ?? null),
    probeAgeUs: nowUs - member.stateAskedUs,
  }
}

/**
 * A workload's read goes to the nearest replica. SQL goes to the one of the largest weight, where weights are kept: it
 * is the quickest to have what is written. The source only where there is no other.
 */
export function reader({ members }: CoordinatorState, reign: Reign, kind: Statement['kind']): Member {
  const { rounds } = reign.acknowledgements
  if (kind === 'sql' && rounds !== null) {
    const heaviest = rounds.ranking.map((index) => members[index]!).find((member) => isFollowing(reign, member))
    return heaviest ?? reign.source
  }
  let nearest = reign.source
  for (const member of members) {
    if (!isFollowing(reign, member)) continue
    if (nearest === reign.source || member.latencyUs < nearest.latencyUs) nearest = member
  }
  return nearest
}

function isFollowing({ source }: Reign, member: Member): boolean {
  if (member === source || member.probe !== 'answered' || member.quarantined) return false
  return member.state !== null && !member.state.offline && member.state.receiver === 'running'
}

function* refusal(why: Why): Fiber<ReadReply> {
  return failed(why)
}

function failed(why: Why): ReadReply {
  return { verdict: 'failed', why, reason: textOf(why) }
}
