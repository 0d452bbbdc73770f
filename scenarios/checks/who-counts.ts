/**
 * What the quorum rule leaves possible once everything is healed, worked out from what the harness itself saw: the epoch
 * rows and promises that the servers hold in the end, who lost data and when, and which acknowledged writes each holds.
 * A coordinator's word counts for nothing here, and its arithmetic neither: the rule (failover/rules.md section 1) is
 * stated once more, so that a coordinator that refuses too much is found out like one that refuses too little.
 *
 * With every server up and reachable there is one reason left to refuse: servers that lost data. For data they count
 * only when they hold something newer that was acknowledged without them; a fenced source stands in for that, unless an
 * epoch may have begun since. For promises a server counts that lost relay logs and nothing else, and a rebuilt one from
 * the moment at which it was brought back. And any source readmits whoever lost no more than relay logs.
 */
import { type EpochRow, rowsIn } from '../../algorithms/failover/epoch.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { DataLoss, NodeEnd, RunRecord } from '../record.ts'
import type { Scenario } from '../scenario.ts'
import { isPromised } from './session-history.ts'

interface WhoCounts {
  /** Why nobody may take over from the newest epoch, or null. */
  readonly noTakeOver: string | null
  /** Why no source at all could have a write acknowledged, or null. */
  readonly noWrite: string | null
}

/** A server boots within this, and what a probe shows of it is acted upon. */
const BACK_US = 2_000_000

export function whoCounts(record: RunRecord, scenario: Scenario): WhoCounts {
  const nodes = record.nodes.map(({ node }) => node)
  const held = new Map(record.nodes.map((end) => [end.node, executedBy(end)]))
  const rows = rowsIn([...held.values()].reduce((all, gtids) => all.union(gtids), EMPTY_GTID_SET as GtidSet))
  const [newest] = rows
  if (newest === undefined) return { noTakeOver: null, noWrite: null }
  const ofNewest = rows.filter(({ epoch }) => epoch === newest.epoch)
  const lost = nodes.flatMap((node): Lost[] => {
    const losses = (record.losses ?? []).filter((loss) => loss.node === node)
    const unproven = losses.filter((loss) => !hasProvedItself(record, scenario, loss, held.get(node)!))
    if (unproven.length === 0) return []
    const rebuilt = unproven.filter(({ kind }) => kind === 'rebuilt')
    return [
      { node, isRebuilt: rebuilt.length > 0, keepsPromises: rebuilt.every((loss) => wasBroughtBack(record, loss)) },
    ]
  })
  return {
    noTakeOver: noTakeOver(record, nodes, lost, ofNewest),
    noWrite: noWrite(nodes, lost, Math.max(...ofNewest.map(({ k }) => k))),
  }
}

/** A server that lost data and has not proved itself. */
interface Lost {
  readonly node: string
  readonly isRebuilt: boolean
  readonly keepsPromises: boolean
}

function noTakeOver(
  record: RunRecord,
  nodes: readonly string[],
  lost: readonly Lost[],
  rows: readonly EpochRow[],
): string | null {
  const n = nodes.length
  const { epoch, member } = rows[0]!
  const source = nodes[member]
  const k = Math.min(...rows.map((row) => row.k))
  const standsOut = (node: string | undefined) => lost.find((one) => one.node === node)
  // The old source answers as well, and being fenced stands for what it wrote. Everybody else answers, too, and whoever
  // was promoted after it shows the row of its epoch, unless it was rebuilt since.
  const everybodyTells = lost.every(({ isRebuilt }) => !isRebuilt)
  const stands = everybodyTells || (standsOut(source)?.isRebuilt !== true && !mayHaveEnded(record, epoch))
  const others = nodes.filter((node) => node !== source)
  const terms = [
    { needed: stands || k === 0 ? 0 : n - k, counted: others.filter((node) => standsOut(node) === undefined).length },
    {
      needed: Math.floor((n - 1) / 2) + 1,
      counted: others.filter((node) => standsOut(node)?.keepsPromises !== false).length,
    },
  ]
  const [missed] = terms.filter(({ needed, counted }) => counted < needed)
  if (missed === undefined) return null
  return `a take-over needs ${missed.needed} replicas that count, and there are ${missed.counted}: ${standOut(lost)}`
}

/**
 * May an epoch have begun since, as far as coordinators can know? Each journals which of its attempts came to nothing,
 * and tells its peers. It does not know of one that it died in, or that got no answer to a promotion, and of one that
 * lost its journal nobody knows. (A number that was passed over is no attempt: its owner knows that it never opened it.)
 */
function mayHaveEnded({ events, faults }: RunRecord, epoch: number): boolean {
  if (faults.some(({ kind }) => kind === 'lose-journal')) return true
  return events.some((event, i) => {
    if (event.kind !== 'phase' || event.phase !== 'decide' || event.epoch <= epoch) return false
    const ends = events
      .slice(i)
      .flatMap((later) => (later.kind === 'refused' || later.kind === 'deposed' ? [later] : []))
    const end = ends.find((later) => later.epoch === event.epoch)
    return end === undefined || end.why.code === 'perhaps-promoted'
  })
}

function wasBroughtBack({ events }: RunRecord, { node, atUs }: DataLoss): boolean {
  return events.some((event) => event.kind === 'rejoined' && event.node === node && event.atUs > atUs)
}

function noWrite(nodes: readonly string[], lost: readonly Lost[], k: number): string | null {
  const rebuilt = lost.filter(({ isRebuilt }) => isRebuilt)
  const replicas = nodes.length - 1 - rebuilt.length
  return replicas >= k
    ? null
    : `a write needs ${k} replicas that count, and there are ${replicas}: ${standOut(rebuilt)}`
}

function standOut(lost: readonly Lost[]): string {
  return `${lost.map(({ node }) => node).join(' and ')} lost data and nothing newer that they hold was acknowledged without them`
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
