/** The law that timestamps in real-time order obey, told of finished sessions in any algorithm. */
import { compareTimestamps, type Timestamp } from '../../../algorithms/timestamps/timestamp.ts'

/** One session that got a timestamp: from its first message to the moment it had the answer, in steps or microseconds. */
export interface Session {
  readonly beganAt: number
  readonly endedAt: number
  readonly timestamp: Timestamp
}

/** What is wrong with `history`, or null: a timestamp given twice, or one below that of a session that had ended before. */
export function realTimeFault(history: readonly Session[]): string | null {
  const given = new Set<string>()
  for (const later of history) {
    const name = `${later.timestamp.counter}.${later.timestamp.server}`
    if (given.has(name)) return `${name} is given twice`
    given.add(name)
    for (const earlier of history)
      if (earlier.endedAt < later.beganAt && compareTimestamps(earlier.timestamp, later.timestamp) >= 0)
        return `${show(earlier)}, then ${show(later)}`
  }
  return null
}

function show({ beganAt, endedAt, timestamp }: Session): string {
  return `${timestamp.counter}.${timestamp.server} from ${beganAt} to ${endedAt}`
}
