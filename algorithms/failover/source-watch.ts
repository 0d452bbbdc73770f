/**
 * Who is watched for silence, and the alarm when the source is gone: what the witnesses say is put together here, and
 * `detector.ts` judges it.
 */
import { type Fiber, sleep } from '../effects.ts'
import type { Outcome } from '../servers.ts'
import type { Statement } from '../statements.ts'
import { fedAgeUs, lastAdvanceUs } from './arriving.ts'
import { judgeSource, type ReplicaWord } from './detector.ts'
import { hurry, type Member } from './member.ts'
import { askPeers } from './peers.ts'
import { commitsWait } from './receipts.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'

/** The pace of the watch: a silence is noticed so late at most, and this process's own lateness known as exactly. */
const WATCH_US = 20_000
/** A wake-up that is later than this was kept from running. */
const LATE_US = 5_000
/** One that was later has slept, and knows nothing of what happened meanwhile. */
const ASLEEP_US = 200_000
/** A replica whose source says nothing hears a heartbeat in this time: `SOURCE_HEARTBEAT_PERIOD`. */
export const HEARTBEAT_US = 100_000

/** Runs for as long as the process. */
export function* watchSource(coordinator: CoordinatorState): Fiber<never> {
  const { process, members, peers } = coordinator
  for (;;) {
    const dueUs = process.nowUs + WATCH_US
    yield* sleep(WATCH_US)
    const { nowUs } = process
    // Whoever was late itself has not listened meanwhile (failover/rules.md section 3).
    const lateUs = nowUs - dueUs
    if (lateUs > LATE_US) for (const { silence } of [...members, ...peers]) silence.missed(lateUs, nowUs)
    if (lateUs > ASLEEP_US) coordinator.awakeSinceUs = nowUs
    checkSource(coordinator)
  }
}

/** A client's statement on the source was answered or not: the detector's second witness. */
export function clientOutcome(coordinator: CoordinatorState, reign: Reign, answered: boolean, nowUs: number): void {
  if (coordinator.reign !== reign) return
  const { source } = reign
  if (answered) source.silence.answered(nowUs)
  else if (!source.isDoubted) hurry(coordinator.members)
  source.isDoubted = !answered
}

/** What became of a client's statement, as far as it says something of the source. */
export function hearSource(
  coordinator: CoordinatorState,
  reign: Reign,
  statement: Statement,
  outcome: Outcome<unknown>,
): void {
  const code = outcome.kind === 'ok' ? null : outcome.why.code
  // SQL that takes too long, a commit that waits for receipts, or what waits behind such, says nothing of its server; and
  // who refuses is well.
  const mayTakeLong = statement.kind === 'sql' || commitsWait(reign)
  if (mayTakeLong && (code === 'deadline' || code === 'no-connection')) return
  clientOutcome(coordinator, reign, code === null || code === 'statement-refused', coordinator.process.nowUs)
}

/** Ask the detector about the reigning source, and raise the alarm. */
export function checkSource(coordinator: CoordinatorState): void {
  const { reign, tuning, members } = coordinator
  if (reign === null || reign.alarm.settled) return
  const nowUs = coordinator.process.nowUs
  if (coordinator.highestEpoch > reign.epoch) {
    reign.alarm.settle({ kind: 'deposed', reason: `epoch ${coordinator.highestEpoch} was promised or has begun` })
    return
  }
  const { source, startedUs } = reign
  const { state, silence, stateAskedUs, look } = source
  const silentSinceUs = silence.sinceUs
  const replicas = members.filter(
    (m) => m !== source && m.probe === 'answered' && m.state !== null && m.state.source === source.node,
  )
  const words = new Map(replicas.map((member) => [member, wordOf(member, silentSinceUs, tuning.unreachableUs)]))
  const detection = judgeSource(
    {
      nowUs,
      silentSinceUs,
      boundUs: silence.boundUs(tuning.unreachableUs, nowUs),
      isBroken: source.isBroken,
      replicas: [...words.values()],
      isHeardElsewhere: silentSinceUs !== null && look !== null && look.askedUs > silentSinceUs,
      lostItsRole:
        source.probe === 'answered' &&
        state !== null &&
        stateAskedUs > startedUs &&
        (state.superReadOnly || state.offline || source.crashes > reign.sourceCrashes),
      unacknowledgedSinceUs: inVainSinceUs(coordinator, reign),
    },
    tuning,
  )
  if (detection.kind === 'suspect') askWitnesses(coordinator, source, words)
  else if (detection.kind !== 'fine') reign.alarm.settle({ kind: detection.kind, reason: detection.reason })
}

/**
 * Since when writes wait in vain. A client's SQL may be slow by itself, or behind other SQL: that it hangs says something
 * of the source only where too few replicas follow for anything to be acknowledged.
 */
function hangingSinceUs({ members, tuning }: CoordinatorState, reign: Reign): number | null {
  const { acknowledgements, executions, statements, source, k } = reign
  const sinceUs = acknowledgements.waitingSinceUs ?? executions.hangingSinceUs
  if (sinceUs !== null || statements.hangingSinceUs === null) return sinceUs
  const following = members.filter(
    (member) =>
      member.probe === 'answered' &&
      member.state?.source === source.node &&
      member.state.receiver === 'running' &&
      (fedAgeUs(member) ?? Number.POSITIVE_INFINITY) < tuning.unreachableUs,
  )
  return following.length < k ? statements.hangingSinceUs : null
}

/** They wait, this process has watched, and no part of what they wait for came in. */
function inVainSinceUs(coordinator: CoordinatorState, reign: Reign): number | null {
  const sinceUs = hangingSinceUs(coordinator, reign)
  if (sinceUs === null) return null
  return Math.max(sinceUs, coordinator.awakeSinceUs, lastAdvanceUs(coordinator.members, reign))
}

/** Their word is needed, and it must be younger than the suspicion. */
function askWitnesses(
  coordinator: CoordinatorState,
  { silence, isBroken }: Member,
  words: ReadonlyMap<Member, ReplicaWord>,
): void {
  const oldUs = coordinator.process.nowUs - WATCH_US
  const mayChange = ({ stateAskedUs }: Member, word: ReplicaWord) =>
    (word === 'fed' || (word === 'unfed' && isBroken)) && stateAskedUs <= oldUs
  hurry([...words].flatMap(([member, word]) => (word === 'unasked' || mayChange(member, word) ? [member] : [])))
  if (coordinator.peers.length === 0 || coordinator.peersAskedSinceUs === silence.sinceUs) return
  coordinator.peersAskedSinceUs = silence.sinceUs
  coordinator.process.spawn('ask-peers', askPeers(coordinator))
}

/**
 * What a replica's last look says of a source that has been silent since then. It is fed if something came in the
 * second half of the silence, or a heartbeat is not due yet.
 */
function wordOf(member: Member, silentSinceUs: number | null, staleUs: number): ReplicaWord {
  const { state, stateAskedUs } = member
  if (silentSinceUs === null || stateAskedUs < silentSinceUs) return 'unasked'
  const ageUs = fedAgeUs(member)
  if (state!.receiver !== 'running' || ageUs === null || ageUs >= staleUs) return 'lost'
  return ageUs > Math.max(2 * HEARTBEAT_US, (stateAskedUs - silentSinceUs) / 2) ? 'unfed' : 'fed'
}
