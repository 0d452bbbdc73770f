/**
 * A server that lost data, as a coordinator knows it (failover/rules.md section 1). It does not count for data until it
 * has proved itself, and a loss is unlearnt by such a proof alone. What it promised is another matter: who lost relay
 * logs and nothing else still keeps its promises; who was rebuilt has those of its donor until it is promised anew.
 */
import type { ServerState } from '../servers.ts'
import type { CoordinatorState, Member } from './state.ts'

export interface Loss {
  readonly kind: 'relay log' | 'rebuilt'
  /**
   * It had happened by then, on this coordinator's clock. Null: nobody here saw anything get less, but the server has a
   * server_uuid that nobody here knows, so a peer may have rebuilt it.
   */
  readonly byUs: number | null
  /** Only of a rebuilt server: a rejoin has promised it the reigning epoch since. */
  readonly joined: boolean
  /**
   * It is taken for rebuilt because this coordinator, which lost its journal, knows no server_uuid of it. Others that do
   * must not take this for more than what was seen.
   */
  readonly assumed?: true
}

/** What a look at a server showed that its data are judged by. */
export type Shown = Pick<ServerState, 'uuid' | 'executed' | 'promised'>

/**
 * The server holds less than `before`. Relay logs and nothing else: it is the same server, with all that it had
 * executed and with its promise. Anything less is as good as a rebuild.
 */
export function kindOfLoss(before: Shown | null, after: Shown): Loss['kind'] {
  const isSame = before !== null && before.uuid === after.uuid
  return isSame && after.executed.covers(before.executed) && after.promised >= before.promised ? 'relay log' : 'rebuilt'
}

/** Seen at `nowUs`; what it acknowledged before may be gone. */
export function markLost(
  coordinator: CoordinatorState,
  member: Member,
  kind: Loss['kind'],
  nowUs: number,
  byUs: number | null = nowUs,
  isAssumed = false,
): void {
  const before = member.loss
  // A rebuilt server whose relay log is lost as well goes on as a rebuilt one, and keeps what it was promised since.
  const isRebuilt = kind === 'rebuilt' || before?.kind === 'rebuilt'
  const joined = kind === 'relay log' && before?.joined === true
  const assumed = isAssumed || (kind === 'relay log' && before?.assumed === true)
  member.loss = { kind: isRebuilt ? 'rebuilt' : 'relay log', byUs, joined, ...(assumed ? { assumed } : {}) }
  member.lostUs = nowUs
  coordinator.reign?.acknowledgements.exclude(member.index)
}

/** It holds everything that it ever helped to acknowledge: so it was at `atUs`, whenever this coordinator is told of it. */
export function markProved(member: Member, atUs: number): void {
  member.loss = null
  member.provedUs = atUs
}

/** A rejoin promised it the reigning epoch: from here on two take-overs can meet in it. */
export function markJoined(member: Member): void {
  if (member.loss?.kind === 'rebuilt' && !member.loss.joined) member.loss = { ...member.loss, joined: true }
}

/** What the server held before this and holds no more needs no further loss to explain it: one is known, or disproved. */
export function accountedUs({ loss, provedUs }: Member): number {
  return loss === null ? provedUs : (loss.byUs ?? -1)
}

export function countsForData(loss: Loss | null): boolean {
  return loss === null
}

export function countsForPromises(loss: Loss | null): boolean {
  return loss === null || loss.kind === 'relay log' || loss.joined
}

/** Its rebuild was not done: it has what it had. */
export function unlose(member: Member): void {
  if (member.rebuild === null) return
  member.loss = member.rebuild.before
  member.rebuild = null
}

/** Everything that a look which may be a peer's showed. */
export interface Look extends Shown {
  readonly askedUs: number
}

export function lookOf({ uuid, executed, promised }: Shown, askedUs: number): Look {
  return { uuid, executed, promised, askedUs }
}
