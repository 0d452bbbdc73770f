/**
 * How clients ask: one operation, to the coordinator that its client speaks to at present, with its outcome written into
 * the history. A client goes over to the next coordinator when it hears nothing from its own, or that it does not reign,
 * or that it could not have a write acknowledged. Each client finds out by itself: while coordinators are apart, some
 * may speak to one and some to another, which is what a stale read takes. The operation that found out keeps its
 * outcome; it is not sent again.
 *
 * A coordinator that stands still would keep its clients for as long as an operation may take. So one that owes answers
 * and gives none to anybody is asked for its status; when that is not answered either, and another one says that it
 * reigns, what is in flight is given up and its clients go there; every second one, for the others know nothing but
 * their deadline.
 */
import type { Deferred } from '../../algorithms/effects.ts'
import { call, deferred, type Fiber, type FiberProcess, sleep } from '../../algorithms/fiber.ts'
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

/** One that has owed answers for so long and given none is asked for its status, and answers within as long. */
const SILENT_US = 150_000
const WATCH_US = 50_000

interface Asked {
  readonly server: CoordinatorServer
  inFlight: number
  /** When it last answered anybody, or began to owe an answer. */
  heardUs: number
  /** Settled when its clients go elsewhere. */
  left: Deferred<void>
}

export class CoordinatorClient {
  readonly #process: FiberProcess
  readonly #coordinators: readonly Asked[]
  /** By its own word, when another one was left. */
  #reigning: number | null = null

  constructor(process: FiberProcess, coordinators: readonly CoordinatorServer[]) {
    this.#process = process
    this.#coordinators = coordinators.map((server) => ({ server, inFlight: 0, heardUs: 0, left: deferred() }))
  }

  begin(): void {
    if (this.#coordinators.length > 1) this.#process.spawn('watch-coordinators', this.#watch())
  }

  /** For as long as the process lives. */
  *#watch(): Fiber<never> {
    for (;;) {
      yield* sleep(WATCH_US)
      for (const asked of this.#coordinators) {
        if (!this.#isSilent(asked) || (yield* this.#state(asked)) !== null || !this.#isSilent(asked)) continue
        const index = yield* this.#whoReigns(asked)
        if (index === null) continue
        this.#reigning = index
        asked.left.settle()
        asked.left = deferred()
      }
    }
  }

  #isSilent({ inFlight, heardUs }: Asked): boolean {
    return inFlight > 0 && this.#process.nowUs - heardUs >= SILENT_US
  }

  *#state(asked: Asked): Fiber<'reigns' | 'takes over' | 'stands by' | null> {
    const answer = yield* call(asked.server, { kind: 'status' }, SILENT_US)
    if (answer.kind !== 'ok') return null
    asked.heardUs = this.#process.nowUs
    return answer.reply.state
  }

  *#whoReigns(left: Asked): Fiber<number | null> {
    for (const [index, asked] of this.#coordinators.entries())
      if (asked !== left && (yield* this.#state(asked)) === 'reigns') return index
    return null
  }

  /** Sends the operation at `nowUs`. What comes back is to be told by `heard`. */
  send(operation: OpenOperation, session: ClientSession, nowUs: number, deadlineUs: number): Fiber<Answer> {
    operation.sentUs = nowUs
    // What holds if the run is cut short before an answer comes: a write may have happened.
    explain(operation, IN_FLIGHT)
    operation.outcome = operation.kind === 'write' ? 'unknown' : 'failed'
    const { kind, consistency } = operation
    const asked = this.#coordinators[session.coordinator]!
    if (asked.inFlight++ === 0) asked.heardUs = this.#process.nowUs
    const request = { kind, statement: statementOf(operation), consistency, session: session.now } as const
    return call(asked.server, request, deadlineUs, session.isPatient ? null : asked.left)
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
    const asked = this.#coordinators[session.coordinator]!
    asked.inFlight--
    if (outcome.kind === 'ok') {
      asked.heardUs = this.#process.nowUs
      const { reply } = outcome
      if (reply.verdict === 'ok' || (reply.verdict === 'failed' && reply.why.code !== 'nobody-reigns')) return
    }
    const isLeft = outcome.kind !== 'ok' && outcome.why.code === 'unwanted'
    session.coordinator = (isLeft ? this.#reigning : null) ?? (session.coordinator + 1) % this.#coordinators.length
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
