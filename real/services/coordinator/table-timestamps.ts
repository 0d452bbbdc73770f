/**
 * The newest timestamp of each table, and of all. A write puts its timestamp into its own rows; the two tables that sum
 * them up would be hot rows in every write, so they are filled beside the writes, once a second where something changed.
 */
import type { MysqlRequests, Outcome, ReplyOf } from '../../../algorithms/servers.ts'
import type { SqlStatement, SqlValue } from '../../../algorithms/statements.ts'
import type { MysqlClient } from '../../mysql/client.ts'
import type { Asking } from './asking.ts'
import type { ClusterState } from './cluster-state.ts'

const FILL_EVERY_MS = 1_000
const READ_DEADLINE_US = 500_000
/** Clients poll: what was read a moment ago is read again for nobody. */
const KEPT_MS = 250

/** The table that a statement writes to, as far as its first words say so. */
const WRITTEN_TABLE =
  /^\s*(?:INSERT|REPLACE|UPDATE|DELETE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|QUICK|IGNORE|INTO|FROM)\s+)*(?:`?testdb`?\s*\.\s*)?`?([A-Za-z0-9_$]+)`?/i

interface Newest {
  readonly global: number
  readonly tables: Readonly<Record<string, number>>
}

export class TableTimestamps {
  readonly #asking: Asking
  readonly #cluster: ClusterState
  readonly #mysql: ReadonlyMap<string, MysqlClient>
  readonly #newest = new Map<string, number>()
  readonly #changed = new Set<string>()
  #global = 0
  #timer: NodeJS.Timeout | null = null
  #kept: { readonly atMs: number; readonly read: Promise<ReadonlyMap<string, Newest | null>> } | null = null

  constructor(asking: Asking, cluster: ClusterState, mysql: ReadonlyMap<string, MysqlClient>) {
    this.#asking = asking
    this.#cluster = cluster
    this.#mysql = mysql
  }

  /** A write was acknowledged. */
  written(text: string, timestamp: number): void {
    this.#global = Math.max(this.#global, timestamp)
    const table = WRITTEN_TABLE.exec(text)?.[1]?.toLowerCase()
    if (table === undefined || table.startsWith('_')) return
    if (timestamp <= (this.#newest.get(table) ?? 0)) return
    this.#newest.set(table, timestamp)
    this.#changed.add(table)
    this.#timer ??= setTimeout(() => void this.#fill(), FILL_EVERY_MS).unref()
  }

  /** All rows are gone, and where the numbers can begin again they do. */
  forget(): void {
    this.#newest.clear()
    this.#changed.clear()
    this.#global = 0
    this.#kept = null
  }

  /** By node, from its own tables; the source's with what is not written down yet. Null: it does not answer. */
  async read(): Promise<ReadonlyMap<string, Newest | null>> {
    const nowMs = performance.now()
    if (this.#kept === null || nowMs - this.#kept.atMs > KEPT_MS) this.#kept = { atMs: nowMs, read: this.#readAll() }
    return await this.#kept.read
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  async #fill(): Promise<void> {
    const tables = [...this.#changed]
    this.#changed.clear()
    this.#timer = null
    const values = tables.flatMap((table): SqlValue[] => [table, this.#newest.get(table)!])
    const rows = tables.map(() => '(?, ?)').join(', ')
    await this.#write(
      `INSERT INTO _table_timestamps (table_name, last_timestamp) VALUES ${rows} AS new` +
        ' ON DUPLICATE KEY UPDATE last_timestamp = GREATEST(_table_timestamps.last_timestamp, new.last_timestamp)',
      values,
    )
    await this.#write(
      'UPDATE _metadata SET last_applied_timestamp = GREATEST(last_applied_timestamp, ?) WHERE id = 1',
      [this.#global],
    )
  }

  async #write(text: string, parameters: readonly SqlValue[]): Promise<void> {
    const statement: SqlStatement = { kind: 'sql', text, parameters, class: 'write' }
    // What fails is made good by the next change.
    await this.#asking.ask({ kind: 'write', statement, consistency: 'EVENTUAL', session: null }).catch(() => {})
  }

  async #readAll(): Promise<ReadonlyMap<string, Newest | null>> {
    const source = this.#cluster.source.node
    const answers = await Promise.all(
      this.#cluster.instances.map(async ({ node }) => [node, await this.#readOne(node)] as const),
    )
    return new Map(answers.map(([node, read]) => [node, node === source ? this.#withNewest(read) : read]))
  }

  #withNewest(read: Newest | null): Newest | null {
    if (read === null) return null
    const tables = { ...read.tables }
    for (const [table, newest] of this.#newest) tables[table] = Math.max(newest, tables[table] ?? 0)
    return { global: Math.max(read.global, this.#global), tables }
  }

  #readOne(node: string): Promise<Newest | null> {
    const text =
      "SELECT table_name, last_timestamp FROM _table_timestamps UNION ALL SELECT '', last_applied_timestamp FROM _metadata"
    const statement: SqlStatement = { kind: 'sql', text, parameters: [], class: 'read' }
    const request = { kind: 'query', statement, after: null, wantExecuted: false } as const
    return new Promise((resolve) => {
      this.#mysql.get(node)!.call(request, READ_DEADLINE_US, (outcome) => {
        const answered = outcome as Outcome<ReplyOf<MysqlRequests, 'query'>>
        if (answered.kind !== 'ok') {
          resolve(null)
          return
        }
        const rows = (answered.reply.rows?.rows ?? []).map(
          ([table, newest]) => [String(table), Number(newest)] as const,
        )
        const tables = Object.fromEntries(rows.filter(([table]) => table !== ''))
        resolve({ global: rows.find(([table]) => table === '')?.[1] ?? 0, tables })
      })
    })
  }
}
