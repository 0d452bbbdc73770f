/**
 * A planned move of the source, asked for by an operator or by the election policy's adviser. It loses nothing and
 * fails nothing: the successor is brought up to date while writes go on; then new operations are held back at the gate,
 * those under way get their acknowledgement, the source is fenced, and a take-over follows that tries the successor
 * first and the old source last (failover/rules.md section 2).
 */
import { call, type Deferred, deferred, emit, type Fiber, wait } from '../effects.ts'
import type { SwitchoverReply } from '../servers.ts'
import { type CoordinatorState, hurry, type Member, NOBODY_REIGNS, type Reign } from './state.ts'

/** The successor's time to reach what the source had when it was asked. */
const PREPARE_US = 1_000_000
/** Operations under way, once the gate is closed; those that take longer end as unknown. */
const DRAIN_US = 300_000
/** Whoever asked is answered by then, also while no source can be found. */
const ANSWER_US = 10_000_000

/** One move on its way. */
export interface Move {
  readonly from: Member
  /** Null: whoever the election policy puts first. */
  readonly to: Member | null
  readonly by: 'request' | 'adviser'
  readonly reason: string
  readonly done: Deferred<SwitchoverReply>
}

export interface MoveRequest {
  readonly to: string | null
  readonly by: Move['by']
  readonly reason: string
}

/** Returns when a source reigns again, when the move was refused before anything was touched, or at its deadline. */
export function* switchover(coordinator: CoordinatorState, request: MoveRequest): Fiber<SwitchoverReply> {
  const { reign } = coordinator
  if (reign === null) return refused(coordinator, NOBODY_REIGNS)
  if (coordinator.move !== null) return refused(coordinator, 'another move is under way')
  const to = request.to === null ? null : (coordinator.byNode.get(request.to) ?? null)
  if (request.to !== null && to === null) return refused(coordinator, `there is no server ${request.to}`)
  if (to === reign.source) return refused(coordinator, `${reign.source.node} is the source already`)
  const { by, reason } = request
  const move: Move = { from: reign.source, to, by, reason, done: deferred() }
  coordinator.move = move
  yield* emit({ kind: 'planned', epoch: reign.epoch + 1, from: move.from.node, to: to?.node ?? null, by, reason })
  const obstacle = yield* prepare(coordinator, reign, to)
  // Nothing to do where a failover has come first: the next reign ends this move.
  if (coordinator.move !== move || coordinator.reign !== reign)
    yield* emit({ kind: 'note', text: 'a failover came first' })
  else if (obstacle !== null) yield* refuseMove(coordinator, reign.epoch, obstacle)
  else if (reign.alarm.settled) yield* refuseMove(coordinator, reign.epoch, 'something is wrong with the source')
  else reign.alarm.settle({ kind: 'planned', reason: describe(move), from: move.from, to })
  const reply = yield* wait(move.done, ANSWER_US)
  if (reply !== undefined) return reply
  const source = coordinator.reign?.source.node ?? null
  return { verdict: 'unknown', source, reason: `no end after ${ANSWER_US / 1e6} s`, heldUs: null }
}

function describe({ to, by, reason }: Move): string {
  const what = `a planned move${to === null ? '' : ` to ${to.node}`}`
  return by === 'request' ? `${what} was asked for` : `${what}: ${reason}`
}

/** Why the move should not even begin, or null: the successor follows and has what the source had a moment ago. */
function* prepare(coordinator: CoordinatorState, reign: Reign, to: Member | null): Fiber<string | null> {
  if (to === null) return null
  const { state, node } = to
  if (to.probe !== 'answered' || state === null) return `${node} does not answer`
  if (to.quarantined || to.lost) return `${node} lost data and does not count yet`
  if (state.source !== reign.source.node || state.applier !== 'running') return `${node} does not follow the source`
  const { statementTimeoutUs } = coordinator.tuning
  const current = yield* call(reign.source.server, { kind: 'executed' }, statementTimeoutUs, reign.ended)
  if (current.kind !== 'ok') return `the source did not say what it has executed: ${current.reason}`
  const gtids = current.reply.executed
  const wanted = { kind: 'waitFor', gtids, level: 'applied', timeoutUs: PREPARE_US } as const
  const arrived = yield* call(to.server, wanted, PREPARE_US + statementTimeoutUs, reign.ended)
  if (arrived.kind === 'ok' && arrived.reply.covered) return null
  return `${node} did not catch up within ${PREPARE_US / 1e6} s`
}

/** From here on clients wait. Ends when nothing is under way any more, or has had its time. */
export function* holdClients(coordinator: CoordinatorState): Fiber<void> {
  coordinator.gate.close(coordinator.process.nowUs)
  yield* coordinator.gate.emptied(DRAIN_US)
}

/** Nothing was touched, and nobody is held. */
export function* refuseMove(coordinator: CoordinatorState, epoch: number, reason: string): Fiber<void> {
  yield* finish(coordinator, epoch, 'refused', reason)
}

/** A source reigns: whoever was held goes on, and whoever asked for the move is told what became of it. */
export function* endMove(coordinator: CoordinatorState, reign: Reign): Fiber<void> {
  const { move } = coordinator
  const wanted = move === null || (move.to === null ? reign.source !== move.from : reign.source === move.to)
  yield* finish(coordinator, reign.epoch, wanted ? 'moved' : 'elsewhere', `${reign.source.node} reigns`)
}

function* finish(
  coordinator: CoordinatorState,
  epoch: number,
  verdict: 'moved' | 'elsewhere' | 'refused',
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
  yield* emit({ kind: 'switched', epoch, from: move.from.node, source, by: move.by, verdict, reason, heldUs, charged })
  if (verdict !== 'refused') hurry([move.from])
  move.done.settle({ verdict, source, reason, heldUs })
}

function refused(coordinator: CoordinatorState, reason: string): SwitchoverReply {
  return { verdict: 'refused', source: coordinator.reign?.source.node ?? null, reason, heldUs: null }
}
