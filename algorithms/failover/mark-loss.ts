/** What a coordinator notes of a member when a loss is seen, heard of, made good or disproved. */
import { isRebuilt, type Loss, type LossKind } from './loss.ts'
import type { Member } from './member.ts'
import type { CoordinatorState } from './state.ts'

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

/** The member is another server than this coordinator knew; when it was replaced, and with which data, is not known here. */
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

/**
 * A rejoin made the member promise the reigning epoch. From here on it counts for promises again: of two take-overs that both
 * need it, it refuses the older one.
 */
export function markJoined(member: Member): void {
  const { loss } = member
  if (loss !== null && isRebuilt(loss) && !loss.joined) member.loss = { ...loss, joined: true }
}

/** What the server held before this and holds no more needs no further loss to explain it: one is known, or disproved. */
export function accountedUs({ loss, provedUs }: Member): number {
  return loss === null ? provedUs : (loss.seen?.byUs ?? -1)
}

/** Its rebuild was not done: at `atUs` it has what it had. Peers that heard of a loss have to hear that, too. */
export function unlose(member: Member, atUs: number): void {
  if (member.rebuild === null) return
  const { before } = member.rebuild
  member.rebuild = null
  if (before === null) markProved(member, atUs)
  else member.loss = before
}
