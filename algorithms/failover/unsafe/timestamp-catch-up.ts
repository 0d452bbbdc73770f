/**
 * UNSAFE, kept on purpose: a replica counts as having a write as soon as the highest timestamp it has applied is not
 * below the write's, as in the original prototype. Timestamps are not in the order of the binlog: two timestamp servers
 * count on their own, so a write with the smaller number may come after one with a larger, and then every replica "has"
 * it before it was sent anywhere.
 */
import { all, call, type Fiber, sleep } from '../../effects.ts'
import type { MysqlRequests, Outcome, ReplyOf } from '../../servers.ts'
import { compareTimestamps } from '../../timestamps/timestamp.ts'
import type { Acknowledged } from '../acknowledgements.ts'
import type { Member } from '../member.ts'
import type { ExecutedReply, Procedures } from '../procedures.ts'
import type { Reign } from '../reign.ts'
import type { CoordinatorState } from '../state.ts'

/** Between two looks at the replicas that a write waits for. */
const POLL_US = 10_000
/** A replica that does not answer must not hold up the look at the others. */
const LOOK_US = 100_000

export function timestampCatchUp(procedures: Procedures): Procedures {
  return { ...procedures, acknowledged: caughtUpByTimestamp }
}

function* caughtUpByTimestamp(
  coordinator: CoordinatorState,
  reign: Reign,
  { timestamp }: ExecutedReply,
  nowUs: number,
): Fiber<Acknowledged | undefined> {
  const { selection } = reign
  const asked = coordinator.members.filter(
    (member) => member !== reign.source && (selection.members === null || selection.members.includes(member.index)),
  )
  while (coordinator.process.nowUs - nowUs < coordinator.tuning.quorumTimeoutUs) {
    if (reign.ended.settled) return 'ended'
    const questions = asked.map(
      ({ node, server }) => [node, call(server, { kind: 'highestTimestamp' }, LOOK_US)] as const,
    )
    const answers: Answers = yield* all(Object.fromEntries(questions))
    const isCaughtUp = ({ node }: Member) => {
      const answer = answers[node]!
      if (answer.kind !== 'ok' || timestamp === null || answer.reply.timestamp === null) return false
      return compareTimestamps(answer.reply.timestamp, timestamp) >= 0
    }
    if (asked.filter(isCaughtUp).length >= selection.needed) return 'acknowledged'
    yield* sleep(POLL_US)
  }
  return undefined
}

type Answers = Record<string, Outcome<ReplyOf<MysqlRequests, 'highestTimestamp'>>>
