/**
 * When a failover is allowed, and what it must keep (failover/rules.md sections 1 and 2). Counting is over the n configured
 * servers, never over those reachable now.
 */
import type { GtidSet, MutableGtidSet } from '../gtid-set.ts'
import type { Count, Why } from '../reasons/why.ts'
import { type EpochRow, newestRow, rowsIn, unionOf } from './epoch.ts'

/** The newest epoch that a set of servers has seen: it may still be alive until it is fenced off. */
export interface LivingEpoch {
  readonly epoch: number
  /** Smallest k in any row of the epoch: what it may have acknowledged under. */
  readonly k: number
  readonly member: number
  readonly base: number
}

export function livingEpoch(seen: GtidSet): LivingEpoch | null {
  const rows: EpochRow[] = rowsIn(seen)
  const newest = rows[0]
  if (newest === undefined) return null
  const k = Math.min(...rows.filter((row) => row.epoch === newest.epoch).map((row) => row.k))
  return { epoch: newest.epoch, k, member: newest.member, base: newest.base }
}

/**
 * Everything that may have been acknowledged, of what the servers that were read hold. That is what those hold that have
 * the newest epoch's row: the row came to them after all that its epoch began with, and before all that it wrote. What
 * only others hold is of older epochs and was left out when the newest began, so it never was acknowledged and never
 * will be. Whoever has it has diverged: taken over, it would come between rows in another order on each server.
 */
export function mayBeAcknowledged(held: readonly GtidSet[]): MutableGtidSet {
  const newest = livingEpoch(unionOf(held))
  return unionOf(newest === null ? held : held.filter((set) => newestRow(set)?.epoch === newest.epoch))
}

/**
 * How many replicas must be stopped and read before anybody may take over from `living`. `leastK`: what the policy asks
 * for; the first epoch did not begin with less.
 */
export function stopsNeeded(nodes: number, living: LivingEpoch | null, sourceFenced: boolean, leastK: number): number {
  const meetsEveryOtherFailover = Math.floor((nodes - 1) / 2) + 1
  // No epoch that anybody read has seen: no member is known for a source, so the stopped are counted among all n. One
  // may have begun all the same, and acknowledged where its row has come to no other replica yet.
  if (living === null) return Math.max(leastK === 0 ? 0 : nodes - leastK, Math.floor(nodes / 2) + 1)
  // Under k = 0 nothing was promised that a stopped replica would have to hold.
  const holdsEveryAcknowledged = sourceFenced || living.k === 0 ? 0 : nodes - living.k
  return Math.max(holdsEveryAcknowledged, meetsEveryOtherFailover)
}

export interface Stopped {
  /** Members whose IO thread was stopped and read back as stopped. */
  readonly members: readonly number[]
  /** Members that lost data or were rebuilt, and do not count yet. */
  readonly excluded: ReadonlySet<number>
  /** The source was fenced and answered. */
  readonly fenced: number | null
  /** Replicas that the policy asks for: no epoch began with fewer. */
  readonly leastK: number
}

/** F of the rule, and whether it suffices. */
export function mayTakeOver(
  nodes: number,
  living: LivingEpoch | null,
  stopped: Stopped,
): { readonly allowed: boolean; readonly counted: number; readonly needed: number } {
  const counted = stopped.members.filter((m) => m !== living?.member && !stopped.excluded.has(m)).length
  const needed = stopsNeeded(nodes, living, living !== null && stopped.fenced === living.member, stopped.leastK)
  return { allowed: counted >= needed, counted, needed }
}

/** Why nobody may take over, to be stated. */
export function ruleWhy({ needed, counted }: Count): Why {
  return { code: 'rule', needed, counted }
}

/**
 * May transactions that nobody can deliver be left out of the target? Only what the living epoch's own source wrote
 * after its row, only when the source was not fenced, and only when too few can hold it for it ever to have been
 * acknowledged. Under k = 0 nothing was promised: what nobody can deliver is lost with the source that wrote it.
 */
export function mayLeaveOut(
  nodes: number,
  living: LivingEpoch,
  missing: GtidSet,
  sourceUuid: string,
  holdersInF: number,
  counted: number,
  sourceFenced: boolean,
): boolean {
  if (sourceFenced) return false
  for (const uuid of missing.uuids()) {
    if (uuid !== sourceUuid) return false
    if (missing.intervals(uuid)[0]! <= living.base) return false
  }
  return living.k === 0 || holdersInF + (nodes - 1 - counted) < living.k
}
