/**
 * The audit: what clients were told against what mysqld's files and tables say, server by server. It is
 * `acknowledged-writes-survive` once more, from other evidence (who the last source is comes from the epochs in the
 * servers' own tables), and looks at what that check cannot see: what a transaction did, servers that are down, data that a
 * rebuild has thrown away, and transactions that no client asked for.
 */
import { EMPTY_GTID_SET } from '../../algorithms/gtid-set.ts'
import { count, Findings } from '../checks/findings.ts'
import { GtidLookup, RowLookup } from '../checks/lookups.ts'
import type { Audit } from '../result-audit.ts'
import { judgeClaims, opsText, type Place } from './claims.ts'
import type { AuditEvidence, AuditedServer, Claim } from './evidence.ts'
import { epochsOf, sourceOf, uuidsOf } from './last-source.ts'
import { auditServer } from './server-audit.ts'

/** `errants`: servers on which the scenario itself had an operator write. */
export function judgeAudit(claims: readonly Claim[], evidence: AuditEvidence, errants: ReadonlySet<string>): Audit {
  const findings = new Findings()
  const { servers, contents } = evidence
  const last = sourceOf(servers)
  const places = servers.map(placeOf)
  const source = last === null ? null : places[servers.indexOf(last)]!
  const judged = judgeClaims(claims, { source, places, contents }, findings)
  if (source === null) findings.undecidable('no-final-source', () => "no server's table says who the last source is")
  // A server that is down is looked at through its files; of the source that is not enough.
  if (last !== null && last.unread !== null)
    findings.undecidable('unreadable', () => `${last.node}, the last source: ${last.unread}`)
  const meant = new Set(servers.flatMap((server) => (errants.has(server.node) ? uuidsOf(server) : [])))
  const audits = servers.map((server, index) =>
    auditServer(
      server,
      {
        ...{ source, place: places[index]!, lacks: judged.lacks[index]! },
        reigned: epochsOf(server, servers),
        meant,
      },
      findings,
    ),
  )
  judgeContents(servers, findings)
  const former = audits.flatMap((server) => server.former)
  const thrown = former.reduce((sum, { extrasCount }) => sum + extrasCount, 0)
  const aside =
    former.length === 0 ? '' : `; ${count(former.length, 'rebuild')}, ${count(thrown, 'transaction')} set aside`
  const strong = count(judged.strong, 'acknowledged STRONG write')
  const check = findings.conclude('audit', {
    pass: () =>
      `${strong}: each in the binlogs and rows of ${source!.node}, and lost on none of ${count(servers.length, 'server')}${aside}`,
    fail: () => `${count(findings.violations, 'violation')} among ${strong}${aside}`,
    nothing: `no STRONG write was acknowledged${aside}`,
  })
  return {
    ...check,
    source: source?.node ?? null,
    acknowledged: { strong: judged.strong, eventual: judged.eventual, eventualLost: judged.eventualLost },
    unknown: { count: judged.unknown, there: judged.unknownThere },
    servers: audits,
  }
}

export function placeOf({ node, tables, identities }: AuditedServer): Place {
  const identity = identities.at(-1)
  const logged = identity === undefined ? EMPTY_GTID_SET : identity.logged.union(identity.before ?? EMPTY_GTID_SET)
  const held = tables?.executed ?? logged
  return {
    node,
    held,
    gtids: new GtidLookup(held),
    rows: tables === null ? null : RowLookup.of(tables.ops),
    ops: tables?.ops ?? null,
    former: identities.slice(0, -1).map((identity) => new GtidLookup(identity.logged)),
  }
}

/** Two servers that have different transactions under one name have diverged, and nothing would ever tell them so. */
export function judgeContents(servers: readonly AuditedServer[], findings: Findings): void {
  for (const { node, identities } of servers)
    for (const { isCurrent, differing } of identities)
      for (const { gtid, elsewhere, ops, opsElsewhere } of differing) {
        const here = isCurrent ? node : `${node} before a rebuild`
        findings.violation(
          'same-gtid-other-content',
          () => `${gtid} is ${opsText(opsElsewhere)} on ${elsewhere}, and ${opsText(ops)} on ${here}`,
        )
      }
}
