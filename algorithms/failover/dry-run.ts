/**
 * What would come of it, if the source went now, or if a person ordered another? Judged by the last probes, with the code
 * that a take-over would judge by, and nothing is touched: not a server, not the journal, not even the draws of the next
 * election.
 */

import type { Fiber } from '../effects.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import { obstacleOf, passedOver, rankAll, tryOrder } from './choose.ts'
import { unionOf } from './epoch.ts'
import { nextEpoch } from './epoch-numbers.ts'
import type { Member } from './member.ts'
import { isServing } from './promote.ts'
import { livingEpoch, ruleWhy } from './quorum-rule.ts'
import type { Alarm } from './reign.ts'
import { refusalOf } from './ruling.ts'
import type { CoordinatorState } from './state.ts'
import type { DryRunReply } from './steering.ts'
import { obstacleToMove } from './switchover.ts'
import { requiredReplicas } from './take-over.ts'
import type { Gathered, Snapshot } from './take-over-steps.ts'

/** Reasons against a take-over that pass by themselves, or that do not bind a person who orders one. */
const PASSES: readonly Why['code'][] = ['manual-mode', 'stands-back', 'young-term', 'replicas-just-back']

export function* dryRun(coordinator: CoordinatorState, wanted: string | null): Fiber<DryRunReply> {
  const { members, reign, byNode, procedures, process } = coordinator
  const to = wanted === null ? null : (byNode.get(wanted) ?? null)
  const living = livingEpoch(unionOf(members.map(({ held }) => held)))
  const source = reign?.source ?? (living === null ? null : members[living.member]!)
  // Without a wish the question is what comes of the source's end: it counts as gone, whatever it does.
  const isPlanned = wanted !== null && reign !== null && isServing(reign)
  const snapshot = procedures.judge(coordinator, wouldGather(coordinator, source, isPlanned))
  const alarm: Alarm = isPlanned
    ? { kind: 'planned', reason: 'a planned move', from: reign.source, to }
    : wanted === null
      ? { kind: 'gone', reason: 'the source is gone' }
      : { kind: 'ordered', reason: `${wanted} is wanted`, to }
  const candidates = procedures.eligible(coordinator, snapshot, alarm).filter((member) => member !== source)
  const k = requiredReplicas(coordinator, snapshot.living)
  const rankings = yield* rankAll(coordinator, candidates, snapshot.seen, k, 'dry-run')
  const order = tryOrder(coordinator, candidates, rankings, alarm, snapshot.living)
  const why =
    wanted !== null && to === null
      ? ({ code: 'no-such-server', node: wanted } as const)
      : obstacle(coordinator, source, to, isPlanned, snapshot, candidates, alarm, process.nowUs)
  const verdict = why === null ? 'would' : PASSES.includes(why.code) ? 'wait' : 'refused'
  const winner = order[0]?.node ?? null
  const { data, promises, uncounted, unprovable } = snapshot.rule
  return {
    verdict,
    epoch: nextEpoch(coordinator.highestEpoch, coordinator.owner, coordinator.givenUp),
    kind: isPlanned ? 'planned' : 'failover',
    source: source?.node ?? null,
    winner: verdict === 'refused' ? null : winner,
    why,
    reason: why === null ? (order[0]?.reason ?? '') : textOf(why),
    k,
    rule: { data, promises, uncounted, unprovable },
    order,
    rankings,
    passedOver: passedOver(
      members.filter((member) => member !== source),
      candidates,
      snapshot,
    ),
  }
}

/** As if everybody who answered the last probe had been stopped, and a source that answers fenced. */
function wouldGather(
  { members, highestEpoch, owner, givenUp }: CoordinatorState,
  source: Member | null,
  isPlanned: boolean,
): Gathered {
  const answering = members.filter(({ probe, state }) => probe === 'answered' && state !== null)
  return {
    epoch: nextEpoch(highestEpoch, owner, givenUp),
    stopped: new Set(answering.filter((member) => member !== source)),
    fenced: new Set(isPlanned ? answering.filter((member) => member === source) : []),
    deposed: null,
  }
}

function obstacle(
  coordinator: CoordinatorState,
  source: Member | null,
  to: Member | null,
  isPlanned: boolean,
  { rule }: Snapshot,
  candidates: readonly Member[],
  alarm: Alarm,
  nowUs: number,
): Why | null {
  const { reign } = coordinator
  if (to !== null && to === source && isPlanned) return { code: 'is-source', node: to.node }
  const ofWanted = to === null ? null : isPlanned && reign !== null ? obstacleToMove(reign, to) : obstacleOf(to)
  if (ofWanted !== null) return ofWanted
  if (!rule.allowed) return ruleWhy(rule)
  if (candidates.length === 0) return { code: 'no-candidate' }
  return reign === null ? null : refusalOf(coordinator, reign, alarm, nowUs)
}
