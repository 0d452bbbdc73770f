/**
 * The evidence of a running system, read beside it and without asking it: what its coordinator noted as acknowledged, then
 * its servers' files and tables. All of it changes while it is read; the order keeps that from accusing anybody, and where
 * an epoch ended meanwhile everything is read again.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { AuditedServer } from '../../scenarios/audit/evidence.ts'
import type { AuditedSystem } from '../../scenarios/audit/judge-system.ts'
import { sourceOf } from '../../scenarios/audit/last-source.ts'
import { identitiesIn } from '../drivers/identities.ts'
import { holdsExtrasOf } from '../drivers/local/extras.ts'
import { readAcknowledged } from '../services/coordinator/acknowledged.ts'
import type { AuditAccess } from '../services/system/audit-access.ts'
import { type Audited, collectEvidence, newestEpoch } from './collect.ts'
import { keptIn } from './kept-extras.ts'
import { compareTables } from './table-digests.ts'

const ATTEMPTS = 3
/** A server that is paused takes a connection and does not answer it. */
const CONNECT_MS = 2_000

/** `directory`: where its coordinator keeps what it has to remember. */
export async function auditedSystem(directory: string, access: AuditAccess): Promise<AuditedSystem> {
  const audited = await auditedOf(access)
  for (let attempt = 1; ; attempt++) {
    const ledger = readAcknowledged(directory) ?? { gtids: new MutableGtidSet(), forgotten: 0 }
    const epoch = await newestEpoch(audited)
    const evidence = await collectEvidence(audited)
    const source = sourceOf(evidence.servers)
    const nodes = source === null ? [] : comparable(source, evidence.servers)
    const tables = nodes.length === 0 ? null : await compareTables(nodes, audited.connect)
    if ((await newestEpoch(audited)) === epoch || attempt === ATTEMPTS) return { ledger, evidence, tables }
  }
}

/** The source, and who follows it with nothing of its own: others never come to stand where the source does. */
function comparable(source: AuditedServer, servers: readonly AuditedServer[]): readonly string[] {
  const executed = source.tables?.executed
  if (executed === undefined) return []
  const followers = servers.filter(
    ({ tables }) => tables !== null && tables !== source.tables && tables.follows && executed.covers(tables.executed),
  )
  return [source, ...followers].map(({ node }) => node)
}

/** What a driver is to an audit, for servers that another program owns. */
async function auditedOf({ account, servers, extras }: AuditAccess): Promise<Audited> {
  const serverOf = (node: string) => servers.find(({ name }) => name === node)!
  const files = await readdir(extras).catch(() => [] as string[])
  const kept = await Promise.all(
    servers.map(({ name }) =>
      Promise.all(files.filter((file) => holdsExtrasOf(name, file)).map((file) => keptIn(name, join(extras, file)))),
    ),
  )
  return {
    nodes: servers,
    kept: kept.flat(),
    identities: (node) => identitiesIn(serverOf(node)),
    connect: async (node) => {
      const { host, adminPort: port } = serverOf(node)
      const connection = await createConnection({
        ...{ host, port, ...account, connectTimeout: CONNECT_MS },
        ...{ rowsAsArray: true, supportBigNumbers: true },
      })
      // Also after a query that it broke: its caller has the error.
      connection.on('error', () => {})
      return connection
    },
  }
}
