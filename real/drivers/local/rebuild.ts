/**
 * Gives a server new data: a clone of a sound one. Used when a server has executed what the cluster has discarded;
 * there is no way back from that. The clone has no auto.cnf, so the server gets a new uuid: under its old one the
 * numbers of the discarded transactions would be given out again, with other content.
 */
import { copyFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RowDataPacket } from 'mysql2/promise'
import { binlogFiles } from '../binlog.ts'
import { monotonicUs } from '../driver.ts'
import { folderForIdentity } from '../identities.ts'
import type { LocalNode } from './local-node.ts'

export async function rebuildFrom(
  node: LocalNode,
  donor: LocalNode,
): Promise<{ readonly uuid: string; readonly tookUs: number }> {
  const startUs = monotonicUs()
  const { data } = node.paths
  const clone = join(node.directory, 'clone')
  const old = join(node.directory, 'discarded')
  await rm(clone, { recursive: true, force: true })

  const atDonor = await donor.connect()
  try {
    await atDonor.query('CLONE LOCAL DATA DIRECTORY = ?', [clone])
  } finally {
    await atDonor.end()
  }

  // SIGKILL: nothing of what it would still write down is wanted.
  await node.kill()
  await rename(data, old)
  await rename(clone, data)
  // The keys are nobody's data; making new ones would cost a second.
  for (const name of await readdir(old)) if (name.endsWith('.pem')) await copyFile(join(old, name), join(data, name))
  // What it replicated in its former life still counts for the lag.
  const kept = await folderForIdentity({ ...node.paths, data: old }, String(startUs))
  for (const path of await binlogFiles(old)) await rename(path, join(kept, path.slice(old.length + 1)))
  await rm(old, { recursive: true, force: true })

  await node.launch(false)
  const atNode = await node.connect()
  try {
    // The donor's replication settings came along, without the relay logs that they speak of.
    await atNode.query('RESET REPLICA ALL')
    const [rows] = await atNode.query<RowDataPacket[]>('SELECT @@server_uuid')
    return { uuid: String((rows as unknown as unknown[][])[0]![0]), tookUs: monotonicUs() - startUs }
  } finally {
    await atNode.end()
  }
}
