/** A timestamp from any server: first one picked at random, then the ones after it. */
import { call, type Fiber, random } from '../effects.ts'
import type { RequestOf, TimestampRequests, TimestampServer } from '../servers.ts'
import type { Timestamp } from './timestamp.ts'

/** Null: none of them answered, each within `deadlineUs`. */
export function* askAnyServer(
  servers: readonly TimestampServer[],
  request: RequestOf<Pick<TimestampRequests, 'next' | 'tick'>>,
  deadlineUs: number,
): Fiber<Timestamp | null> {
  const first = Math.floor((yield* random('timestamp-choice')) * servers.length)
  for (let i = 0; i < servers.length; i++) {
    const outcome = yield* call(servers[(first + i) % servers.length]!, request, deadlineUs)
    if (outcome.kind === 'ok') return outcome.reply.timestamp
  }
  return null
}
