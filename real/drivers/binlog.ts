/**
 * Reads the transactions' headers out of a binlog file: which GTID, and when it was committed where.
 *
 * Every transaction begins with a Gtid event. It carries the moment at which this server committed it and, when that
 * was another server, the moment at which that one did: exact, free, and per transaction (failover/rules.md, section 5).
 * mysqlbinlog prints the same numbers among a kilobyte of text for each transaction; the header is 50 bytes, and the
 * layout has not changed since 8.0.1. A test holds the two against each other.
 *
 *   event header (19)  timestamp 4, type 1, server id 4, size of the event 4, end position 4, flags 2
 *   Gtid event         flags 1, uuid 16, number 8, clock type 1, last committed 8, sequence 8,
 *                      immediate commit 7 (us; its highest bit says that the next field is there), original commit 7
 */
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exactInteger } from '../../algorithms/exact-integer.ts'
import type { Gtid } from '../../algorithms/gtid-set.ts'
import { EnvironmentError } from './environment-error.ts'

export interface BinlogTransaction {
  readonly gtid: Gtid
  /** Committed here, wall clock, microseconds. */
  readonly immediateUs: number
  /** Committed on the server that wrote it; null: that is this one. */
  readonly originalUs: number | null
}

const MAGIC = 'fe62696e'
export const HEADER = 19
export const GTID_EVENT = 33
const GTID_EVENT_MIN = HEADER + 1 + 16 + 8 + 1 + 8 + 8 + 7
const CHUNK = 1 << 20

/** `binlog.000001`, `binlog.000002`, ... in order. */
export async function binlogFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [] as string[])
  return names
    .filter((name) => /^binlog\.\d+$/.test(name))
    .sort((a, b) => Number(a.slice(7)) - Number(b.slice(7)))
    .map((name) => join(directory, name))
}

/** Calls `each` per transaction. A half-written end (the server was killed, or is writing) is where it stops. */
export function readBinlog(path: string, each: (transaction: BinlogTransaction) => void): Promise<void> {
  return readEvents(
    path,
    (_, event) => {
      if (event.length >= GTID_EVENT_MIN) each(transactionOf(event))
    },
    isGtidEvent,
  )
}

function isGtidEvent(type: number): boolean {
  return type === GTID_EVENT
}

/** Calls `each` per event whose type is `wanted`, header included. The buffer is good until the call returns. */
export async function readEvents(
  path: string,
  each: (type: number, event: Buffer) => void,
  wanted: (type: number) => boolean,
): Promise<void> {
  const file = await open(path)
  try {
    let window: Buffer = Buffer.alloc(0)
    /** Bytes of the file before the window, and how many to pass over before the next event. */
    let start = 0
    let skip = MAGIC.length / 2
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, start + window.length)
      if (bytesRead === 0) return
      const fresh = buffer.subarray(0, bytesRead)
      window = window.length === 0 ? fresh : Buffer.concat([window, fresh])
      if (start === 0 && window.length >= 4 && window.toString('hex', 0, 4) !== MAGIC)
        throw new EnvironmentError(
          `${path} is not a plain binlog: expected ${MAGIC}, found ${window.toString('hex', 0, 4)}`,
          { advice: 'The server must not encrypt its binlogs, and the disk below it must be sound.' },
        )
      let at = skip
      while (at + HEADER <= window.length) {
        const size = window.readUInt32LE(at + 9)
        if (size < HEADER) return
        const type = window[at + 4]!
        if (wanted(type)) {
          if (at + size > window.length) break
          each(type, window.subarray(at, at + size))
        }
        at += size
      }
      // Events that are passed over may be larger than the window.
      const keep = Math.min(at, window.length)
      skip = at - keep
      start += keep
      window = window.subarray(keep)
    }
  } finally {
    await file.close()
  }
}

/** Of a Gtid event, header included. */
export function transactionOf(buffer: Buffer): BinlogTransaction {
  const body = HEADER
  const uuid = buffer.toString('hex', body + 1, body + 17)
  const times = body + 1 + 16 + 8 + 1 + 8 + 8
  const high = buffer.readUIntLE(times + 4, 3)
  const hasOriginal = (high & 0x80_0000) !== 0
  return {
    gtid: {
      uuid: uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      number: exactInteger(buffer.readBigInt64LE(body + 17), 'a GTID number in a binlog'),
    },
    immediateUs: (high & 0x7f_ffff) * 2 ** 32 + buffer.readUInt32LE(times),
    originalUs: hasOriginal ? buffer.readUIntLE(times + 11, 3) * 2 ** 32 + buffer.readUInt32LE(times + 7) : null,
  }
}
