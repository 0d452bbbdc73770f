/** One answer from any server: first one picked at random, then the ones after it. */
import { call, type Fiber, random } from '../effects.ts'
import type { ReplyOf, TimestampRequests, TimestampServer } from '../servers.ts'

/** Null: none of them answered, each within `deadlineUs`. */
export function* askAnyServer<K extends keyof TimestampRequests>(
  servers: readonly TimestampServer[],
  request: { readonly kind: K } & TimestampRequests[K]['request'],
  deadlineUs: number,
): Fiber<ReplyOf<TimestampRequests, K> | null> {
  const first = Math.floor((yield* random('timestamp-choice')) * servers.length)
  for (let i = 0; i < servers.length; i++) {
    const outcome = yield* call(servers[(first + i) % servers.length]!, request, deadlineUs)
    if (outcome.kind === 'ok') return outcome.reply
  }
  return null
}
