/** Step 5 of a take-over: whom the policies prefer among those who may win, and who is tried in which order. */

import { type Fiber, random } from '../effects.ts'
import type { Candidate } from '../election/policy.ts'
import type { GtidSet } from '../gtid-set.ts'
import { explained } from '../reasons/outcomes.ts'
import type { Why } from '../reasons/why.ts'
import type { PassedOver, RankedCandidate, Rankings } from '../trace.ts'
import type { Member } from './member.ts'
import { viewsOf } from './monitor.ts'
import type { LivingEpoch } from './quorum-rule.ts'
import type { CoordinatorState } from './state.ts'
import type { Cause, Snapshot } from './take-over-steps.ts'
import { isBroken } from './unfit.ts'

/**
 * What every policy would do on the same state. The draws are taken whoever decides, so that they are the same for all.
 * `stream`: a dry run changes nothing, and so draws from another one.
 */
export function* rankAll(
  coordinator: CoordinatorState,
  members: readonly Member[],
  target: GtidSet,
  k: number,
  stream: 'election' | 'dry-run' = 'election',
): Fiber<Rankings> {
  const candidates: Candidate[] = []
  for (const view of viewsOf(members, target)) {
    const draw = yield* random(stream)
    candidates.push({ ...view, draw, trueDelayUs: coordinator.trueDelayUs?.(view.node, k) ?? null })
  }
  return Object.fromEntries(coordinator.elections.all.map((policy) => [policy.name, policy.rank(candidates)]))
}

/**
 * The deciding policy's ranking, with three exceptions. When a coordinator starts, the server that reigns already goes first;
 * at the cluster's very first start, the server that the configuration names. At a planned move, the server that it was
 * planned for goes first, and the source that is to be relieved last.
 */
export function tryOrder(
  coordinator: CoordinatorState,
  candidates: readonly Member[],
  rankings: Rankings,
  cause: Cause,
  living: LivingEpoch | null,
): readonly RankedCandidate[] {
  const ranking = rankings[coordinator.elections.deciding.name]!
  if (cause.kind === 'start') {
    const preferred = candidates.find((m) => m.state?.offline === true) ?? (living === null ? candidates[0] : undefined)
    if (preferred === undefined) return ranking
    return first(ranking, preferred.node, `start: ${preferred.node} is the configured source`)
  }
  if (cause.kind === 'ordered') return cause.to === null ? ranking : first(ranking, cause.to.node, cause.reason)
  if (cause.kind !== 'planned') return ranking
  const relieved = candidates.find((m) => m.state?.offline === true)?.node
  const others = ranking.filter(({ node }) => node !== relieved)
  const last = ranking
    .filter(({ node }) => node === relieved)
    .map((ranked) => ({ ...ranked, reason: `the move failed: ${ranked.node} goes on` }))
  return [...(cause.to === null ? others : first(others, cause.to.node, cause.reason)), ...last]
}

function first(ranking: readonly RankedCandidate[], node: string, reason: string): readonly RankedCandidate[] {
  const isFirst = (ranked: RankedCandidate) => ranked.node === node
  return [
    ...ranking.filter(isFirst).map((ranked) => ({ ...ranked, reason })),
    ...ranking.filter((ranked) => !isFirst(ranked)),
  ]
}

/** Why this server should not even be tried. */
export function obstacleOf({ node, probe, state, quarantined, loss }: Member): Why | null {
  if (probe !== 'answered' || state === null) return { code: 'silent', node }
  if (quarantined || loss !== null) return { code: 'lost-data', node }
  return isBroken(state) ? { code: 'applier-failed', errno: state.applierErrno! } : null
}

/** Everybody else, each with what kept it from being a candidate. */
export function passedOver(
  members: readonly Member[],
  candidates: readonly Member[],
  { read }: Pick<Snapshot, 'read'>,
): readonly PassedOver[] {
  return members
    .filter((member) => !candidates.includes(member))
    .map((member) => {
      const { node } = member
      return {
        node,
        ...explained(obstacleOf(member) ?? { code: read.has(member) ? 'not-up-to-date' : 'silent', node }),
      }
    })
}
