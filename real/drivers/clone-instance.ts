/**
 * Gives a server new data: a clone of a sound one, over the network. The server ends when it has the clone; the loop in
 * its container removes auto.cnf before it starts it again, so it gets a new uuid: under its old one the numbers of the
 * discarded transactions would be given out again, with other content.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Account } from '../mysql/connection.ts'
import type { NodeAddress } from '../mysql/target.ts'
import { monotonicUs } from './driver.ts'

/** A server in a container, with the loop that starts it again. */
export interface Clonable {
  readonly address: NodeAddress
  connect(): Promise<Connection>
  /** Tells the loop to remove auto.cnf before the next start. */
  renew(): Promise<void>
  untilAnswering(signal: AbortSignal): Promise<void>
}

/** `Restart server failed (mysqld is not managed by supervisor process)`: the clone is whole, and the server ends. */
const ENDS_TO_START_AGAIN = 3707
const END_DEADLINE_MS = 30_000
const POLL_MS = 50

export async function cloneInto(
  node: Clonable,
  donor: NodeAddress,
  admin: Account,
  signal: AbortSignal,
): Promise<{ readonly uuid: string; readonly tookUs: number }> {
  const startUs = monotonicUs()
  const before = await uuidOf(node)
  await node.renew()
  const atNode = await node.connect()
  try {
    const { host, port } = donor
    await atNode.query('STOP REPLICA')
    // A clone is refused otherwise; read_only stays on, which keeps clients out.
    await atNode.query('SET GLOBAL super_read_only = OFF')
    await atNode.query('SET GLOBAL clone_valid_donor_list = ?', [`${host}:${port}`])
    await atNode.query(`CLONE INSTANCE FROM ?@?:${port} IDENTIFIED BY ?`, [admin.user, host, admin.password])
  } catch (error) {
    await atNode.query('SET GLOBAL super_read_only = ON').catch(() => {})
    const { errno, code } = error as { errno?: number; code?: string }
    if (errno !== ENDS_TO_START_AGAIN && code !== 'PROTOCOL_CONNECTION_LOST') throw error
  } finally {
    atNode.destroy()
  }
  // It still answers for a moment.
  const deadlineMs = performance.now() + END_DEADLINE_MS
  for (;;) {
    await node.untilAnswering(signal)
    const uuid = await uuidOf(node).catch(() => before)
    if (uuid !== before) {
      // The donor's replication settings came along, without the relay logs that they speak of.
      const again = await node.connect()
      try {
        await again.query('RESET REPLICA ALL')
      } finally {
        await again.end()
      }
      return { uuid, tookUs: monotonicUs() - startUs }
    }
    if (performance.now() > deadlineMs) throw new Error(`${node.address.name} did not end after its clone`)
    await delay(POLL_MS)
  }
}

async function uuidOf(node: Clonable): Promise<string> {
  const connection = await node.connect()
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@server_uuid')
    return String((rows as unknown as unknown[][])[0]![0])
  } finally {
    await connection.end()
  }
}
