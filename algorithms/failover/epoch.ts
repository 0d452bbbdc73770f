/**
 * An epoch's row, carried by its own GTID.
 *
 * failover/rules.md asks that every epoch begin with a replicated row (epoch, source, k), and that a coordinator see that
 * row even where it lies unread in a relay log. MySQL shows which GTIDs a relay log holds, but not what they did. So
 * the row's transaction gets a GTID of its own making: `SET gtid_next = '<marker uuid>:1'` with a uuid that spells the
 * row. Whoever can read a server's executed and retrieved sets has read every epoch row in them, on any MySQL since
 * 5.7 and without parsing a log.
 *
 *   716c6162-EEEE-EEEE-KKMM-NNNNNNNNNNNN     "qlab", epoch (32 bits), k (8), member index (8), base (48)
 *
 * `base` is the highest number that the source's own uuid had used when the epoch began: what the source itself wrote
 * in this epoch is everything above it. The table quorumlab.epoch holds the same row for people to read.
 */
import { type Gtid, type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import type { Deposed } from '../reasons/why.ts'

export interface EpochRow {
  readonly epoch: number
  /** Replicas that must hold a transaction of this epoch before it is acknowledged. */
  readonly k: number
  /** 0-based index of the source among the configured members. */
  readonly member: number
  readonly base: number
}

const PREFIX = '716c6162'

export function isMarker(uuid: string): boolean {
  return uuid.startsWith(PREFIX)
}

export function markerOf(row: EpochRow): Gtid {
  const hex = (value: number, digits: number) => {
    if (!Number.isInteger(value) || value < 0 || value >= 16 ** digits)
      throw new Error(
        `epoch row ${JSON.stringify(row)} does not fit into a marker: ${value} is no ${digits} hex digits`,
      )
    return value.toString(16).padStart(digits, '0')
  }
  const epoch = hex(row.epoch, 8)
  return {
    uuid: `${PREFIX}-${epoch.slice(0, 4)}-${epoch.slice(4)}-${hex(row.k, 2)}${hex(row.member, 2)}-${hex(row.base, 12)}`,
    number: 1,
  }
}

/** Markers are few and read often (with every confirmation), so each is decoded once. */
const decoded = new Map<string, EpochRow>()

export function rowOf(uuid: string): EpochRow {
  let row = decoded.get(uuid)
  if (row === undefined) decoded.set(uuid, (row = decode(uuid)))
  return row
}

function decode(uuid: string): EpochRow {
  const part = uuid.split('-')
  return {
    epoch: Number.parseInt(part[1]! + part[2]!, 16),
    k: Number.parseInt(part[3]!.slice(0, 2), 16),
    member: Number.parseInt(part[3]!.slice(2), 16),
    base: Number.parseInt(part[4]!, 16),
  }
}

/** Every epoch row in a set of GTIDs, newest epoch first. */
export function rowsIn(gtids: GtidSet): EpochRow[] {
  const rows: EpochRow[] = []
  for (const uuid of gtids.uuids()) if (isMarker(uuid)) rows.push(rowOf(uuid))
  return rows.sort((a, b) => b.epoch - a.epoch || a.k - b.k)
}

/** Asked for with every acknowledgement, and rarely another than before: by a set's uuids, which its copies share. */
const newestRows = new WeakMap<readonly string[], { readonly count: number; readonly newest: EpochRow | null }>()

export function newestRow(gtids: GtidSet): EpochRow | null {
  const uuids = gtids.uuids()
  const known = newestRows.get(uuids)
  if (known !== undefined && known.count === uuids.length) return known.newest
  const newest = rowsIn(gtids)[0] ?? null
  newestRows.set(uuids, { count: uuids.length, newest })
  return newest
}

/**
 * May a session that was opened for (`epoch`, source `member`) change this server? Read under the administrator lock
 * before every change. Returns why not, or null.
 */
export function deposedBy(
  session: { readonly epoch: number; readonly member: number | null },
  server: { readonly promised: number; readonly gtids: GtidSet },
): Deposed | null {
  if (server.promised > session.epoch)
    return { code: 'deposed', by: 'promise', epoch: server.promised, session: session.epoch }
  // An epoch may have several rows (k is lowered by a further one), so the first is not enough.
  for (const row of rowsIn(server.gtids)) {
    if (row.epoch > session.epoch) return { code: 'deposed', by: 'row', epoch: row.epoch, session: session.epoch }
    if (row.epoch < session.epoch) break
    // A session that names no source yet is of a take-over; where its epoch has a row, that take-over is over.
    if (row.member !== session.member)
      return { code: 'deposed', by: 'rival', epoch: row.epoch, member: row.member, named: session.member }
  }
  return null
}

export function unionOf(sets: Iterable<GtidSet>): MutableGtidSet {
  const union = new MutableGtidSet()
  for (const set of sets) union.addAll(set)
  return union
}
