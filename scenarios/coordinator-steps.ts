/**
 * Steps that hurt nobody: they ask the coordinator for something, in both worlds, the way an operator would.
 */
import type { CoordinatorRequests, Outcome, ReplyOf, RequestOf } from '../algorithms/servers.ts'
import type { FaultStep } from './faults/step.ts'

/** The coordinator's own deadline for an answer is shorter. */
export const REQUEST_DEADLINE_US = 15_000_000

/** `target`: the step's words as the names they mean now. */
export function requestOf(step: FaultStep, target: readonly string[]): RequestOf<CoordinatorRequests> {
  if (step.failureThreshold !== null) return { kind: 'changeThreshold', failureThreshold: step.failureThreshold }
  if (step.verb !== 'switchover') throw new Error(`assertion: ${step.verb} asks nobody for anything`)
  return { kind: 'switchover', to: target[0] ?? null }
}

/** The line people read, e.g. `switchover node1 -> node3`. */
export function labelOf(step: FaultStep, source: string, target: readonly string[]): string {
  if (step.failureThreshold !== null) return `${step.verb} -> ${step.failureThreshold}`
  return `${step.verb} ${source} -> ${target.join(', ')}`
}

/**
 * What is seen of a request when it is answered. A coordinator that says it is done, while another reigns by then or
 * the servers show nothing of it, is no error of the harness: it is written down.
 */
export function witnessed(
  step: FaultStep,
  { done, text }: Answered,
  before: string,
  after: string,
): { readonly during: string; readonly seen: boolean } {
  const seen = done && isSeen(step, before, after)
  return { during: `${text}; ${after}${done && !seen ? ' (nothing is seen of it)' : ''}`, seen }
}

/** Did it happen, by the looks before and after it? A threshold may be asked for that is in force already. */
function isSeen({ failureThreshold }: FaultStep, before: string, after: string): boolean {
  return failureThreshold === null ? after !== before : new RegExp(`\\bk = ${failureThreshold}\\b`).test(after)
}

/** Another coordinator may reign: this one does not, or does not answer. */
export function isForAnother(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'ok') return outcome.kind === 'failed'
  const reply = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover' | 'changeThreshold' | 'status'>
  if ('verdict' in reply) return 'why' in reply && reply.why?.code === 'nobody-reigns'
  return reply.source === null
}

/** What came of it. `done: false` is no error: a coordinator may refuse, or not answer while it is down. */
export interface Answered {
  readonly done: boolean
  readonly text: string
}

export function answered(outcome: Outcome<unknown>): Answered {
  if (outcome.kind !== 'ok') return { done: false, text: `the coordinator does not answer: ${outcome.reason}` }
  const reply = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover' | 'changeThreshold'>
  if (reply.verdict === 'ok') return { done: true, text: `in epoch ${reply.epoch} k is ${reply.k}` }
  if (!('heldUs' in reply)) return { done: false, text: `${reply.verdict}: ${reply.reason}` }
  const { verdict, reason, heldUs } = reply
  const held = heldUs === null ? '' : `, clients were held back for ${(heldUs / 1000).toFixed(1)} ms`
  return { done: verdict === 'moved', text: `${verdict}: ${reason}${held}` }
}
