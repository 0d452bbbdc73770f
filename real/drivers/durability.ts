/**
 * What a server does before it says that a transaction is committed. It is no part of a scenario (whoever starts the
 * servers decides it, and a wrapper around mysqld may change it), and it is half of a write's latency: runs that differ
 * in it are not the same experiment.
 */
import type { Connection, RowDataPacket } from 'mysql2/promise'

const VARIABLES = [
  'sync_binlog',
  'innodb_flush_log_at_trx_commit',
  'innodb_doublewrite',
  'innodb_flush_method',
] as const

/** Variable -> value; the values of several servers that differ stand side by side, in member order. */
export async function readDurability(
  connects: readonly (() => Promise<Connection>)[],
): Promise<Readonly<Record<string, string>>> {
  const each = await Promise.all(connects.map(readOne))
  return Object.fromEntries(
    VARIABLES.map((name, index) => {
      const values = each.map((row) => row[index]!)
      return [name, new Set(values).size === 1 ? values[0]! : values.join(', ')]
    }),
  )
}

async function readOne(connect: () => Promise<Connection>): Promise<readonly string[]> {
  const connection = await connect()
  try {
    const columns = VARIABLES.map((name) => `@@global.${name}`).join(', ')
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${columns}`)
    return (rows as unknown as unknown[][])[0]!.map(String)
  } finally {
    connection.destroy()
  }
}
