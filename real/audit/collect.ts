/**
 * The evidence of an audit, from mysqld's own files and tables: every server's binlogs, of its former identities, too, and,
 * where it answers, what it has executed, which rows it holds and whose epochs it knows of. A server that is down is read
 * from its files; what cannot be read is said.
 */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { EMPTY_GTID_SET, type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { type Content, TransactionContents } from '../../scenarios/audit/contents.ts'
import type {
  AuditEvidence,
  AuditedServer,
  DifferingTransaction,
  Identity,
  ReignRow,
} from '../../scenarios/audit/evidence.ts'
import type { Driver } from '../drivers/driver.ts'
import type { IdentityFiles } from '../drivers/identities.ts'
import { keptExtras } from './kept-extras.ts'
import { readTransactions } from './transaction-log.ts'

export type Audited = Pick<Driver, 'nodes' | 'connect' | 'identities' | 'kept'>
type Tables = NonNullable<AuditedServer['tables']>

interface Reigns {
  readonly uuid: string
  readonly rows: readonly ReignRow[]
}

const REIGNS = 'SELECT epoch, k, base, source_uuid FROM quorumlab.epoch ORDER BY epoch, k'

/** In a uuid that begins so the epoch's number follows: the first transaction of each epoch has such a GTID. */
const MARKER = /^716c6162-(....)-(....)-/

/**
 * In an order that fits a cluster in which writing goes on: whatever a server is said to have more than the last source was
 * read before that source. Rows of the workload have no such order: nothing should be adding to them meanwhile.
 */
export async function collectEvidence(driver: Audited): Promise<AuditEvidence> {
  const names = driver.nodes.map(({ name }) => name)
  const reigns = await Promise.all(names.map((name) => reignsOf(() => driver.connect(name))))
  const logs = new Logs(sourcesOf(reigns))
  const read = new Map<string, Awaited<ReturnType<Logs['identitiesOf']>>>()
  for (const name of names) read.set(name, await logs.identitiesOf(name, await driver.identities(name)))
  const tables = new Map<string, Tables | string>()
  for (const name of lastSourceLast(names, reigns)) tables.set(name, await tablesOf(() => driver.connect(name)))
  const servers: AuditedServer[] = []
  for (const name of names) {
    const found = tables.get(name)!
    const { identities, unread } = read.get(name)!
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

/** The newest that any server's table knows; 0: none answers, or none knows of one. */
export async function newestEpoch(driver: Pick<Driver, 'nodes' | 'connect'>): Promise<number> {
  const reigns = await Promise.all(driver.nodes.map(({ name }) => reignsOf(() => driver.connect(name))))
  return Math.max(0, ...reigns.flatMap((one) => one?.rows ?? []).map(({ epoch }) => epoch))
}

function lastSourceLast(names: readonly string[], reigns: readonly (Reigns | null)[]): readonly string[] {
  const newest = reigns.flatMap((one) => one?.rows ?? []).sort((a, b) => b.epoch - a.epoch)
  const uuid = newest.find(({ sourceUuid }) => sourceUuid !== null)?.sourceUuid
  const isLast = (index: number) => reigns[index] !== null && reigns[index]?.uuid === uuid
  return [...names.filter((_, i) => !isLast(i)), ...names.filter((_, i) => isLast(i))]
}

/** Of each epoch that any server's table knows, by its number. */
function sourcesOf(reigns: readonly (Reigns | null)[]): ReadonlyMap<number, string> {
  const rows = reigns.flatMap((one) => one?.rows ?? [])
  return new Map(rows.flatMap(({ epoch, sourceUuid }) => (sourceUuid === null ? [] : [[epoch, sourceUuid] as const])))
}

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>

async function asking<T>(connect: () => Promise<Connection>, body: (ask: Ask) => Promise<T>): Promise<T> {
  const connection = await connect()
  try {
    return await body(async (sql) => (await connection.query<RowDataPacket[]>(sql))[0] as unknown as unknown[][])
  } finally {
    connection.destroy()
  }
}

/** Null: it does not answer. */
function reignsOf(connect: () => Promise<Connection>): Promise<Reigns | null> {
  return asking(connect, async (ask) => {
    const [uuid] = await ask('SELECT @@server_uuid')
    return { uuid: String(uuid![0]), rows: (await ask(REIGNS)).map(reignRow) }
  }).catch(() => null)
}

/** Why they cannot be read, in words, where they cannot. */
function tablesOf(connect: () => Promise<Connection>): Promise<Tables | string> {
  return asking(connect, async (ask) => {
    const [uuid] = await ask('SELECT @@server_uuid')
    const [receiver] = await ask('SELECT SERVICE_STATE FROM performance_schema.replication_connection_status')
    await ask('START TRANSACTION WITH CONSISTENT SNAPSHOT')
    const ops = await ask('SELECT op FROM quorumlab.operations')
    const reigns = await ask(REIGNS)
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
  }).catch((error: Error) => `it was not read: ${error.message}`)
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
