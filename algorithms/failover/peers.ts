/**
 * What coordinators tell each other of the servers, and what they learn from it (failover/rules.md section 1).
 *
 * Losses are learnt: from what a peer says of one, and by comparing looks. Whoever looked earlier and saw more than
 * another saw later has shown a loss that neither of them need have noticed. A loss is never unlearnt by a peer's
 * memory, which may be older than the loss. Only a proof does that, and it is told with its moment. It is something else
 * where nothing was seen to get less and a server_uuid is unknown here: a peer that knows it knows of every rebuild, which
 * would have changed it once more. Whoever starts without a journal so learns from those that have one.
 *
 * Moments of a peer come as ages. Its answer was made between the question and the answer on this coordinator's clock,
 * so every moment of it is known within these bounds, and which one is used is always the one that believes less.
 */
import { all, call, type Fiber } from '../effects.ts'
import type { CoordinatorRequests, Outcome, ReplyOf, ServerState } from '../servers.ts'
import { isBroken } from './broken.ts'
import { newestRow } from './epoch.ts'
import { kindOfLoss } from './loss.ts'
import { accountedUs, markDoubted, markJoined, markLost, markProved } from './mark-loss.ts'
import type { Member } from './member.ts'
import type { Peer } from './peer.ts'
import type { CoordinatorState } from './state.ts'
import type { ToldLook } from './told-look.ts'

export type Status = ReplyOf<CoordinatorRequests, 'status'>

/** A question and its answer, on this coordinator's clock. */
interface Exchange {
  readonly askedUs: number
  readonly answeredUs: number
}

/** Every answer is learnt from, whoever gives it. */
export function* askPeers(coordinator: CoordinatorState): Fiber<{ readonly peer: Peer; readonly status: Status }[]> {
  const questions = coordinator.peers.map((peer) => [peer.name, askPeer(coordinator, peer)] as const)
  const answers: Record<string, Outcome<Status>> = yield* all(Object.fromEntries(questions))
  return coordinator.peers.flatMap((peer) => {
    const answer = answers[peer.name]!
    return answer.kind === 'ok' ? [{ peer, status: answer.reply }] : []
  })
}

function* askPeer(coordinator: CoordinatorState, peer: Peer): Fiber<Outcome<Status>> {
  const { tuning, process } = coordinator
  const askedUs = process.nowUs
  peer.silence.asked(askedUs)
  const answer = yield* call(peer.server, { kind: 'status' }, tuning.probeTimeoutUs)
  const answeredUs = process.nowUs
  if (answer.kind === 'ok') {
    peer.silence.answered(answeredUs)
    peer.state = answer.reply.state
    peer.isBroken = false
    learn(coordinator, answer.reply, { askedUs, answeredUs })
  } else peer.isBroken = isBroken(answer.why)
  return answer
}

/** What this coordinator knows of the servers, for whoever asks. */
export function tellPeers({ members, process, givenUp }: CoordinatorState): Pick<Status, 'looks' | 'givenUp'> {
  const { nowUs } = process
  const looks = members.map((member): ToldLook => {
    const { node, look, held, loss, provedUs } = member
    const seen = loss?.seen ?? null
    return {
      node,
      look: look && {
        uuid: look.uuid,
        executed: look.executed,
        promised: look.promised,
        held,
        askedAgeUs: nowUs - look.askedUs,
        answeredAgeUs: nowUs - member.heldAnsweredUs,
      },
      loss: seen && { kind: seen.kind, ageUs: nowUs - seen.byUs, joined: loss!.joined },
      doubted: loss?.doubted === true,
      provedAgeUs: provedUs < 0 ? null : nowUs - provedUs,
    }
  })
  return { looks, givenUp: [...givenUp] }
}

