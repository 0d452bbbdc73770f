/** One write: a timestamp, one transaction on the source, and unless it is EVENTUAL the quorum's acknowledgement. */

import { call, emit, type Fiber, wait } from '../effects.ts'
import type { Gtid } from '../gtid-set.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import type { ClientRequest, WriteReply } from '../servers.ts'
import type { Executed } from '../statements.ts'
import type { Timestamp } from '../timestamps/timestamp.ts'
import type { Told } from '../told.ts'
import type { Acknowledged } from './acknowledgements.ts'
import { viewsOf } from './monitor.ts'
import type { ExecutedReply } from './procedures.ts'
import { held } from './read.ts'
import { commitsWait, receipted } from './receipts.ts'
import type { Reign } from './reign.ts'
import { hearSource } from './source-watch.ts'
import type { CoordinatorState } from './state.ts'
import { statementDeadlineUs } from './statement-deadline.ts'

/** A selection made from probes is as old as the probes; it is renewed at the same pace. */
export const SELECTION_AGE_US = 100_000
/** Weights may change with every round; the trace is told this often at most. */
const WEIGHTS_SHOWN_US = 500_000

export function* write(coordinator: CoordinatorState, request: ClientRequest): Fiber<WriteReply> {
  if (coordinator.reign === null) return refusedWrite({ code: 'nobody-reigns' })
  const timestamp = yield* coordinator.timestamps.next(request.session?.timestamp ?? null)
  if (timestamp === null) return refusedWrite({ code: 'no-timestamp' })
  const { reign } = coordinator
  if (reign === null) return refusedWrite({ code: 'nobody-reigns' })

  const beganUs = coordinator.process.nowUs
  const { statement } = request
  const isQuick = statement.kind === 'keyed'
  const writes = isQuick ? reign.executions : reign.statements
  writes.began(beganUs)
  if (isQuick) reign.source.silence.asked(beganUs)
  // With semi-sync the commit itself waits for the quorum.
  const deadlineUs = statementDeadlineUs(statement, coordinator.tuning)
  reign.backlog?.began()
  const executed = yield* call(
    reign.source.server,
    { kind: 'execute', statement, timestamp, operationId: request.operationId ?? null },
    commitsWait(reign) ? Math.max(deadlineUs, coordinator.tuning.quorumTimeoutUs) : deadlineUs,
    reign.ended,
  )
  const nowUs = coordinator.process.nowUs
  writes.ended(executed.kind === 'ok' || executed.why.code === 'statement-refused', nowUs)
  reign.backlog?.ended(executed.kind === 'ok' ? numberIn(reign, executed.reply.gtid) : null, reign.k)
  hearSource(coordinator, reign, statement, executed)
  const at = { node: reign.source.node, epoch: reign.epoch }
  if (executed.kind !== 'ok') return { ...notOk(executed.kind, executed.why, null, timestamp), at }
  const { gtid, result, repeats } = executed.reply
  const its = repeats === null ? timestamp : repeats.timestamp
  const reply = { verdict: 'ok', timestamp: its, epoch: reign.epoch, node: reign.source.node, result } as const
  if (gtid === null)
    return yield* unchanged(coordinator, reign, { ...reply, gtid, seen: null }, executed.reply, request)
  const ok: ExecutedReply = { ...reply, gtid, seen: null }
  if (request.consistency === 'EVENTUAL') return ok

  receipted(reign, gtid, executed.reply.told, nowUs)
  const why = yield* awaitQuorum(coordinator, reign, ok, beganUs)
  if (why === null) return ok
  if (why.code === 'foreign-transaction') return { ...notOk('unknown', why, gtid, timestamp), at }
  return coordinator.procedures.missedQuorum(ok, why)
}

/** Null: it is no transaction of this epoch. */
export function numberIn({ sourceUuid, base }: Reign, gtid: Gtid | null): number | null {
  return gtid !== null && gtid.uuid === sourceUuid && gtid.number > base ? gtid.number : null
}

