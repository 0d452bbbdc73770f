/** What was kept of transactions that a rebuild was about to throw away, read: a file that was promised is not yet one that holds anything. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { KeptExtras } from '../../scenarios/audit/evidence.ts'
import { binlogFiles, readBinlog } from '../drivers/binlog.ts'
import type { KeptFile } from '../drivers/driver.ts'

export async function keptExtras({ gtids, path }: KeptFile): Promise<KeptExtras> {
  const held = await heldIn(path)
  return { gtids, path, found: gtids.size - gtids.minus(held).size }
}

/** Where nobody says which transactions were to be kept: all that are there. */
export async function keptIn(node: string, path: string): Promise<KeptFile> {
  return { node, gtids: await heldIn(path), path, detail: basename(path) }
}

/** SQL as mysqlbinlog writes it, or a folder of binlogs. */
async function heldIn(path: string): Promise<GtidSet> {
  const held = new MutableGtidSet()
  const add = (gtid: Gtid) => held.add(gtid)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true)
    for (const file of await binlogFiles(path)) await readBinlog(file, (one) => add(one.gtid))
  else if (found !== null)
    for (const [, uuid, number] of (await readFile(path, 'latin1')).matchAll(/GTID_NEXT= ?'([0-9a-f-]{36}):(\d+)'/g))
      add({ uuid: uuid!, number: Number(number) })
  return held
}
