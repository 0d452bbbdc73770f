/**
 * A server of `tick` requests: each is answered with a number above its floor and above every number given before, by
 * this process or by its predecessors (`limited-counter.ts`). Requests that come before the journal is read, or above
 * the limit, wait; a client's deadline decides how long that is worth it.
 */
import { call, type Deferred, deferred, type Fiber, sleep, wait } from '../effects.ts'
import type { FiberProcess } from '../fiber.ts'
import type { JournalServer, Outcome } from '../servers.ts'
import { type RunningTimestampServer, type TimestampServerPlace, UNKNOWN_REQUEST } from './algorithm.ts'
import { LimitedCounter } from './limited-counter.ts'

/** A disk that takes longer is as good as gone; the write is repeated. */
const JOURNAL_TIMEOUT_US = 5_000_000
const RETRY_US = 10_000

interface TickServerOptions {
  /** Numbers covered by one write. */
  readonly reserve: number
  /** A number that every tick must exceed, whatever the client says. */
  readonly floor: () => number
  /** Between reading the journal and the first answer. */
  readonly recover: (durableLimit: number) => Fiber<void>
}

interface Waiting {
  readonly counter: number
  readonly answer: (outcome: Outcome<unknown>) => void
}

export function startTickServer(
  process: FiberProcess,
  { index, journal, volatileLimit }: TimestampServerPlace,
  options: TickServerOptions,
): RunningTimestampServer {
  let counter: LimitedCounter | null = null
  /** Came while the journal was being read. */
  const early: { readonly after: number; readonly answer: Waiting['answer'] }[] = []
  /** Ascending: the counter only grows. */
  const uncovered: Waiting[] = []
  let hungry: Deferred<true> = deferred()

  const reply = ({ counter: given, answer }: Waiting) =>
    answer({ kind: 'ok', reply: { timestamp: { counter: given, server: index + 1 } } })
  const tick = (from: LimitedCounter, after: number, answer: Waiting['answer']) => {
    const waiting = { counter: from.advance(Math.max(after, options.floor())), answer }
    if (from.covers(waiting.counter)) reply(waiting)
    else uncovered.push(waiting)
    if (from.wanted() !== null) hungry.settle(true)
  }

  function* serve(): Fiber<never> {
    const durableLimit = volatileLimit ? null : yield* readLimit(journal)
    if (durableLimit !== null) yield* options.recover(durableLimit)
    const from = new LimitedCounter(durableLimit, options.reserve)
    counter = from
    for (const { after, answer } of early.splice(0)) tick(from, after, answer)
    for (;;) {
      const limit = from.wanted()
      if (limit === null) {
        hungry = deferred()
        yield* wait(hungry)
        continue
      }
      const outcome = yield* call(journal, { kind: 'append', record: { limit } }, JOURNAL_TIMEOUT_US)
      if (outcome.kind !== 'ok') {
        yield* sleep(RETRY_US)
        continue
      }
      from.extended(limit)
      while (uncovered.length > 0 && from.covers(uncovered[0]!.counter)) reply(uncovered.shift()!)
    }
  }

  process.spawn('serve', serve())
  return {
    handle(request, answer) {
      if (request.kind !== 'tick') answer(UNKNOWN_REQUEST)
      else if (counter === null) early.push({ after: request.after, answer })
      else tick(counter, request.after, answer)
    },
  }
}

/** The highest limit that was ever written; null when there is none. */
function* readLimit(journal: JournalServer): Fiber<number | null> {
  for (;;) {
    const outcome = yield* call(journal, { kind: 'readAll' }, JOURNAL_TIMEOUT_US)
    if (outcome.kind === 'ok') {
      const limits = (outcome.reply.records as readonly { readonly limit: number }[]).map(({ limit }) => limit)
      return limits.length === 0 ? null : limits.reduce((highest, limit) => Math.max(highest, limit))
    }
    yield* sleep(RETRY_US)
  }
}
