/**
 * What every quorum policy is: a pure choice of whose acknowledgements a write waits for.
 *
 * Members are numbered as configured (0..n-1). Progress is one number per member: the highest transaction number of
 * the current epoch such that it and everything before it is held there; NOTHING_HELD for a member that does not
 * count (the source, a replica that lost data, one that has not even received the epoch's first transaction).
 */
import type { WeightScheme } from './weights.ts'

export const NOTHING_HELD = -1

/** A replica as the coordinator's probes last saw it. */
export interface ReplicaView {
  readonly node: string
  readonly member: number
  readonly healthy: boolean
  /** Round trip of a probe, smoothed. */
  readonly latencyUs: number
  /** Transactions behind the source (or behind the failover's target). */
  readonly lag: number
  readonly uptimeUs: number
  readonly crashes: number
  /** Transactions executed or in the relay log. */
  readonly held: number
}

/** Whom one write waits for: `needed` of `members` (null: of all replicas). */
export interface QuorumSelection {
  readonly members: readonly number[] | null
  readonly needed: number
}

export interface QuorumPolicy {
  readonly name: string
  /** k: how many replicas hold an acknowledged transaction, whatever was selected. The failover rule counts on it. */
  replicasRequired(nodes: number): number
  /** Chosen anew when the views change; `required` is the reign's k, never less than `replicasRequired`. */
  select(replicas: readonly ReplicaView[], required: number): QuorumSelection
  /** Weighted policies only: the weights of n servers, and what an acknowledgement must exceed besides having k replicas. */
  weigh?(nodes: number): WeightScheme
}

type QuorumVerdict = 'won' | 'pending' | 'lost'

/**
 * Is transaction `number` held by the selection? `lost`: too few of the selected can ever answer for it (`excluded`).
 */
export function quorumVerdict(
  selection: QuorumSelection,
  progress: readonly number[],
  number: number,
  excluded?: ReadonlySet<number>,
): QuorumVerdict {
  let holders = 0
  let possible = 0
  const members = selection.members
  const count = members === null ? progress.length : members.length
  for (let i = 0; i < count; i++) {
    const member = members === null ? i : members[i]!
    if (progress[member]! >= number) holders++
    if (excluded?.has(member) !== true) possible++
  }
  if (holders >= selection.needed) return 'won'
  return possible < selection.needed ? 'lost' : 'pending'
}

const descending: number[] = []

/** The largest number that at least `k` members hold. Everything up to it is acknowledged under k. */
export function heldByAtLeast(k: number, progress: readonly number[]): number {
  if (k === 0) return Number.MAX_SAFE_INTEGER
  if (k > progress.length) return NOTHING_HELD
  // The k-th largest. Insertion into a kept array: this runs with every reply of every replica.
  let count = 0
  for (const value of progress) {
    let at = count++
    while (at > 0 && descending[at - 1]! < value) {
      descending[at] = descending[at - 1]!
      at--
    }
    descending[at] = value
  }
  return descending[k - 1]!
}
