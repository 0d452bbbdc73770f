/**
 * Gives a server new data: a clone of a sound one, over the network. The server ends when it has the clone; the loop in
 * its container removes auto.cnf before it starts it again, so it gets a new uuid: under its old one the numbers of the
 * discarded transactions would be given out again, with other content.
 */
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RowDataPacket } from 'mysql2/promise'
import type { Account } from '../../mysql/connection.ts'
import { binlogFiles } from '../binlog.ts'
import { monotonicUs } from '../driver.ts'
import type { DockerNode } from './docker-node.ts'

/** `Restart server failed (mysqld is not managed by supervisor process)`: the clone is whole, and the server ends. */
const ENDS_TO_START_AGAIN = 3707
const END_DEADLINE_MS = 30_000
const POLL_MS = 50

export async function rebuildFrom(
  node: DockerNode,
  donor: DockerNode,
  admin: Account,
  signal: AbortSignal,
): Promise<{ readonly uuid: string; readonly tookUs: number }> {
  const startUs = monotonicUs()
  // What it replicated in its former life still counts for the lag.
  const kept = join(node.oldBinlogs, String(startUs))
  await mkdir(kept, { recursive: true })
  for (const path of await binlogFiles(node.data)) await copyFile(path, join(kept, basename(path)))

  const before = await uuidOf(node)
  node.tell('renew')
  const atNode = await node.connect()
  try {
    const { host, port } = donor.address
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

async function uuidOf(node: DockerNode): Promise<string> {
  const connection = await node.connect()
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@server_uuid')
    return String((rows as unknown as unknown[][])[0]![0])
  } finally {
    await connection.end()
  }
}

/** All binlogs of a node, those from before its rebuilds included, oldest first. */
export async function allBinlogs({ oldBinlogs, data }: DockerNode): Promise<string[]> {
  const former = await readdir(oldBinlogs).catch(() => [] as string[])
  const directories = former.sort().map((name) => join(oldBinlogs, name))
  return (await Promise.all([...directories, data].map(binlogFiles))).flat()
}
