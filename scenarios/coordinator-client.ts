/**
 * How clients ask: one operation, to the coordinator that its client speaks to at present, with its outcome written into
 * the history. A client goes over to the next coordinator when it hears nothing from its own, or that it does not reign,
 * or that it could not have a write acknowledged. Each client finds out by itself: while coordinators are apart, some
 * may speak to one and some to another, which is what a stale read takes. The operation that found out keeps its
 * outcome; it is not sent again.
 */
import { NOBODY_REIGNS } from '../algorithms/failover/state.ts'
import { call, type Fiber } from '../algorithms/fiber.ts'
import type { Consistency, CoordinatorServer, Outcome, ReadReply, WriteReply } from '../algorithms/servers.ts'
import type { ClientSession } from './client-session.ts'
import type { Operation } from './record.ts'

export type OpenOperation = { -readonly [K in keyof Operation]: Operation[K] }

/** All fields at once and in one order: a shape of its own per outcome would slow every reader down. */
export function unsent(
  op: number,
  isRead: boolean,
  key: number,
  consistency: Consistency,
  session: number | null,
  intendedUs: number,
): OpenOperation {
  return {
    op,
    kind: isRead ? 'read' : 'write',
    key,
    consistency,
    session,
    intendedUs,
    sentUs: null,
    endUs: null,
    outcome: 'unsent',
    reason: null,
    gtid: null,
    timestamp: null,
    epoch: null,
    node: null,
    value: null,
  }
}

export class CoordinatorClient {
  readonly #coordinators: readonly CoordinatorServer[]

  constructor(coordinators: readonly CoordinatorServer[]) {
    this.#coordinators = coordinators
  }

  /** Sends the operation at `nowUs` and returns when it has its outcome; `endUs` is left to the caller. */
  *send(operation: OpenOperation, session: ClientSession, nowUs: number, deadlineUs: number): Fiber<void> {
    operation.sentUs = nowUs
    // What holds if the run is cut short before an answer comes: a write may have happened.
    operation.reason = 'in flight'
    const { op, key, consistency } = operation
    const coordinator = this.#coordinators[session.coordinator]!
    if (operation.kind === 'write') {
      operation.outcome = 'unknown'
      const outcome = yield* call(
        coordinator,
        { kind: 'write', op, key, consistency, session: session.now },
        deadlineUs,
      )
      this.#heard(session, outcome)
      if (outcome.kind === 'ok') session.wrote(consistency, outcome.reply)
      finishWrite(operation, outcome)
    } else {
      operation.outcome = 'failed'
      const outcome = yield* call(coordinator, { kind: 'read', op, key, consistency, session: session.now }, deadlineUs)
      this.#heard(session, outcome)
      if (outcome.kind === 'ok') session.read(outcome.reply)
      finishRead(operation, outcome)
    }
  }

  #heard(session: ClientSession, outcome: Outcome<WriteReply | ReadReply>): void {
    if (outcome.kind === 'ok') {
      const { reply } = outcome
      if (reply.verdict === 'ok' || (reply.verdict === 'failed' && reply.reason !== NOBODY_REIGNS)) return
    }
    session.coordinator = (session.coordinator + 1) % this.#coordinators.length
  }
}

function finishWrite(operation: OpenOperation, outcome: Outcome<WriteReply>): void {
  if (outcome.kind !== 'ok') {
    operation.outcome = outcome.kind
    operation.reason = outcome.reason
    return
  }
  const { reply } = outcome
  operation.outcome = reply.verdict
  operation.gtid = reply.gtid
  operation.timestamp = reply.timestamp
  if (reply.verdict === 'ok') {
    operation.reason = null
    operation.epoch = reply.epoch
    operation.node = reply.node
  } else operation.reason = reply.reason
}

/** A read that gets no answer has failed: it changed nothing, whatever became of it. */
function finishRead(operation: OpenOperation, outcome: Outcome<ReadReply>): void {
  if (outcome.kind !== 'ok') {
    operation.outcome = 'failed'
    operation.reason = outcome.reason
    return
  }
  const { reply } = outcome
  operation.outcome = reply.verdict
  if (reply.verdict === 'ok') {
    operation.reason = null
    operation.value = reply.value
    operation.epoch = reply.epoch
    operation.node = reply.node
  } else operation.reason = reply.reason
}