export function learn(coordinator: CoordinatorState, { looks, givenUp }: Status, exchange: Exchange): void {
  for (const epoch of givenUp) coordinator.givenUp.add(epoch)
  for (const told of looks) {
    const member = coordinator.byNode.get(told.node)
    if (member === undefined || told.look === null) continue
    compareLooks(coordinator, member, told.look, exchange)
    // What is said of a server_uuid by who does not know it, or of another than the one known here, says nothing.
    if (member.look?.uuid !== told.look.uuid || told.doubted) continue
    learnLoss(coordinator, member, told, exchange)
    learnProof(member, told, exchange)
  }
}

function compareLooks(
  coordinator: CoordinatorState,
  member: Member,
  theirs: NonNullable<ToldLook['look']>,
  { askedUs, answeredUs }: Exchange,
): void {
  const mine = member.look
  const from = { askedUs: askedUs - theirs.askedAgeUs, answeredUs: answeredUs - theirs.answeredAgeUs }
  const adopt = () => {
    member.held = theirs.held
    member.heldAnsweredUs = from.answeredUs
    member.look = { uuid: theirs.uuid, executed: theirs.executed, promised: theirs.promised, askedUs: from.askedUs }
  }
  if (from.askedUs >= member.heldAnsweredUs) {
    if (mine !== null && mine.uuid !== theirs.uuid) {
      member.knownUuid = theirs.uuid
      markDoubted(coordinator, member, answeredUs)
    } else if (!theirs.held.covers(member.held)) markLost(coordinator, member, kindOfLoss(mine, theirs), answeredUs)
    adopt()
  } else if (mine !== null && mine.uuid === theirs.uuid && !member.held.covers(theirs.held)) {
    // A loss that is known, or a proof since, says what became of it.
    if (from.answeredUs <= accountedUs(member)) return
    if (from.answeredUs <= mine.askedUs) markLost(coordinator, member, kindOfLoss(theirs, mine), answeredUs)
    else {
      // The two looks overlap, so none of them is the later one. The next will show whether it still holds both.
      member.held = member.held.union(theirs.held)
      member.heldAnsweredUs = Math.max(member.heldAnsweredUs, from.answeredUs)
    }
  }
}

function learnLoss(
  coordinator: CoordinatorState,
  member: Member,
  { loss: told }: ToldLook,
  { askedUs, answeredUs }: Exchange,
): void {
  if (told === null) return
  const seen = member.loss?.seen ?? null
  const latestUs = answeredUs - told.ageUs
  // One that is known already comes back from whoever was told of it, a little later each time: that is no news.
  const isNews = seen === null ? latestUs > member.provedUs : askedUs - told.ageUs > seen.byUs
  const isWorse = seen?.kind === 'relay log' && told.kind === 'rebuilt' && latestUs > member.provedUs
  if (isNews || isWorse)
    markLost(coordinator, member, told.kind, answeredUs, Math.max(latestUs, seen?.byUs ?? latestUs))
  // What it was promised since, it keeps under this server_uuid.
  if (told.joined) markJoined(member)
}

function learnProof(member: Member, told: ToldLook, { askedUs }: Exchange): void {
  // The peer knows this server_uuid, and has just told of all that it saw get less.
  if (member.loss?.doubted === true) {
    const { seen, joined } = member.loss
    member.loss = seen && { seen, joined, doubted: false }
  }
  const { loss } = member
  if (loss?.seen == null || told.loss !== null || told.provedAgeUs === null) return
  const provedUs = askedUs - told.provedAgeUs
  if (provedUs > loss.seen.byUs) markProved(member, provedUs)
}

/**
 * Is this not the server that this coordinator knew? A peer may have rebuilt it while this one was down or cut off, and
 * a clone shows no loss: only its new server_uuid does. A server met for the first time is trusted if no epoch has
 * begun on it. (Alone, a coordinator rebuilds every server itself, and its journal says which.)
 */
export function isAnother(
  { peers }: CoordinatorState,
  member: Member,
  { uuid, executed, retrieved }: ServerState,
): boolean {
  if (peers.length === 0 || uuid === member.knownUuid) return false
  const isNew = member.knownUuid === null && newestRow(executed.union(retrieved)) === null
  member.knownUuid = uuid
  return !isNew
}
