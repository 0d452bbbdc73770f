/**
 * What coordinators tell each other of the servers, and what they learn from it (failover/rules.md section 1).
 *
 * Losses are learnt: from what a peer says of one, and by comparing looks. Whoever looked earlier and saw more than
 * another saw later has shown a loss that neither of them need have noticed. A loss is never unlearnt by a peer's
 * memory, which may be older than the loss. Only a proof does that, and it is told with its moment; or, where nothing
 * speaks against a server but that its server_uuid is unknown here, the word of a peer that rules it under this uuid: a
 * rebuild would have changed it once more.
 *
 * Moments of a peer come as ages. Its answer was made between the question and the answer on this coordinator's clock,
 * so every moment of it is known within these bounds, and which one is used is always the one that believes less.
 */
import { all, call, type Fiber } from '../effects.ts'
import type { CoordinatorRequests, CoordinatorServer, Outcome, ReplyOf, ServerState } from '../servers.ts'
import { newestRow } from './epoch.ts'
import { accountedUs, kindOfLoss, markLost, markProved } from './loss.ts'
import type { CoordinatorState, Member } from './state.ts'
import type { ToldLook } from './told-look.ts'

export type Status = ReplyOf<CoordinatorRequests, 'status'>

/** A question and its answer, on this coordinator's clock. */
interface Exchange {
  readonly askedUs: number
  readonly answeredUs: number
}

/** Every answer is learnt from, whoever gives it. */
export function* askPeers(
  coordinator: CoordinatorState,
): Fiber<{ readonly peer: CoordinatorServer; readonly status: Status }[]> {
  const { peers, tuning, process } = coordinator
  const askedUs = process.nowUs
  const questions = peers.map((peer) => [peer.name, call(peer, { kind: 'status' }, tuning.probeTimeoutUs)] as const)
  const answers: Record<string, Outcome<Status>> = yield* all(Object.fromEntries(questions))
  const heard = peers.flatMap((peer) => {
    const answer = answers[peer.name]!
    return answer.kind === 'ok' ? [{ peer, status: answer.reply }] : []
  })
  for (const { status } of heard) learn(coordinator, status, { askedUs, answeredUs: process.nowUs })
  return heard
}

/** What this coordinator knows of the servers, for whoever asks. */
export function tellPeers({ members, reign, process, givenUp }: CoordinatorState): Pick<Status, 'looks' | 'givenUp'> {
  const { nowUs } = process
  const looks = members.map((member): ToldLook => {
    const { node, look, held, loss, provedUs, index } = member
    const rules = member === reign?.source || (reign?.acknowledgements.progress[index] ?? -1) >= (reign?.base ?? 0)
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
      loss: loss && {
        kind: loss.assumed === true ? 'relay log' : loss.kind,
        ageUs: loss.byUs === null ? null : nowUs - loss.byUs,
        joined: loss.joined,
      },
      provedAgeUs: provedUs < 0 ? null : nowUs - provedUs,
      counts: reign !== null && rules && loss === null,
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
    if (member.look?.uuid !== told.look.uuid) continue
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
      markLost(coordinator, member, 'rebuilt', answeredUs, null)
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

/** Of the server_uuid that both know it by. */
function learnLoss(
  coordinator: CoordinatorState,
  member: Member,
  { loss: told }: ToldLook,
  { askedUs, answeredUs }: Exchange,
): void {
  if (told === null || told.ageUs === null) return
  const { loss, provedUs } = member
  const latestUs = answeredUs - told.ageUs
  // One that is known already comes back from whoever was told of it, a little later each time: that is no news.
  const isNews = loss === null ? latestUs > provedUs : loss.byUs !== null && askedUs - told.ageUs > loss.byUs
  const isWorse = loss?.kind === 'relay log' && told.kind === 'rebuilt' && latestUs > provedUs
  if (isNews || isWorse)
    markLost(coordinator, member, told.kind, answeredUs, Math.max(latestUs, loss?.byUs ?? latestUs))
  // What it was promised since, it keeps under this server_uuid.
  if (told.joined && member.loss?.kind === 'rebuilt' && !member.loss.joined)
    member.loss = { ...member.loss, joined: true }
}

function learnProof(member: Member, told: ToldLook, { askedUs }: Exchange): void {
  const { loss } = member
  if (loss === null || told.loss !== null) return
  if (told.counts && loss.byUs === null) member.loss = null
  else if (told.counts && loss.assumed === true)
    member.loss = { kind: 'relay log', byUs: loss.byUs, joined: loss.joined }
  if (told.provedAgeUs === null) return
  const provedUs = askedUs - told.provedAgeUs
  if (provedUs > (loss.byUs ?? -1)) markProved(member, provedUs)
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
