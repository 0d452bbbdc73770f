/**
 * When a failover is allowed, and what it must keep (failover/rules.md sections 1 and 2). Counting is over the n configured
 * servers, never over those reachable now.
 */
import type { GtidSet, MutableGtidSet } from '../gtid-set.ts'
import type { RuleVerdict, Uncounted, Why } from '../reasons/why.ts'
import { type EpochRow, newestRow, rowsIn, unionOf } from './epoch.ts'
import { countsForData, countsForPromises, isRebuilt, type Loss } from './loss.ts'

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

/** One configured server, as the rule asks about it. */
export interface Server {
  readonly node: string
  /** Stopped: its receiver was stopped and read back as stopped. Live: it answers, and was not stopped. */
  readonly standing: 'stopped' | 'live' | 'silent'
  /** What it lost and has not made good. */
  readonly loss: Loss | null
}

interface Stopped {
  /** All configured ones, by member. */
  readonly servers: readonly Server[]
  /** A source that was fenced and answered, and from whose epoch nobody can have taken over. */
  readonly fenced: number | null
  /** Replicas that the policy has ever asked for at least: no epoch began with fewer. */
  readonly leastK: number
  /** Replicas that it asks for now. */
  readonly policyK: number
}

/** What the rule says, with all that it goes by. */
export interface Rule extends RuleVerdict {
  readonly allowed: boolean
  /** Replicas that the next epoch has to acknowledge with at least. */
  readonly k: number
}

/** How many must be stopped and count before anybody may take over from `living`: for data, and for promises. */
export function stopsNeeded(
  nodes: number,
  living: LivingEpoch | null,
  sourceFenced: boolean,
  leastK: number,
): { readonly data: number; readonly promises: number } {
  // No epoch that anybody read has seen: no member is known for a source, so the stopped are counted among all n. One
  // may have begun all the same, and acknowledged where its row has come to no other replica yet.
  if (living === null) return { data: leastK === 0 ? 0 : nodes - leastK, promises: Math.floor(nodes / 2) + 1 }
  // Under k = 0 nothing was promised that a stopped replica would have to hold.
  return { data: sourceFenced || living.k === 0 ? 0 : nodes - living.k, promises: Math.floor((nodes - 1) / 2) + 1 }
}

/** D and P of the rule, and whether they suffice. */
export function mayTakeOver(living: LivingEpoch | null, { servers, fenced, leastK, policyK }: Stopped): Rule {
  const nodes = servers.length
  const stopped = servers.filter(({ standing }, m) => standing === 'stopped' && m !== living?.member)
  const needed = stopsNeeded(nodes, living, living !== null && fenced === living.member, leastK)
  const data = { needed: needed.data, counted: stopped.filter(({ loss }) => countsForData(loss)).length }
  const promises = { needed: needed.promises, counted: stopped.filter(({ loss }) => countsForPromises(loss)).length }
  const k = Math.max(policyK, living?.k ?? 0)
  return {
    allowed: data.counted >= data.needed && promises.counted >= promises.needed,
    data,
    promises,
    uncounted: servers.flatMap((server, m) => uncounted(server, m === living?.member)),
    unprovable: unprovable(servers, k),
    k,
  }
}

function uncounted({ node, standing, loss }: Server, wasSource: boolean): readonly Uncounted[] {
  if (standing === 'silent') return []
  if (wasSource) return [{ node, why: 'source', keepsPromises: false }]
  if (standing === 'live') return [{ node, why: 'not-stopped', keepsPromises: false }]
  if (loss === null) return []
  const why = loss.seen === null ? 'unknown' : loss.seen.kind === 'rebuilt' ? 'rebuilt' : 'lost-relay-log'
  return [{ node, why, keepsPromises: countsForPromises(loss) }]
}

/** Who lost relay logs proves itself to any source that it follows. A rebuilt one needs k others that acknowledge. */
function unprovable(servers: readonly Server[], k: number): readonly string[] {
  const rebuilt = servers.filter(({ loss }) => loss !== null && isRebuilt(loss)).map(({ node }) => node)
  return servers.length - 1 - rebuilt.length < Math.max(1, k) ? rebuilt : []
}

/** Why nobody may take over, to be stated. */
export function ruleWhy({ data, promises, uncounted, unprovable }: RuleVerdict): Why {
  return { code: 'rule', data, promises, uncounted, unprovable }
}

/**
 * May transactions that nobody can deliver be left out of the target? Only what the living epoch's own source wrote
 * after its row, only when the source was not fenced, and only when too few can hold it for it ever to have been
 * acknowledged: `holders` of the `counted` members of D, and whoever is not in D may hold them as well. Under k = 0
 * nothing was promised: what nobody can deliver is lost with the source that wrote it.
 */
export function mayLeaveOut(
  nodes: number,
  living: LivingEpoch,
  missing: GtidSet,
  sourceUuid: string,
  holders: number,
  counted: number,
  sourceFenced: boolean,
): boolean {
  if (sourceFenced) return false
  for (const uuid of missing.uuids()) {
    if (uuid !== sourceUuid) return false
    if (missing.intervals(uuid)[0]! <= living.base) return false
  }
  return living.k === 0 || holders + (nodes - 1 - counted) < living.k
}
