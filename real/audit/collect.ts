/**
 * The evidence of an audit, from mysqld's own files and tables: every server's binlogs, of its former identities, too, and,
 * where it answers, what it has executed, which rows it holds and whose epochs it knows of. A server that is down is read
 * from its files; what cannot be read is said.
 */
import { readFile, stat } from 'node:fs/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { EMPTY_GTID_SET, type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { type Content, TransactionContents } from '../../scenarios/audit/contents.ts'
import type {
  AuditEvidence,
  AuditedServer,
  DifferingTransaction,
  Identity,
  KeptExtras,
  ReignRow,
} from '../../scenarios/audit/evidence.ts'
import { binlogFiles, readBinlog } from '../drivers/binlog.ts'
import type { Driver, KeptFile } from '../drivers/driver.ts'
import type { IdentityFiles } from '../drivers/identities.ts'
import { readTransactions } from './transaction-log.ts'

type Audited = Pick<Driver, 'nodes' | 'connect' | 'identities' | 'kept'>
type Tables = NonNullable<AuditedServer['tables']>

/** In a uuid that begins so the epoch's number follows: the first transaction of each epoch has such a GTID. */
const MARKER = /^716c6162-(....)-(....)-/

/** Nothing should be writing meanwhile: what is written while it reads may be in one place and not in another. */
export async function collectEvidence(driver: Audited): Promise<AuditEvidence> {
  const tables = new Map<string, Tables | string>()
  for (const { name } of driver.nodes) tables.set(name, await tablesOf(() => driver.connect(name)))
  const logs = new Logs(sourcesOf([...tables.values()]))
  const servers: AuditedServer[] = []
  for (const { name } of driver.nodes) {
    const found = tables.get(name)!
    const { identities, unread } = await logs.identitiesOf(name, await driver.identities(name))
    const kept = await Promise.all(driver.kept.filter(({ node }) => node === name).map(keptExtras))
    servers.push({
      node: name,
      tables: typeof found === 'string' ? null : found,
      unread: typeof found === 'string' ? found : unread,
      identities,
      kept,
    })
  }
  return { servers, contents: logs.contents }
}

/** Of each epoch that any server's table knows, by its number. */
function sourcesOf(tables: readonly (Tables | string)[]): ReadonlyMap<number, string> {
  const rows = tables.flatMap((one) => (typeof one === 'string' ? [] : one.reigns))
  return new Map(rows.flatMap(({ epoch, sourceUuid }) => (sourceUuid === null ? [] : [[epoch, sourceUuid] as const])))
}

/** Why they cannot be read, in words, where they cannot. */
async function tablesOf(connect: () => Promise<Connection>): Promise<Tables | string> {
  let connection: Connection | null = null
  try {
    connection = await connect()
    const ask = async (sql: string) => (await connection!.query<RowDataPacket[]>(sql))[0] as unknown as unknown[][]
    const [uuid] = await ask('SELECT @@server_uuid')
    const [receiver] = await ask('SELECT SERVICE_STATE FROM performance_schema.replication_connection_status')
    await ask('START TRANSACTION WITH CONSISTENT SNAPSHOT')
    const ops = await ask('SELECT op FROM quorumlab.operations')
    const reigns = await ask('SELECT epoch, k, base, source_uuid FROM quorumlab.epoch ORDER BY epoch, k')
    await ask('COMMIT')
    // Not a part of the snapshot, and read behind it: every row's transaction is in it.
    const [executed] = await ask('SELECT @@global.gtid_executed')
    return {
      uuid: String(uuid![0]),
      executed: MutableGtidSet.parse(String(executed![0])),
      ops: new Set(ops.map(([op]) => exactInteger(op, 'the number of an operation'))),
      reigns: reigns.map(reignRow),
      follows: receiver?.[0] === 'ON',
    }
  } catch (error) {
    return `it was not read: ${(error as Error).message}`
  } finally {
    connection?.destroy()
  }
}

function reignRow([epoch, k, base, sourceUuid]: readonly unknown[]): ReignRow {
  return {
    epoch: exactInteger(epoch, 'an epoch'),
    k: exactInteger(k, 'k'),
    base: base === null ? null : exactInteger(base, 'the base of an epoch'),
    sourceUuid: sourceUuid === null ? null : String(sourceUuid),
  }
}

