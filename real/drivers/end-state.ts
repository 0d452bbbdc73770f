/** A server's final state, read over one administrator's connection and not through the coordinator. */
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import type { NodeEnd } from '../../scenarios/record.ts'
import { PROMISED } from '../mysql/state.ts'

/**
 * Independent of the order in which a server stores or reads rows, and sensitive to every column, `position` too: it
 * decides which write of a key is the newest. Parts of SHA-256: sums of CRCs have collisions, and MySQL 9.7 has no MD5
 * built in.
 */
const CHECKSUM = `SELECT COUNT(*), LOWER(HEX(BIT_XOR(CAST(CONV(LEFT(digest, 16), 16, 10) AS UNSIGNED)))), LOWER(HEX(BIT_XOR(CAST(CONV(RIGHT(digest, 16), 16, 10) AS UNSIGNED))))
  FROM (SELECT SHA2(CONCAT_WS('|', position, op, key_id, IFNULL(ts_counter, '-'), IFNULL(ts_server, '-'), IFNULL(SHA2(payload, 256), '-')), 256) AS digest FROM quorumlab.operations) AS digests`

/** What operators wrote beside the workload, mostly nothing. */
const OPERATOR_ROWS =
  'SELECT COUNT(*), LOWER(HEX(BIT_XOR(CAST(CONV(LEFT(SHA2(id, 256), 16), 16, 10) AS UNSIGNED)))) FROM quorumlab.operator_rows'

export async function readEndState(node: string, connect: () => Promise<Connection>): Promise<NodeEnd> {
  let connection: Connection | null = null
  try {
    connection = await connect()
    const ask = async (sql: string) => (await connection!.query<RowDataPacket[]>(sql))[0] as unknown as unknown[][]
    const [server] = await ask('SELECT @@server_uuid, @@global.super_read_only')
    // One snapshot for checksum and rows; gtid_executed is not part of it and is read behind it.
    await ask('START TRANSACTION WITH CONSISTENT SNAPSHOT')
    const [checksum] = await ask(CHECKSUM)
    const [rows] = await ask(OPERATOR_ROWS)
    const ops = await ask('SELECT op FROM quorumlab.operations')
    await ask('COMMIT')
    const [executed] = await ask('SELECT @@global.gtid_executed')
    const [promised] = await ask(PROMISED)
    return {
      node,
      reachable: true,
      uuid: String(server![0]),
      executed: String(executed![0]).replaceAll('\n', ''),
      tableChecksum: [...checksum!, ...(rows![0] === 0 ? [] : rows!)].join('-'),
      ops: numbersOf(ops),
      promised: exactInteger(promised?.[0] ?? 0, 'a promised epoch'),
      role: server![1] === 0 ? 'source' : 'replica',
    }
  } catch (error) {
    // A statement that no server would accept (SQLSTATE classes 3D and 42) is our mistake, not this server's state.
    if (/^(3D|42)/.test((error as { sqlState?: string }).sqlState ?? '')) throw error
    return { node, reachable: false, uuid: null, executed: null, tableChecksum: null, ops: null, role: 'down' }
  } finally {
    connection?.destroy()
  }
}

/** Null, as if they had not been read, where one is beyond what can be counted: none of this run's operations is. */
function numbersOf(rows: readonly (readonly unknown[])[]): ReadonlySet<number> | null {
  const numbers = rows.map(([op]) => Number(op))
  return numbers.every((op) => Number.isSafeInteger(op)) ? new Set(numbers) : null
}
