/**
 * A planned move of the source, asked for by an operator or by the election policy's adviser. It loses nothing and
 * fails nothing: the successor is brought up to date while writes go on; then new operations are held back at the gate,
 * those under way get their acknowledgement, the source is fenced, and a take-over follows that tries the successor
 * first and the old source last (failover/rules.md section 2).
 */

import { call, deferred, emit, type Fiber, wait } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import { hurry, type Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState, Move } from './state.ts'
import type { SwitchoverReply } from './steering.ts'

/** The successor's time to reach what the source had when it was asked. */
const PREPARE_US = 1_000_000
/** Operations under way, once the gate is closed; those that take longer end as unknown. */
const DRAIN_US = 300_000
/** Whoever asked is answered by then, also while no source can be found. */
export const ANSWER_US = 10_000_000

interface MoveRequest {
  readonly to: string | null
  readonly by: Move['by']
  readonly reason: string
}

/** Returns when a source reigns again, when the move was refused before anything was touched, or at its deadline. */
export function* switchover(coordinator: CoordinatorState, request: MoveRequest): Fiber<SwitchoverReply> {
  const { reign } = coordinator
  if (reign === null) return refused(coordinator, { code: 'nobody-reigns' })
  if (coordinator.move !== null) return refused(coordinator, { code: 'move-under-way' })
  const to = request.to === null ? null : (coordinator.byNode.get(request.to) ?? null)
  if (request.to !== null && to === null) return refused(coordinator, { code: 'no-such-server', node: request.to })
  if (to === reign.source) return refused(coordinator, { code: 'is-source', node: reign.source.node })
  const { by, reason } = request
  const move: Move = { from: reign.source, to, by, reason, done: deferred() }
  coordinator.move = move
  yield* emit({ kind: 'planned', epoch: reign.epoch + 1, from: move.from.node, to: to?.node ?? null, by, reason })
  const obstacle = yield* prepare(coordinator, reign, to)
  // Nothing to do where a failover has come first: the next reign ends this move.
  if (coordinator.move !== move || coordinator.reign !== reign)
    yield* emit({ kind: 'note', text: 'a failover came first' })
  else if (obstacle !== null) yield* refuseMove(coordinator, reign.epoch, obstacle)
  else if (reign.alarm.settled) yield* refuseMove(coordinator, reign.epoch, { code: 'source-in-trouble' })
  else reign.alarm.settle({ kind: 'planned', reason: describe(move), from: move.from, to })
  const reply = yield* wait(move.done, ANSWER_US)
  if (reply !== undefined) return reply
  const source = coordinator.reign?.source.node ?? null
  const why: Why = { code: 'no-end', afterUs: ANSWER_US }
  return { verdict: 'unknown', source, why, reason: textOf(why), heldUs: null }
}

function describe({ to, by, reason }: Move): string {
  const what = `a planned move${to === null ? '' : ` to ${to.node}`}`
  return by === 'request' ? `${what} was asked for` : `${what}: ${reason}`
}

/** Why the move should not even begin, or null: the successor follows and has what the source had a moment ago. */
function* prepare(coordinator: CoordinatorState, reign: Reign, to: Member | null): Fiber<Why | null> {
  if (to === null) return null
  const obstacle = obstacleToMove(reign, to)
  if (obstacle !== null) return obstacle
  const { node } = to
  const { statementTimeoutUs } = coordinator.tuning
  const current = yield* call(reign.source.server, { kind: 'executed' }, statementTimeoutUs, reign.ended)
  if (current.kind !== 'ok') return { code: 'source-silent', cause: current.why }
  const gtids = current.reply.executed
  const wanted = { kind: 'waitFor', gtids, level: 'applied', timeoutUs: PREPARE_US } as const
  const arrived = yield* call(to.server, wanted, PREPARE_US + statementTimeoutUs, reign.ended)
  if (arrived.kind === 'ok' && arrived.reply.covered) return null
  return { code: 'late', node, withinUs: PREPARE_US }
}

/** By its last probe. */
export function obstacleToMove({ source }: Reign, { node, probe, state, quarantined, loss }: Member): Why | null {
  if (probe !== 'answered' || state === null) return { code: 'silent', node }
  if (quarantined || loss !== null) return { code: 'lost-data', node }
  return state.source !== source.node || state.applier !== 'running' ? { code: 'not-following', node } : null
}

/** From here on clients wait. Ends when nothing is under way any more, or has had its time. */
export function* holdClients(coordinator: CoordinatorState): Fiber<void> {
  coordinator.gate.close(coordinator.process.nowUs)
  yield* coordinator.gate.emptied(DRAIN_US)
}

/** Nothing was touched, and nobody is held. */
export function* refuseMove(coordinator: CoordinatorState, epoch: number, why: Why): Fiber<void> {
  yield* finish(coordinator, epoch, 'refused', why, textOf(why))
}

/** A source reigns: whoever was held goes on, and whoever asked for the move is told what became of it. */
export function* endMove(coordinator: CoordinatorState, reign: Reign): Fiber<void> {
  const { move } = coordinator
  const wanted = move === null || (move.to === null ? reign.source !== move.from : reign.source === move.to)
  yield* finish(coordinator, reign.epoch, wanted ? 'moved' : 'elsewhere', null, `${reign.source.node} reigns`)
}

function* finish(
  coordinator: CoordinatorState,
  epoch: number,
  verdict: 'moved' | 'elsewhere' | 'refused',
  why: Why | null,
  reason: string,
): Fiber<void> {
  const { move, gate, account } = coordinator
  const heldUs = gate.open(coordinator.process.nowUs)
  if (move === null) return
  coordinator.move = null
  if (move.by === 'adviser' && heldUs !== null) {
    account.moves++
    account.heldUs += heldUs
  }
  const source = coordinator.reign?.source.node ?? null
  const charged = move.by === 'adviser' ? { ...account } : null
  const from = move.from.node
  yield* emit({ kind: 'switched', epoch, from, source, by: move.by, verdict, why, reason, heldUs, charged })
  if (verdict !== 'refused') hurry([move.from])
  move.done.settle({ verdict, source, why, reason, heldUs })
}

export function refused(coordinator: CoordinatorState, why: Why): SwitchoverReply {
  const source = coordinator.reign?.source.node ?? null
  return { verdict: 'refused', source, why, reason: textOf(why), heldUs: null }
}
