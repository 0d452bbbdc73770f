/**
 * A server that lost data, as a coordinator knows it (failover/rules.md section 1). It does not count for data until it
 * has proved itself, and a loss is unlearnt by such a proof alone. What it promised is another matter: who lost relay
 * logs and nothing else still keeps its promises; who was rebuilt has those of its donor until it is promised anew.
 */
import type { ServerState } from '../servers.ts'
import type { CoordinatorState, Member } from './state.ts'

export interface Loss {
  /** What was seen of it, by this coordinator or a peer: by `byUs`, on this coordinator's clock, it had happened. */
  readonly seen: { readonly kind: LossKind; readonly byUs: number } | null
  /** The server has a server_uuid that this coordinator does not know: a peer may have rebuilt it. */
  readonly doubted: boolean
  /** Only of a rebuilt server: a rejoin has promised it the reigning epoch since. */
  readonly joined: boolean
}

export type LossKind = 'relay log' | 'rebuilt'

/** For all that is known here. */
export function isRebuilt({ seen, doubted }: Loss): boolean {
  return doubted || seen?.kind === 'rebuilt'
}

/** What a look at a server showed that its data are judged by. */
type Shown = Pick<ServerState, 'uuid' | 'executed' | 'promised'>

/**
 * The server holds less than `before`. Relay logs and nothing else: it is the same server, with all that it had
 * executed and with its promise. Anything less is as good as a rebuild.
 */
export function kindOfLoss(before: Shown | null, after: Shown): LossKind {
  const isSame = before !== null && before.uuid === after.uuid
  return isSame && after.executed.covers(before.executed) && after.promised >= before.promised ? 'relay log' : 'rebuilt'
}

/** Seen or heard of at `nowUs`; what it acknowledged before may be gone. */
export function markLost(
  coordinator: CoordinatorState,
  member: Member,
  kind: LossKind,
  nowUs: number,
  byUs: number = nowUs,
): void {
  const before = member.loss
  // A rebuilt server whose relay log is lost as well goes on as a rebuilt one, and keeps what it was promised since.
  const worst = before?.seen?.kind === 'rebuilt' ? 'rebuilt' : kind
  const joined = kind === 'relay log' && before?.joined === true
  lose(coordinator, member, { seen: { kind: worst, byUs }, doubted: before?.doubted === true, joined }, nowUs)
}

/** It is not the server that it was, and nobody here knows since when and from what. */
export function markDoubted(coordinator: CoordinatorState, member: Member, nowUs: number): void {
  // What was known of the other server says nothing of this one.
  member.provedUs = -1
  lose(coordinator, member, { seen: null, doubted: true, joined: false }, nowUs)
}

function lose({ reign }: CoordinatorState, member: Member, loss: Loss, nowUs: number): void {
  member.loss = loss
  member.lostUs = nowUs
  reign?.acknowledgements.exclude(member.index)
}

/** It holds everything that it ever helped to acknowledge: so it was at `atUs`, whenever this coordinator is told of it. */
export function markProved(member: Member, atUs: number): void {
  member.loss = null
  member.provedUs = atUs
}

/** A rejoin promised it the reigning epoch: from here on two take-overs can meet in it. */
export function markJoined(member: Member): void {
  const { loss } = member
  if (loss !== null && isRebuilt(loss) && !loss.joined) member.loss = { ...loss, joined: true }
}

/** What the server held before this and holds no more needs no further loss to explain it: one is known, or disproved. */
export function accountedUs({ loss, provedUs }: Member): number {
  return loss === null ? provedUs : (loss.seen?.byUs ?? -1)
}

export function countsForData(loss: Loss | null): boolean {
  return loss === null
}

export function countsForPromises(loss: Loss | null): boolean {
  return loss === null || !isRebuilt(loss) || loss.joined
}

/** Its rebuild was not done: at `atUs` it has what it had. Peers that heard of a loss have to hear that, too. */
export function unlose(member: Member, atUs: number): void {
  if (member.rebuild === null) return
  const { before } = member.rebuild
  member.rebuild = null
  if (before === null) markProved(member, atUs)
  else member.loss = before
}

/** Everything that a look which may be a peer's showed. */
export interface Look extends Shown {
  readonly askedUs: number
}

export function lookOf({ uuid, executed, promised }: Shown, askedUs: number): Look {
  return { uuid, executed, promised, askedUs }
}
