/** What clients were told of their writes, against what each server executed and holds. */
import type { Gtid, GtidSet } from '../../algorithms/gtid-set.ts'
import { describeGtid } from '../checks/evidence-text.ts'
import type { Findings } from '../checks/findings.ts'
import type { GtidLookup, RowLookup } from '../checks/lookups.ts'
import type { TransactionContents } from './contents.ts'
import type { Claim } from './evidence.ts'

/** A server as claims are held against it. */
export interface Place {
  readonly node: string
  /** Executed; of one that is away, what its binlogs say. */
  readonly held: GtidSet
  readonly gtids: GtidLookup
  /** Null: it is away. */
  readonly rows: RowLookup | null
  readonly ops: ReadonlySet<number> | null
  /** What its binlogs from before each of its rebuilds hold. */
  readonly former: readonly GtidLookup[]
}

interface Cluster {
  readonly source: Place | null
  readonly places: readonly Place[]
  readonly contents: TransactionContents
}

interface JudgedClaims {
  readonly strong: number
  readonly eventual: number
  readonly eventualLost: number
  readonly unknown: number
  readonly unknownThere: number
  /** By place: acknowledged STRONG writes that it lacks. */
  readonly lacks: readonly number[]
}

export function judgeClaims(claims: readonly Claim[], cluster: Cluster, findings: Findings): JudgedClaims {
  const { source, places } = cluster
  const lacks = places.map(() => 0)
  let [strong, eventual, eventualLost, unknown, unknownThere] = [0, 0, 0, 0, 0]
  for (const claim of claims) {
    if (claim.outcome !== 'ok') {
      const isThere = source?.rows != null && hasSomeRow(source.rows, claim)
      if (claim.outcome === 'unknown') {
        unknown++
        if (isThere) unknownThere++
      } else if (isThere)
        findings.violation('failed-and-there', () => `${source!.node} has rows of ${claimText(claim)}`)
      continue
    }
    if (claim.consistency === 'EVENTUAL') {
      eventual++
      if (source !== null && missingFrom(source, claim) !== null) eventualLost++
      continue
    }
    strong++
    places.forEach((place, index) => {
      if (missingFrom(place, claim) !== null) lacks[index]!++
    })
    if (source !== null) judgeAcknowledged(claim, source, places, findings)
  }
  judgeGtids(claims, cluster, findings)
  judgeRows(claims, places, findings)
  return { strong, eventual, eventualLost, unknown, unknownThere, lacks }
}

function judgeAcknowledged(claim: Claim, source: Place, places: readonly Place[], findings: Findings): void {
  findings.examined++
  const missing = missingFrom(source, claim)
  if (missing !== null) {
    findings.violation(
      'gone-from-source',
      () => `${claimText(claim)}: ${missing} on the last source ${source.node}; ${whereText(claim, places)}`,
    )
    return
  }
  if (claim.gtid === null) findings.undecidable('no-gtid', () => `${claimText(claim)}: answered without a GTID`)
  for (const place of places) {
    const lost = place === source ? null : lostOn(place, claim)
    if (lost !== null) findings.violation('gone-from-replica', () => `${claimText(claim)}: ${lost} on ${place.node}`)
  }
}

/** What is missing of an acknowledged write, in words; null when nothing is. */
function missingFrom({ gtids, rows }: Place, claim: Claim): string | null {
  const hasRow = rows === null || hasAllRows(rows, claim)
  const hasGtid = claim.gtid === null || gtids.has(claim.gtid)
  if (hasRow && hasGtid) return null
  if (rows === null) return 'its GTID is in no binlog'
  if (hasRow) return 'its row is there, its GTID is not executed'
  return hasGtid && claim.gtid !== null ? 'its GTID is executed, its row is missing' : 'its GTID and row are missing'
}

/** Gone for good: one that has not come so far yet has lost nothing. */
function lostOn({ gtids, rows, held }: Place, claim: Claim): string | null {
  const { gtid } = claim
  if (gtid === null || rows === null) return null
  if (gtids.has(gtid)) return hasAllRows(rows, claim) ? null : 'its GTID is executed, its row is missing'
  const highest = held.highest(gtid.uuid)
  return highest > gtid.number ? `its GTID is missing below the executed number ${highest}` : null
}

function whereText({ gtid }: Claim, places: readonly Place[]): string {
  if (gtid === null) return 'it was answered without a GTID'
  const where = places.flatMap(({ node, gtids, former }) => [
    ...(gtids.has(gtid) ? [node] : []),
    ...(former.some((identity) => identity.has(gtid)) ? [`${node} before a rebuild`] : []),
  ])
  return where.length === 0 ? 'no server has it in its binlogs' : `it is in the binlogs of ${where.join(', ')}`
}

/** One GTID is one transaction: it is no two clients' writes, and it did what its client asked for. */
function judgeGtids(claims: readonly Claim[], { contents }: Cluster, findings: Findings): void {
  const byGtid = new Map<string, Claim>()
  for (const claim of claims) {
    const { gtid } = claim
    if (gtid === null || claim.outcome !== 'ok') continue
    const key = describeGtid(gtid)
    const other = byGtid.get(key)
    if (other !== undefined)
      findings.violation('acknowledged-twice', () => `${claimText(claim)}: so was operation ${other.op}`)
    byGtid.set(key, claim)
    const found = contents.get(gtid)
    if (found !== null && !numbersOf(claim).every((op) => found.ops.includes(op)))
      findings.violation('other-operation', () => `${claimText(claim)}: in the binlogs that is ${opsText(found.ops)}`)
  }
}

/** Whatever is in the workload's table, some client asked for. */
function judgeRows(claims: readonly Claim[], places: readonly Place[], findings: Findings): void {
  const asked = new Set(claims.flatMap(numbersOf))
  const strange = new Map<number, string[]>()
  for (const { node, ops } of places)
    for (const op of ops ?? []) if (!asked.has(op)) strange.set(op, [...(strange.get(op) ?? []), node])
  for (const [op, nodes] of strange)
    findings.violation('row-without-operation', () => `row ${op} on ${nodes.join(', ')}: no client wrote it`)
}

function hasAllRows(rows: RowLookup, { op, rows: count }: Claim): boolean {
  for (let number = op; number < op + count; number++) if (!rows.has(number)) return false
  return true
}

function hasSomeRow(rows: RowLookup, claim: Claim): boolean {
  return numbersOf(claim).some((op) => rows.has(op))
}

function numbersOf({ op, rows }: Claim): number[] {
  return Array.from({ length: rows }, (_, i) => op + i)
}

function claimText({ op, consistency, outcome, gtid }: Claim): string {
  const by = gtid === null ? '' : `, GTID ${describeGtid(gtid as Gtid)}`
  return `write ${op} (${consistency}, ${outcome === 'ok' ? 'acknowledged' : outcome}${by})`
}

/** In words, of a transaction. */
export function opsText(ops: readonly number[]): string {
  return ops.length === 0 ? 'no operation of a client' : `operation ${ops.join(', ')}`
}
