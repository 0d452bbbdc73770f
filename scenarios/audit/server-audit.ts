/** One server against the last source: what it has more, what of that a reign explains, and what went with its former identities. */
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { describeGtids } from '../checks/evidence-text.ts'
import { count, type Findings } from '../checks/findings.ts'
import type { FormerIdentity, ServerAudit } from '../result-audit.ts'
import type { Place } from './claims.ts'
import { eachOf } from './contents.ts'
import type { AuditedServer, Identity } from './evidence.ts'

interface Against {
  readonly source: Place | null
  readonly place: Place
  /** Acknowledged STRONG writes that it lacks. */
  readonly lacks: number
  readonly reigned: readonly number[]
  /** What the scenario itself had an operator write, by the server_uuid that it went under. */
  readonly meant: ReadonlySet<string>
}

export function auditServer(
  server: AuditedServer,
  { source, place, lacks, reigned, meant }: Against,
  findings: Findings,
): ServerAudit {
  const { node, tables, identities } = server
  const isSource = source === place
  const present = identities.at(-1)
  const extras = source === null || isSource ? EMPTY_GTID_SET : place.held.minus(source.held)
  const errant = errantIn(present, place.held)
  const strange = unmeant(errant, meant)
  if (!strange.isEmpty)
    findings.violation(
      'errant',
      () => `${node} executed ${describeGtids(strange)}, written by a server that did not reign then`,
    )
  // One that is away, or that follows nobody, has been left or set aside: it may have what nobody else has.
  const apart = unmeant(extras, meant)
  if (tables?.follows === true && !apart.isEmpty)
    findings.violation(
      'diverged',
      () => `${node} follows, and executed ${describeGtids(apart)}, which the last source ${source!.node} has not`,
    )
  const former = identities.slice(0, -1).map((identity) => formerIdentity(identity, server, source, findings))
  return {
    node,
    state: stateOf(server, place, source, extras),
    lacks,
    logged: present?.logged.size ?? 0,
    unlogged: present?.before?.size ?? null,
    extras: extras.toString(),
    errant: errant.toString(),
    reigned,
    former,
  }
}

function stateOf({ tables }: AuditedServer, place: Place, source: Place | null, extras: GtidSet): ServerAudit['state'] {
  if (tables === null) return 'away'
  if (place === source) return 'source'
  if (!extras.isEmpty) return 'diverged'
  return source !== null && place.held.covers(source.held) ? 'agrees' : 'behind'
}

function unmeant(gtids: GtidSet, meant: ReadonlySet<string>): GtidSet {
  const rest = gtids.clone()
  if (!gtids.uuids().some((uuid) => meant.has(uuid))) return rest
  const theirs = new MutableGtidSet()
  for (const { uuid, number } of eachOf(gtids)) if (meant.has(uuid)) theirs.add({ uuid, number })
  return rest.minus(theirs)
}

/** Of what it executed. */
function errantIn(identity: Identity | undefined, held: GtidSet): GtidSet {
  if (identity === undefined) return EMPTY_GTID_SET
  return identity.outOfReign.minus(identity.outOfReign.minus(held))
}

/** What a rebuild threw away was to be kept first. */
function formerIdentity(
  { uuid, logged }: Identity,
  { node, kept }: AuditedServer,
  source: Place | null,
  findings: Findings,
): FormerIdentity {
  const extras = source === null ? EMPTY_GTID_SET : logged.minus(source.held)
  const keeping = kept.filter(({ gtids }) => gtids.covers(extras) && !extras.isEmpty)
  const best = keeping.reduce<(typeof keeping)[number] | null>(
    (most, one) => (one.found > (most?.found ?? -1) ? one : most),
    null,
  )
  if (!extras.isEmpty && (best?.found ?? 0) < extras.size)
    findings.violation(
      'extras-not-kept',
      () =>
        `${node} was rebuilt, and of ${count(extras.size, 'transaction')} that only it had ${best?.found ?? 0} were kept: ${describeGtids(extras)}`,
    )
  return {
    uuid,
    extras: extras.toString(),
    extrasCount: extras.size,
    kept: best?.found ?? 0,
    keptAs: best?.path ?? null,
  }
}
