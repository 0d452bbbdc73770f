/**
 * Whom a write would wait for now, by name: what `select` and `weigh` leave open (any k, or any set above the threshold)
 * is settled by who is likely to acknowledge first, quickest and most up to date first. An opinion for people and for
 * services that show it; what a write really waits for is counted as acknowledgements arrive.
 */
import { cabinetTopWeight } from './cabinet-top.ts'
import type { QuorumPolicy, ReplicaView } from './policy.ts'

interface RankedReplica {
  readonly view: ReplicaView
  /** How soon it is likely to acknowledge: 1 / (milliseconds + transactions behind + 1), 0 when unhealthy. */
  readonly score: number
  /** Its vote: a weighted policy's, by rank; 1 where votes are counted; 0 for one that was not selected. */
  readonly weight: number
  readonly isChosen: boolean
}

export interface ChosenQuorum {
  /** Likely first acknowledger first. */
  readonly ranking: readonly RankedReplica[]
  /** So many replicas acknowledge, at least. */
  readonly needed: number
  /** The source's own weight, and what all of them together must exceed. */
  readonly sourceWeight: number
  readonly threshold: number
  readonly isWeighted: boolean
  /** Those chosen are healthy and enough. */
  readonly isReached: boolean
}

/** `replicas`: those that may be chosen, without the source. `nodes`: all configured servers, the source included. */
export function chosenQuorum(policy: QuorumPolicy, replicas: readonly ReplicaView[], nodes: number): ChosenQuorum {
  const { members, needed } = policy.select(replicas, policy.replicasRequired(nodes))
  const scheme = policy.weigh?.(nodes) ?? null
  const sourceWeight = scheme?.weights[0] ?? 1
  const threshold = scheme?.threshold ?? needed
  const ranked = replicas
    .map((view) => ({ view, score: cabinetTopWeight(view) }))
    .sort((a, b) => b.score - a.score || a.view.member - b.view.member)
  let votes = sourceWeight
  let healthy = 0
  let chosen = 0
  const ranking = ranked.map(({ view, score }, rank): RankedReplica => {
    const isSelected = members === null || members.includes(view.member)
    const weight = scheme?.weights[rank + 1] ?? (isSelected ? 1 : 0)
    const isWanted = needed > 0 && (chosen < needed || votes <= threshold)
    // Who was selected by name is waited for, dead or alive.
    const isChosen = isSelected && isWanted && (view.healthy || members !== null)
    if (isChosen) {
      votes += weight
      chosen++
      if (view.healthy) healthy++
    }
    return { view, score, weight, isChosen }
  })
  const isReached = needed === 0 || (chosen >= needed && healthy === chosen && votes > threshold)
  return { ranking, needed, sourceWeight, threshold, isWeighted: scheme !== null, isReached }
}
