/**
 * What the quorum rule leaves possible once everything is healed, worked out from what the harness itself saw: the epoch
 * rows and promises that the servers hold in the end, who lost data and when, and which acknowledged writes each holds.
 * A coordinator's word counts for nothing here, and its arithmetic neither: the rule (failover/rules.md section 1) is
 * stated once more, so that a coordinator that refuses too much is found out like one that refuses too little.
 *
 * With every server up and reachable there is one reason left to refuse: servers that lost data count only when they
 * hold something newer that was acknowledged without them. Whoever has not got there stands out of the count for good.
 */
import { type EpochRow, rowsIn } from '../../algorithms/failover/epoch.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { DataLoss, NodeEnd, RunRecord } from '../record.ts'
import type { Scenario } from '../scenario.ts'
import { isPromised } from './session-history.ts'

export interface Standing {
  /** Why nobody may take over from the newest epoch, or null. */
  readonly noTakeOver: string | null
  /** Why no source at all could have a write acknowledged, or null. */
  readonly noWrite: string | null
}

/** A server boots within this, and what a probe shows of it is acted upon. */
const BACK_US = 2_000_000

export function standingOf(record: RunRecord, scenario: Scenario): Standing {
  const nodes = record.nodes.map(({ node }) => node)
  const held = new Map(record.nodes.map((end) => [end.node, executedBy(end)]))
  const rows = rowsIn([...held.values()].reduce((all, gtids) => all.union(gtids), EMPTY_GTID_SET as GtidSet))
  const [newest] = rows
  if (newest === undefined) return { noTakeOver: null, noWrite: null }
  const ofNewest = rows.filter(({ epoch }) => epoch === newest.epoch)
  const unproven = nodes.filter((node) => {
    const losses = (record.losses ?? []).filter((loss) => loss.node === node)
    return losses.some((loss) => !hasProvedItself(record, scenario, loss, held.get(node)!))
  })
  return {
    noTakeOver: noTakeOver(record, nodes, unproven, ofNewest),
    noWrite: noWrite(nodes, unproven, Math.max(...ofNewest.map(({ k }) => k))),
  }
}

function noTakeOver(
  { nodes: ends }: RunRecord,
  nodes: readonly string[],
  unproven: readonly string[],
  rows: readonly EpochRow[],
): string | null {
  const n = nodes.length
  const { epoch, member } = rows[0]!
  const source = nodes[member]
  const k = Math.min(...rows.map((row) => row.k))
  // The old source answers as well, and being fenced stands for what it wrote: unless a newer epoch may have begun.
  const isPromisedAway = ends.some(({ promised }) => (promised ?? 0) > epoch + 1)
  const holdsAll = isPromisedAway && k > 0 ? n - k : 0
  const needed = Math.max(holdsAll, Math.floor((n - 1) / 2) + 1)
  const counted = nodes.filter((node) => node !== source && !unproven.includes(node)).length
  if (counted >= needed) return null
  return `a take-over needs ${needed} replicas that count, and there are ${counted}: ${standOut(unproven)}`
}

function noWrite(nodes: readonly string[], unproven: readonly string[], k: number): string | null {
  const replicas = nodes.length - 1 - unproven.length
  return replicas >= k
    ? null
    : `a write needs ${k} replicas that count, and there are ${replicas}: ${standOut(unproven)}`
}

function standOut(unproven: readonly string[]): string {
  return `${unproven.join(' and ')} lost data and nothing newer that they hold was acknowledged without them`
}

/**
 * Does it hold a write that was acknowledged and began when its loss cannot have gone unnoticed any more, with all that
 * was wrong at that time undone? From then on it is not counted, so that write was acknowledged without it.
 */
function hasProvedItself(record: RunRecord, scenario: Scenario, loss: DataLoss, held: GtidSet): boolean {
  const { probeIntervalUs, probeTimeoutUs } = scenario.tuning
  let backUs = loss.atUs
  for (const { atUs, healedUs } of record.faults) {
    const undoneUs = healedUs ?? record.healedUs ?? record.endedUs
    if (atUs <= loss.atUs && undoneUs > backUs) backUs = undoneUs
  }
  const noticedUs = backUs + BACK_US + probeIntervalUs + probeTimeoutUs
  return record.operations.some(
    (operation) =>
      operation.kind === 'write' &&
      operation.outcome === 'ok' &&
      isPromised(operation) &&
      operation.sentUs !== null &&
      operation.sentUs >= noticedUs &&
      operation.gtid !== null &&
      held.has(operation.gtid),
  )
}

function executedBy({ executed }: NodeEnd): GtidSet {
  return executed === null ? EMPTY_GTID_SET : MutableGtidSet.parse(executed)
}
