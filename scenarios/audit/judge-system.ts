/**
 * The audit of a running system: what its coordinator acknowledged, by GTID, against what mysqld's files and tables say. Its
 * clients are strangers who wrote what they liked, so rows are held against the source's instead of against what was asked
 * for: at the same transactions, every server has to have the same.
 */
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { describeGtids } from '../checks/evidence-text.ts'
import { count, Findings } from '../checks/findings.ts'
import type { SystemAudit } from '../result-audit.ts'
import type { Place } from './claims.ts'
import type { AuditEvidence, DifferingTable, TableComparison } from './evidence.ts'
import { judgeContents, placeOf } from './judge-audit.ts'
import { epochsOf, sourceOf } from './last-source.ts'
import type { Ledger } from './ledger.ts'
import { auditServer } from './server-audit.ts'

export interface AuditedSystem {
  /** Read before everything else. */
  readonly ledger: Ledger
  readonly evidence: AuditEvidence
  /** Null: there was no source to compare with. */
  readonly tables: TableComparison | null
}

export function judgeSystem({ ledger, evidence, tables }: AuditedSystem): SystemAudit {
  const findings = new Findings()
  const { servers } = evidence
  const last = sourceOf(servers)
  const places = servers.map(placeOf)
  const source = last === null ? null : places[servers.indexOf(last)]!
  if (source === null) findings.undecidable('no-final-source', () => "no server's table says who the source is")
  if (last !== null && last.unread !== null)
    findings.undecidable('unreadable', () => `${last.node}, the source: ${last.unread}`)
  if (source !== null) judgeAcknowledged(ledger.gtids, source, places, findings)
  const audits = servers.map((server, index) =>
    auditServer(
      server,
      {
        ...{ source, place: places[index]!, reigned: epochsOf(server, servers), meant: new Set() },
        lacks: ledger.gtids.minus(places[index]!.held).size,
      },
      findings,
    ),
  )
  judgeContents(servers, findings)
  judgeTables(tables, findings)
  const compared = tables === null || tables.why !== null ? null : tables
  const forgotten = ledger.forgotten === 0 ? '' : `; ${count(ledger.forgotten, 'older one')} no longer known`
  const held = `${count(ledger.gtids.size, 'acknowledged write')}${forgotten}`
  const check = findings.conclude('audit', {
    pass: () =>
      `${held}: each on the source ${source!.node}, and lost on none of ${count(servers.length, 'server')}; ${count(compared!.rows, 'row')} in ${count(compared!.tables, 'table')} the same on ${count(compared!.nodes.length, 'server')}`,
    fail: () => `${count(findings.violations, 'violation')} among ${held}`,
    nothing: 'no STRONG or SESSION write was acknowledged yet',
  })
  return {
    ...check,
    source: source?.node ?? null,
    acknowledged: { held: ledger.gtids.size, forgotten: ledger.forgotten },
    servers: audits,
    tables: compared === null ? null : { nodes: compared.nodes, count: compared.tables, rows: compared.rows },
  }
}

function judgeAcknowledged(acknowledged: GtidSet, source: Place, places: readonly Place[], findings: Findings): void {
  findings.examined += acknowledged.size
  const gone = acknowledged.minus(source.held)
  if (!gone.isEmpty)
    findings.violation(
      'gone-from-source',
      () =>
        `acknowledged and not executed on the source ${source.node}: ${count(gone.size, 'transaction')}, ${describeGtids(gone)}; ${whereText(gone, places)}`,
    )
  for (const place of places) {
    if (place === source || place.rows === null) continue
    const lost = below(acknowledged.minus(place.held).minus(gone), place.held)
    if (!lost.isEmpty)
      findings.violation(
        'gone-from-replica',
        () => `acknowledged, and missing on ${place.node} below what it executed since: ${describeGtids(lost)}`,
      )
  }
}

/** One that has not come so far yet has lost nothing. */
function below(missing: GtidSet, held: GtidSet): GtidSet {
  const passed = new MutableGtidSet()
  for (const uuid of missing.uuids()) passed.addAll(MutableGtidSet.interval(uuid, 1, held.highest(uuid)))
  return missing.minus(missing.minus(passed))
}

function whereText(gone: GtidSet, places: readonly Place[]): string {
  const holders = places.flatMap(({ node, held }) => (gone.minus(held).size < gone.size ? [node] : []))
  return holders.length === 0 ? 'no server has any of it' : `some or all of it is on ${holders.join(', ')}`
}

function judgeTables(tables: TableComparison | null, findings: Findings): void {
  if (tables === null) return
  if (tables.why !== null)
    findings.undecidable(
      'rows-not-compared',
      () => `rows were not compared on ${tables.nodes.join(', ')}: ${tables.why}`,
    )
  for (const one of tables.differing) findings.violation('rows-differ', () => differenceText(one, tables.nodes[0]!))
}

function differenceText(
  { table, node, rows, rowsOnSource, lacks, more, other }: DifferingTable,
  source: string,
): string {
  const has = (where: string, n: number | null) => `${n === null ? 'no such table' : count(n, 'row')} on ${where}`
  const keys = (what: string, some: readonly string[]) => (some.length === 0 ? [] : [`${what} ${some.join('; ')}`])
  return [
    `${table} is not the same at the same transactions: ${has(node, rows)}, ${has(`the source ${source}`, rowsOnSource)}`,
    ...keys(`${node} lacks`, lacks),
    ...keys(`only ${node} has`, more),
    ...keys('of other content', other),
  ].join('; ')
}
