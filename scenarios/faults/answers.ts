/** What coordinators answer to steps that ask them for something. */

import type { CoordinatorRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import { aboutText } from '../../algorithms/wording.ts'

/** The coordinator's own deadline for an answer is shorter. */
export const REQUEST_DEADLINE_US = 15_000_000

/** Another coordinator may reign: this one does not, or does not answer. */
export function isForAnother(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'ok') return outcome.kind === 'failed'
  const reply = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover' | 'changeThreshold' | 'status'>
  if ('verdict' in reply) return 'why' in reply && reply.why?.code === 'nobody-reigns'
  return reply.source === null
}

/** What came of it. `done: false` is no error: a coordinator may refuse, or not answer while it is down. */
interface Answered {
  readonly done: boolean
  readonly text: string
}

export function answered(outcome: Outcome<unknown>): Answered {
  if (outcome.kind !== 'ok') return { done: false, text: `the coordinator does not answer: ${outcome.reason}` }
  const reply = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover' | 'changeThreshold'>
  if (reply.verdict === 'ok') return { done: true, text: `in epoch ${reply.epoch} k is ${reply.k}` }
  if (!('heldUs' in reply)) return { done: false, text: `${reply.verdict}: ${reply.reason}` }
  const { verdict, reason, heldUs } = reply
  const held = heldUs === null ? '' : `, clients were held back for ${aboutText(heldUs)}`
  return { done: verdict === 'moved', text: `${verdict}: ${reason}${held}` }
}