/** All binlogs, one server after another; what two of them say of one transaction is compared while it is read. */
class Logs {
  readonly contents = new TransactionContents()
  readonly #sources: ReadonlyMap<number, string>
  /** Where a transaction was read first. */
  readonly #firstSeen: { readonly where: string; readonly gtids: MutableGtidSet }[] = []

  constructor(sources: ReadonlyMap<number, string>) {
    this.#sources = sources
  }

  async identitiesOf(
    node: string,
    files: readonly IdentityFiles[],
  ): Promise<{ identities: Identity[]; unread: string | null }> {
    const identities: Identity[] = []
    let unread: string | null = null
    for (const [index, identity] of files.entries()) {
      // A rebuild that failed and was tried again has kept the same identity twice.
      if (identity.uuid !== null && files.slice(index + 1).some(({ uuid }) => uuid === identity.uuid)) continue
      const where = identity.isCurrent ? node : `${node} before a rebuild`
      const reading = new IdentityReading(where, this.#sources)
      try {
        for (const path of identity.binlogs)
          await readTransactions(path, {
            onBefore: (gtids) => reading.before(gtids),
            onTransaction: (gtid, content) => {
              reading.logged.add(gtid)
              reading.inOrder(gtid)
              this.#compare(reading, gtid, content)
            },
          })
      } catch (error) {
        unread = `its binlogs were not read to the end: ${(error as Error).message}`
      }
      this.#firstSeen.push({ where, gtids: reading.first })
      identities.push(reading.identity(identity))
    }
    return { identities, unread }
  }

  #compare(reading: IdentityReading, gtid: Gtid, content: Content): void {
    const known = this.contents.get(gtid)
    if (known === null) {
      this.contents.add(gtid, content)
      reading.first.add(gtid)
    } else if (known.fingerprint !== content.fingerprint)
      reading.differing.push({
        gtid: `${gtid.uuid}:${gtid.number}`,
        elsewhere: this.#firstSeen.find(({ gtids }) => gtids.has(gtid))?.where ?? reading.where,
        ops: content.ops,
        opsElsewhere: known.ops,
      })
  }
}

/** One identity as far as its binlogs have been read. */
class IdentityReading {
  readonly logged = new MutableGtidSet()
  /** Those that nobody had before it. */
  readonly first = new MutableGtidSet()
  readonly differing: DifferingTransaction[] = []
  readonly where: string
  readonly #sources: ReadonlyMap<number, string>
  readonly #outOfReign = new MutableGtidSet()
  #before: GtidSet | null = EMPTY_GTID_SET
  #isFirstFile = true
  /** Who reigns at this point of the log; null: it is not known, as before the first epoch. */
  #reigning: string | null = null

  constructor(where: string, sources: ReadonlyMap<number, string>) {
    this.where = where
    this.#sources = sources
  }

  /** Every file begins with it; of the first it is what this identity has no binlogs of. */
  before(gtids: GtidSet | null): void {
    if (this.#isFirstFile) this.#before = gtids
    this.#isFirstFile = false
  }

  inOrder({ uuid, number }: Gtid): void {
    const marker = MARKER.exec(uuid)
    if (marker !== null) this.#reigning = this.#sources.get(Number.parseInt(marker[1]! + marker[2]!, 16)) ?? null
    else if (this.#reigning !== null && uuid !== this.#reigning) this.#outOfReign.add({ uuid, number })
  }

  identity({ uuid, isCurrent }: IdentityFiles): Identity {
    const { logged, differing } = this
    return { uuid, isCurrent, before: this.#before, logged, outOfReign: this.#outOfReign, differing }
  }
}

/** What was kept is read, too: a file that was promised is not yet one that holds anything. */
async function keptExtras({ gtids, path }: KeptFile): Promise<KeptExtras> {
  const held = new MutableGtidSet()
  const add = (gtid: Gtid) => {
    if (gtids.has(gtid)) held.add(gtid)
  }
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true)
    for (const file of await binlogFiles(path)) await readBinlog(file, (one) => add(one.gtid))
  else if (found !== null)
    for (const [, uuid, number] of (await readFile(path, 'latin1')).matchAll(/GTID_NEXT= ?'([0-9a-f-]{36}):(\d+)'/g))
      add({ uuid: uuid!, number: Number(number) })
  return { gtids, path, found: held.size }
}
