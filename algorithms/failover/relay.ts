/**
 * For a relay that passes on statements itself, on connections of its clients' own: whom to ask, and when the answer may
 * be seen. The rules are those of `read.ts` and `write.ts`; only the statement lies elsewhere. Like there, what it has
 * to know was read after the data (`executed`), or came with the answer (`gtid`).
 */
import type { Fiber } from '../effects.ts'
import type { Why } from '../reasons/why.ts'
import type { CoordinatorRequests, ReplyOf } from '../servers.ts'
import type { Consistency } from '../statements.ts'
import { NOTHING_TOLD } from '../told.ts'
import { room } from './backlog.ts'
import { held, heldForSession, reader } from './read.ts'
import type { RelayedStatement } from './relaying.ts'
import { clientOutcome } from './source-watch.ts'
import type { CoordinatorState } from './state.ts'
import { awaitQuorum, numberIn } from './write.ts'

export function route(
  coordinator: CoordinatorState,
  { consistency }: { readonly consistency: Consistency },
): ReplyOf<CoordinatorRequests, 'route'> {
  const { reign } = coordinator
  if (reign === null) return null
  const { source } = reign
  return { source: source.node, reader: (consistency === 'STRONG' ? source : reader(coordinator, reign, 'sql')).node }
}

export function* settle(
  coordinator: CoordinatorState,
  { node, consistency, gtid, timestamp, executed }: RelayedStatement,
): Fiber<ReplyOf<CoordinatorRequests, 'settle'>> {
  const { reign } = coordinator
  if (reign === null) return { why: { code: 'nobody-reigns' } }
  // The source has answered a client: the detector's second witness.
  if (reign.source.node === node) clientOutcome(coordinator, reign, true, coordinator.process.nowUs)
  if (consistency === 'EVENTUAL') return { why: null }
  if (gtid !== null) {
    const { epoch, source } = reign
    const beganUs = coordinator.process.nowUs
    const ok = { verdict: 'ok', gtid, timestamp, epoch, node: source.node, result: null, seen: null } as const
    const number = numberIn(reign, gtid)
    if (number !== null) reign.backlog?.wrote(number)
    const why = yield* awaitQuorum(coordinator, reign, ok, beganUs)
    // What a relay passes on is known when it is done: its answer waits in place of the statement.
    if (why === null) yield* room(coordinator)
    return { why }
  }
  if (executed === null) throw new Error('assertion: a relayed statement has written, or it has shown something')
  return { why: yield* mayBeShown(coordinator, node, consistency, executed) }
}

function* mayBeShown(
  coordinator: CoordinatorState,
  node: string,
  consistency: 'STRONG' | 'SESSION',
  executed: NonNullable<RelayedStatement['executed']>,
): Fiber<Why | null> {
  const reign = coordinator.reign!
  if (consistency === 'SESSION') return yield* heldForSession(coordinator, reign, executed)
  // The source of an epoch that is over may not show what the new one has written.
  if (reign.source.node !== node) return { code: 'epoch-ended' }
  return yield* held(coordinator, reign, executed, NOTHING_TOLD)
}
