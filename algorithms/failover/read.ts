/**
 * One read. EVENTUAL: the nearest healthy replica, as stale as it is. STRONG: linearizable, by failover/rules.md section 4:
 * the source's data, held back until everything it may show is acknowledged, and until floor(n/2) replicas, asked after
 * the read, know of no newer epoch.
 */
import { call, type Fiber, now, wait } from '../effects.ts'
import type { Consistency, ReadReply } from '../servers.ts'
import { clientOutcome } from './monitor.ts'
import { type CoordinatorState, type Member, NOBODY_REIGNS, type Reign } from './state.ts'

export function read(
  coordinator: CoordinatorState,
  request: { readonly key: number; readonly consistency: Consistency },
): Fiber<ReadReply> {
  const { reign } = coordinator
  if (reign === null) return refusal(NOBODY_REIGNS)
  const { key } = request
  return request.consistency === 'STRONG' ? strong(coordinator, reign, key) : eventual(coordinator, reign, key)
}

function* strong(coordinator: CoordinatorState, reign: Reign, key: number): Fiber<ReadReply> {
  const { tuning } = coordinator
  const { source, acknowledgements, confirmations } = reign
  const outcome = yield* call(
    source.server,
    { kind: 'query', key, after: null, wantExecuted: true },
    tuning.statementTimeoutUs,
    reign.ended,
  )
  const nowUs = yield* now()
  clientOutcome(coordinator, reign, outcome.kind === 'ok', nowUs)
  if (outcome.kind !== 'ok') return failed(outcome.reason)

  const confirmation = confirmations.request()
  const seen = Math.max(reign.base, outcome.reply.executed!.highest(reign.sourceUuid))
  const acknowledgement = acknowledgements.waitFor(seen, null, nowUs)
  const acknowledged = yield* wait(acknowledgement, tuning.quorumTimeoutUs)
  if (acknowledged !== 'acknowledged') {
    acknowledgements.forget(acknowledgement)
    confirmations.forget(confirmation)
    return failed(acknowledged === 'ended' ? 'the epoch ended' : 'what was read was not acknowledged in time')
  }
  const confirmed = yield* wait(confirmation, tuning.quorumTimeoutUs)
  if (confirmed !== 'confirmed') {
    confirmations.forget(confirmation)
    return failed(confirmed === 'ended' ? 'the epoch ended' : 'the epoch was not confirmed in time')
  }
  return { verdict: 'ok', value: outcome.reply.value, epoch: reign.epoch, node: source.node }
}

function* eventual(coordinator: CoordinatorState, reign: Reign, key: number): Fiber<ReadReply> {
  const member = nearest(coordinator, reign)
  const outcome = yield* call(
    member.server,
    { kind: 'query', key, after: null, wantExecuted: false },
    coordinator.tuning.statementTimeoutUs,
  )
  if (outcome.kind !== 'ok') return failed(outcome.reason)
  return { verdict: 'ok', value: outcome.reply.value, epoch: reign.epoch, node: member.node }
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

function* refusal(reason: string): Fiber<ReadReply> {
  return failed(reason)
}

function failed(reason: string): ReadReply {
  return { verdict: 'failed', reason }
}
