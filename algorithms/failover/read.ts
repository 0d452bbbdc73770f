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
import type { ClientRequest, ReadReply } from '../servers.ts'
import { newestRow } from './epoch.ts'
import { clientOutcome } from './monitor.ts'
import type { CoordinatorState, Member, Reign } from './state.ts'

/** A replica has so long to execute what a session has seen, before the source is asked. */
const SESSION_WAIT_US = 100_000

export function read(
  coordinator: CoordinatorState,
  request: Pick<ClientRequest, 'key' | 'consistency' | 'session'>,
): Fiber<ReadReply> {
  const { reign } = coordinator
  if (reign === null) return refusal({ code: 'nobody-reigns' })
  const { key } = request
  const seen = request.session?.seen ?? null
  switch (request.consistency) {
    case 'STRONG':
      return strong(coordinator, reign, key, seen)
    case 'SESSION':
      return inSession(coordinator, reign, key, seen)
    case 'EVENTUAL':
      return eventual(coordinator, reign, key)
  }
}

/**
 * `seen`: of a session that keeps track. The source is waited for like any other server: under semi-sync its replicas
 * may show (and have acknowledged) what it does not show yet itself, and the session may have read it there.
 */
function* strong(coordinator: CoordinatorState, reign: Reign, key: number, seen: GtidSet | null): Fiber<ReadReply> {
  const { tuning } = coordinator
  const { source, acknowledgements, confirmations } = reign
  const outcome = yield* call(
    source.server,
    { kind: 'query', key, after: seen, wantExecuted: true },
    tuning.statementTimeoutUs,
    reign.ended,
  )
  const nowUs = coordinator.process.nowUs
  clientOutcome(coordinator, reign, outcome.kind === 'ok', nowUs)
  if (outcome.kind !== 'ok') return failed(outcome.why)

  const confirmation = confirmations.request()
  const executed = outcome.reply.executed!
  const shown = Math.max(reign.base, executed.highest(reign.sourceUuid))
  const acknowledgement = acknowledgements.waitFor(shown, null, nowUs)
  const acknowledged = yield* wait(acknowledgement, tuning.quorumTimeoutUs)
  if (acknowledged !== 'acknowledged') {
    acknowledgements.forget(acknowledgement)
    confirmations.forget(confirmation)
    return failed({ code: acknowledged === 'ended' ? 'epoch-ended' : 'read-unacknowledged' })
  }
  const confirmed = yield* wait(confirmation, tuning.quorumTimeoutUs)
  if (confirmed !== 'confirmed') {
    confirmations.forget(confirmation)
    return failed({ code: confirmed === 'ended' ? 'epoch-ended' : 'read-unconfirmed' })
  }
  const { value } = outcome.reply
  return { verdict: 'ok', value, epoch: reign.epoch, node: source.node, seen: seen === null ? null : executed }
}

function* inSession(coordinator: CoordinatorState, reign: Reign, key: number, seen: GtidSet | null): Fiber<ReadReply> {
  const member = nearest(coordinator, reign)
  if (member !== reign.source) {
    const reply = yield* after(coordinator, reign, member, key, seen, SESSION_WAIT_US)
    if (reply.verdict === 'ok') return reply
  }
  return yield* after(coordinator, reign, reign.source, key, seen, coordinator.tuning.statementTimeoutUs)
}

/** What `member` shows once it has executed `seen` and what it shows is acknowledged. */
function* after(
  coordinator: CoordinatorState,
  reign: Reign,
  member: Member,
  key: number,
  seen: GtidSet | null,
  deadlineUs: number,
): Fiber<ReadReply> {
  const outcome = yield* call(
    member.server,
    { kind: 'query', key, after: seen, wantExecuted: true },
    deadlineUs,
    reign.ended,
  )
  const nowUs = coordinator.process.nowUs
  if (member === reign.source) clientOutcome(coordinator, reign, outcome.kind === 'ok', nowUs)
  if (outcome.kind !== 'ok') return failed(outcome.why)
  const { value } = outcome.reply
  const executed = outcome.reply.executed!
  const { acknowledgements } = reign
  const { base, marker } = acknowledgements.epoch
  // One that has not begun this epoch may hold transactions of older ones that are lost; and what a newer one wrote is
  // not this coordinator's to acknowledge.
  if (!executed.has(marker) || newestRow(executed)!.epoch > reign.epoch) return failed({ code: 'foreign-server' })
  const acknowledgement = acknowledgements.waitFor(Math.max(base, executed.highest(reign.sourceUuid)), null, nowUs)
  const acknowledged = yield* wait(acknowledgement, coordinator.tuning.quorumTimeoutUs)
  if (acknowledged === 'acknowledged')
    return { verdict: 'ok', value, epoch: reign.epoch, node: member.node, seen: executed }
  acknowledgements.forget(acknowledgement)
  return failed({ code: acknowledged === 'ended' ? 'epoch-ended' : 'read-unacknowledged' })
}

function* eventual(coordinator: CoordinatorState, reign: Reign, key: number): Fiber<ReadReply> {
  const member = nearest(coordinator, reign)
  const outcome = yield* call(
    member.server,
    { kind: 'query', key, after: null, wantExecuted: false },
    coordinator.tuning.statementTimeoutUs,
  )
  if (outcome.kind !== 'ok') return failed(outcome.why)
  return { verdict: 'ok', value: outcome.reply.value, epoch: reign.epoch, node: member.node, seen: null }
}

function nearest(coordinator: CoordinatorState, reign: Reign): Member {
  let best = reign.source
  for (const member of coordinator.members) {
    if (member === reign.source || member.probe !== 'answered' || member.quarantined) continue
    if (member.state === null || member.state.offline || member.state.receiver !== 'running') continue
    if (best === reign.source || member.latencyUs < best.latencyUs) best = member
  }
  return best
}

function* refusal(why: Why): Fiber<ReadReply> {
  return failed(why)
}

function failed(why: Why): ReadReply {
  return { verdict: 'failed', why, reason: textOf(why) }
}
