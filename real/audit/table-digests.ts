/**
 * Every table's rows on several servers, compared where all of them stand at the same transactions: a row that somebody
 * deleted past the binlog is in no GTID. Each server is read in one snapshot, whose transactions are known because they
 * were the same before and after it was taken.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import type { DifferingTable, TableComparison } from '../../scenarios/audit/evidence.ts'

const ATTEMPTS = 50
const PAUSE_MS = 100
/** Of one table, to say which rows differ; in a larger one only their number is said. */
const MOST_ROWS = 200_000
const MOST_KEYS = 5

/** By table, `database.name`: how many rows, and a digest of them in whatever order. */
type Digests = ReadonlyMap<string, { readonly rows: number; readonly digest: string }>

interface Member {
  readonly node: string
  readonly connection: Connection
}

/** `nodes`: the source first. The connections see what is there, and change nothing. */
export async function compareTables(
  nodes: readonly string[],
  connect: (node: string) => Promise<Connection>,
): Promise<TableComparison> {
  const members: Member[] = []
  try {
    for (const node of nodes) members.push({ node, connection: await connect(node) })
    const first = await compareOnce(members)
    // Between a commit and its GTID lies a moment: what differs for good differs again.
    return first.differing.length === 0 ? first : await compareOnce(members)
  } catch (error) {
    return { nodes, tables: 0, rows: 0, differing: [], why: (error as Error).message }
  } finally {
    for (const { connection } of members) connection.destroy()
  }
}

async function compareOnce(members: readonly Member[]): Promise<TableComparison> {
  const nodes = members.map(({ node }) => node)
  if (!(await haveSnapshots(members)))
    return {
      ...{ nodes, tables: 0, rows: 0, differing: [] },
      why: `there was no moment in ${(ATTEMPTS * PAUSE_MS) / 1_000} s in which all of them stood at the same transactions`,
    }
  const all = await Promise.all(members.map(({ connection }) => digestsOf(connection)))
  const [source, ...replicas] = all as [Digests, ...Digests[]]
  const differing: DifferingTable[] = []
  for (const [index, digests] of replicas.entries())
    for (const table of new Set([...source.keys(), ...digests.keys()])) {
      const [there, here] = [source.get(table), digests.get(table)]
      if (there?.digest === here?.digest && there?.rows === here?.rows) continue
      const member = members[index + 1]!
      const keys = await differingKeys(table, members[0]!.connection, member.connection)
      differing.push({
        ...{ table, node: member.node, rows: here?.rows ?? null, rowsOnSource: there?.rows ?? null },
        ...keys,
      })
    }
  await Promise.all(members.map(({ connection }) => connection.query('ROLLBACK')))
  const rows = [...source.values()].reduce((sum, table) => sum + table.rows, 0)
  return { nodes, tables: source.size, rows, differing, why: null }
}

/** All of them at the same transactions; false: there was no such moment. */
async function haveSnapshots(members: readonly Member[]): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stands = await Promise.all(members.map(({ connection }) => snapshot(connection)))
    if (stands[0] !== null && stands.every((stand) => stand === stands[0])) return true
    await Promise.all(members.map(({ connection }) => connection.query('ROLLBACK')))
    await sleep(PAUSE_MS)
  }
  return false
}

/** What it had executed before and after; null: that was not the same. */
async function snapshot(connection: Connection): Promise<string | null> {
  const before = await executed(connection)
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  return (await executed(connection)) === before ? before : null
}

async function executed(connection: Connection): Promise<string> {
  return String((await ask(connection, 'SELECT @@global.gtid_executed'))[0]![0])
}

async function digestsOf(connection: Connection): Promise<Digests> {
  const digests = new Map<string, { readonly rows: number; readonly digest: string }>()
  for (const [table, columns] of await tablesOf(connection)) {
    const hash = hashOf(columns)
    const [found] = await ask(
      connection,
      `SELECT COUNT(*), HEX(BIT_XOR(UNHEX(h))), SUM(CAST(CONV(LEFT(h, 8), 16, 10) AS UNSIGNED)) FROM (SELECT ${hash} AS h FROM ${quoted(table)}) AS hashed`,
    )
    digests.set(table, { rows: exactInteger(found![0], 'a number of rows'), digest: `${found![1]} ${found![2]}` })
  }
  return digests
}

/** What replication keeps equal: all but MySQL's own tables, and each server's own promises. */
async function tablesOf(connection: Connection): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await ask(
    connection,
    "SELECT CONCAT(c.TABLE_SCHEMA, '.', c.TABLE_NAME), c.COLUMN_NAME FROM information_schema.COLUMNS c JOIN information_schema.TABLES t" +
      ' USING (TABLE_SCHEMA, TABLE_NAME)' +
      " WHERE t.TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')" +
      " AND NOT (TABLE_SCHEMA = 'quorumlab' AND TABLE_NAME = 'promise') ORDER BY TABLE_SCHEMA, TABLE_NAME, c.ORDINAL_POSITION",
  )
  const tables = new Map<string, string[]>()
  for (const [table, column] of rows) tables.set(String(table), [...(tables.get(String(table)) ?? []), String(column)])
  return tables
}

/** By primary key: which rows only one of them has, and which are not the same. */
async function differingKeys(
  table: string,
  source: Connection,
  replica: Connection,
): Promise<Pick<DifferingTable, 'lacks' | 'more' | 'other'>> {
  const [there, here] = await Promise.all([rowsOf(source, table), rowsOf(replica, table)])
  if (there === null || here === null) return { lacks: [], more: [], other: [] }
  const keys = (from: ReadonlyMap<string, string>, holds: (key: string, hash: string) => boolean) =>
    [...from].flatMap(([key, hash]) => (holds(key, hash) ? [key] : [])).slice(0, MOST_KEYS)
  return {
    lacks: keys(there, (key) => !here.has(key)),
    more: keys(here, (key) => !there.has(key)),
    other: keys(there, (key, hash) => here.has(key) && here.get(key) !== hash),
  }
}

/** By primary key; null: it has none, or too many rows, or there is no such table. */
async function rowsOf(connection: Connection, table: string): Promise<ReadonlyMap<string, string> | null> {
  const columns = (await tablesOf(connection)).get(table)
  const keys = await ask(
    connection,
    `SELECT COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE CONSTRAINT_NAME = 'PRIMARY' AND CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) = ${connection.escape(table)} ORDER BY ORDINAL_POSITION`,
  )
  if (columns === undefined || keys.length === 0) return null
  const key = `CONCAT_WS(', ', ${keys.map(([name]) => quotedName(String(name))).join(', ')})`
  const rows = await ask(connection, `SELECT ${key}, ${hashOf(columns)} FROM ${quoted(table)} LIMIT ${MOST_ROWS + 1}`)
  return rows.length > MOST_ROWS ? null : new Map(rows.map(([name, hash]) => [String(name), String(hash)]))
}

/** Of a row: each column by itself, so that no content looks like two. */
function hashOf(columns: readonly string[]): string {
  return `SHA2(CONCAT_WS(',', ${columns.map((column) => `COALESCE(SHA2(${quotedName(column)}, 256), '-')`).join(', ')}), 256)`
}

function quoted(table: string): string {
  const dot = table.indexOf('.')
  return `${quotedName(table.slice(0, dot))}.${quotedName(table.slice(dot + 1))}`
}

function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

async function ask(connection: Connection, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.query<RowDataPacket[]>(sql))[0] as unknown as unknown[][]
}
