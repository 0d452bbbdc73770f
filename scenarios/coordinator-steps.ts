/**
 * Steps that hurt nobody: they ask the coordinator for something, in both worlds, the way an operator would. To add one:
 * its verb among FAULT_VERBS, its schema beside the faults', its request and its witness here.
 */
import { NOBODY_REIGNS } from '../algorithms/failover/state.ts'
import type { CoordinatorRequests, Outcome, ReplyOf, RequestOf } from '../algorithms/servers.ts'
import type { FaultStep, FaultVerb } from './scenario.ts'

const REQUESTS: ReadonlySet<FaultVerb> = new Set<FaultVerb>(['switchover'])

/** The coordinator's own deadline for an answer is shorter. */
export const REQUEST_DEADLINE_US = 15_000_000

/** Nothing is hurt by it, and nothing has to be undone. */
export function isRequest(verb: FaultVerb): boolean {
  return REQUESTS.has(verb)
}

/** `target`: the step's words as the names they mean now. */
export function requestOf(step: FaultStep, target: readonly string[]): RequestOf<CoordinatorRequests> {
  if (step.verb !== 'switchover') throw new Error(`assertion: ${step.verb} asks nobody for anything`)
  return { kind: 'switchover', to: target[0] ?? null }
}

/** Another coordinator may reign: this one does not, or does not answer. */
export function isForAnother(outcome: Outcome<unknown>): boolean {
  if (outcome.kind !== 'ok') return outcome.kind === 'failed'
  const reply = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover'> | ReplyOf<CoordinatorRequests, 'status'>
  return 'verdict' in reply ? reply.reason === NOBODY_REIGNS : reply.source === null
}

/** What came of it. `done: false` is no error: a coordinator may refuse, or not answer while it is down. */
export interface Answered {
  readonly done: boolean
  readonly text: string
}

export function answered(outcome: Outcome<unknown>): Answered {
  if (outcome.kind !== 'ok') return { done: false, text: `the coordinator does not answer: ${outcome.reason}` }
  const { verdict, reason, heldUs } = outcome.reply as ReplyOf<CoordinatorRequests, 'switchover'>
  const held = heldUs === null ? '' : `, clients were held back for ${(heldUs / 1000).toFixed(1)} ms`
  return { done: verdict === 'moved', text: `${verdict}: ${reason}${held}` }
}