/** Null: the quorum holds this transaction of the reigning source. */
export function* awaitQuorum(
  coordinator: CoordinatorState,
  reign: Reign,
  ok: ExecutedReply,
  beganUs: number,
): Fiber<Why | null> {
  const { gtid } = ok
  // Written, but by whom? A source that was rebuilt, or numbers that the epoch did not hand out, prove nothing.
  if (numberIn(reign, gtid) === null) return { code: 'foreign-transaction' }
  const nowUs = coordinator.process.nowUs
  const { procedures } = coordinator
  if (nowUs - reign.selectedAtUs > procedures.selectionAgeUs) yield* reselect(coordinator, reign, nowUs)
  const verdict = yield* procedures.acknowledged(coordinator, reign, ok, nowUs)
  // One that got no quorum in time waited as well.
  if (coordinator.commits !== null && verdict !== 'ended') coordinator.commits.add(coordinator.process.nowUs - beganUs)
  if (verdict === 'acknowledged') return null
  return { code: verdict === 'ended' ? 'epoch-ended' : 'quorum-late' }
}

/** It wrote nothing, but says what it found, or what it did before: that has to be acknowledged, as with a read. */
function* unchanged(
  coordinator: CoordinatorState,
  reign: Reign,
  ok: Extract<WriteReply, { verdict: 'ok' }>,
  { executed, repeats, told }: Executed & { readonly told: Told },
  { consistency, session }: ClientRequest,
): Fiber<WriteReply> {
  if (consistency === 'EVENTUAL') return ok
  const why = yield* held(coordinator, reign, executed!, told)
  const { node, epoch, timestamp } = ok
  if (why !== null)
    return { ...notOk(repeats === null ? 'failed' : 'unknown', why, null, timestamp), at: { node, epoch } }
  return session?.seen == null ? ok : { ...ok, seen: executed }
}

/** Waits until the quorum holds this transaction, by its GTID; undefined: not in time. */
export function* acknowledged(
  { tuning }: CoordinatorState,
  { acknowledgements, selection }: Reign,
  { gtid }: ExecutedReply,
  nowUs: number,
): Fiber<Acknowledged | undefined> {
  const answer = acknowledgements.waitFor(gtid.number, selection, nowUs)
  const verdict = yield* wait(answer, tuning.quorumTimeoutUs)
  if (verdict === undefined) acknowledgements.forget(answer)
  return verdict
}

/** Executed on the source, but not known to be held by its quorum: it may survive or not. */
export function missedQuorum({ gtid, timestamp, node, epoch }: ExecutedReply, why: Why): WriteReply {
  return { ...notOk('unknown', why, gtid, timestamp), at: { node, epoch } }
}

function* reselect(coordinator: CoordinatorState, reign: Reign, nowUs: number): Fiber<void> {
  const { source } = reign
  const replicas = coordinator.members.filter((m) => m !== source)
  const selection = coordinator.quorum.select(viewsOf(replicas, source.state?.executed ?? source.held), reign.k)
  reign.selectedAtUs = nowUs
  const names = (members: readonly number[] | null) => (members ?? []).map((i) => coordinator.members[i]!.node)
  if (names(selection.members).join() !== names(reign.selection.members).join())
    yield* emit({
      kind: 'quorum',
      epoch: reign.epoch,
      members: names(selection.members),
      needed: selection.needed,
      weights: null,
    })
  reign.selection = selection
  yield* showWeights(coordinator, reign, nowUs)
}

function* showWeights(coordinator: CoordinatorState, reign: Reign, nowUs: number): Fiber<void> {
  const { rounds } = reign.acknowledgements
  if (rounds === null) return
  const { weightsShown: shown } = reign
  const ranking = rounds.ranking.join()
  if (shown !== null && (nowUs - shown.atUs < WEIGHTS_SHOWN_US || shown.ranking === ranking)) return
  reign.weightsShown = { atUs: nowUs, ranking }
  const { scheme } = rounds
  yield* emit({
    kind: 'quorum',
    epoch: reign.epoch,
    members: rounds.ranking.map((member) => coordinator.members[member]!.node),
    needed: reign.k,
    weights: { clock: rounds.clock, each: scheme.weights, threshold: scheme.threshold },
  })
}

export function refusedWrite(why: Why): WriteReply {
  return notOk('failed', why, null, null)
}

function notOk(
  verdict: 'failed' | 'unknown',
  why: Why,
  gtid: Gtid | null,
  timestamp: Timestamp | null,
): Exclude<WriteReply, { verdict: 'ok' }> {
  return { verdict, why, reason: textOf(why), gtid, timestamp, at: null }
}
