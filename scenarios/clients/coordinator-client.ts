/**
 * How clients ask: one operation, to the coordinator that its client speaks to at present, with its outcome written into
 * the history. A client goes over to the next coordinator when it hears nothing from its own, or that it does not reign,
 * or that it could not have a write acknowledged. Each client finds out by itself: while coordinators are apart, some
 * may speak to one and some to another, which is what a stale read takes. The operation that found out keeps its
 * outcome; it is not sent again.
 */
import { call, type Fiber } from '../../algorithms/fiber.ts'
import { type Explained, explained } from '../../algorithms/reasons/outcomes.ts'
import type { CoordinatorServer, Outcome, ReadReply, WriteReply } from '../../algorithms/servers.ts'
import type { Consistency, KeyedStatement } from '../../algorithms/statements.ts'
import type { Operation } from '../record.ts'
import type { ClientSession } from './client-session.ts'

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
    why: null,
    reason: null,
    gtid: null,
    timestamp: null,
    epoch: null,
    node: null,
    value: null,
  }
}

type Answer = Outcome<WriteReply | ReadReply>

const NO_REASON = { why: null, reason: null } as const
const IN_FLIGHT = explained({ code: 'in-flight' })

/** Why the operation did not succeed, or might not have: for what decides, and for people. */
export function explain(operation: OpenOperation, { why, reason }: Explained | typeof NO_REASON): void {
  operation.why = why
  operation.reason = reason
}

export class CoordinatorClient {
  readonly #coordinators: readonly CoordinatorServer[]

  constructor(coordinators: readonly CoordinatorServer[]) {
    this.#coordinators = coordinators
  }

  /** Sends the operation at `nowUs`. What comes back is to be told by `heard`. */
  send(operation: OpenOperation, session: ClientSession, nowUs: number, deadlineUs: number): Fiber<Answer> {
    operation.sentUs = nowUs
    // What holds if the run is cut short before an answer comes: a write may have happened.
    explain(operation, IN_FLIGHT)
    operation.outcome = operation.kind === 'write' ? 'unknown' : 'failed'
    const { kind, consistency } = operation
    const coordinator = this.#coordinators[session.coordinator]!
    const statement = statementOf(operation)
    return call(coordinator, { kind, statement, consistency, session: session.now }, deadlineUs)
  }

  /** The operation has its outcome; `endUs` is left to the caller. */
  heard(operation: OpenOperation, session: ClientSession, answer: Answer): void {
    this.#judge(session, answer)
    if (operation.kind === 'write') {
      const outcome = answer as Outcome<WriteReply>
      if (outcome.kind === 'ok') session.wrote(operation.consistency, outcome.reply)
      finishWrite(operation, outcome)
    } else {
      const outcome = answer as Outcome<ReadReply>
      if (outcome.kind === 'ok') session.read(outcome.reply)
      finishRead(operation, outcome)
    }
  }

  /** Is this the coordinator to ask next time? */
  #judge(session: ClientSession, outcome: Answer): void {
    if (outcome.kind === 'ok') {
      const { reply } = outcome
      if (reply.verdict === 'ok' || (reply.verdict === 'failed' && reply.why.code !== 'nobody-reigns')) return
    }
    session.coordinator = (session.coordinator + 1) % this.#coordinators.length
  }
}

function statementOf({ op, key, moreKeys, payloadBytes }: OpenOperation): KeyedStatement {
  if (moreKeys === undefined && payloadBytes === undefined) return { kind: 'keyed', op, key }
  return { kind: 'keyed', op, key, moreKeys: moreKeys ?? [], payloadBytes: payloadBytes ?? 0 }
}

function finishWrite(operation: OpenOperation, outcome: Outcome<WriteReply>): void {
  if (outcome.kind !== 'ok') {
    operation.outcome = outcome.kind
    explain(operation, outcome)
    return
  }
  const { reply } = outcome
  operation.outcome = reply.verdict
  operation.gtid = reply.gtid
  operation.timestamp = reply.timestamp
  if (reply.verdict === 'ok') {
    explain(operation, NO_REASON)
    operation.epoch = reply.epoch
    operation.node = reply.node
  } else explain(operation, reply)
}

/** A read that gets no answer has failed: it changed nothing, whatever became of it. */
function finishRead(operation: OpenOperation, outcome: Outcome<ReadReply>): void {
  if (outcome.kind !== 'ok') {
    operation.outcome = 'failed'
    explain(operation, outcome)
    return
  }
  const { reply } = outcome
  operation.outcome = reply.verdict
  if (reply.verdict === 'ok') {
    explain(operation, NO_REASON)
    operation.value = reply.value
    operation.epoch = reply.epoch
    operation.node = reply.node
  } else explain(operation, reply)
}
