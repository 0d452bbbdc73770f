/**
 * The one statement of the hot path, in MySQL's binary protocol: a prepared INSERT of integers, and its answer. A
 * general client's query object, text, and result with all its fields cost as much as everything else that the
 * coordinator does for a write, and the server would parse the text again each time.
 *
 * Packets: 3 bytes length, 1 byte sequence number, payload. See "COM_STMT_EXECUTE", "OK_Packet" and "ERR_Packet" in
 * MySQL's source documentation, for a connection with PROTOCOL_41 and SESSION_TRACK and without query attributes.
 */
import type { Gtid } from '../../algorithms/gtid-set.ts'

export type IntegerValues = readonly (number | null)[]

/** What came back. `gtid` is null where the server reported none, or one that cannot be counted exactly; `errno` is 0 for success. */
interface InsertAnswer {
  readonly gtid: Gtid | null
  readonly errno: number
  readonly sqlState: string
  readonly message: string
}

const HEADER_BYTES = 4
const COM_QUERY = 0x03
const COM_STMT_EXECUTE = 0x17
const TYPE_LONGLONG = 0x08
const SERVER_SESSION_STATE_CHANGED = 0x4000
const SESSION_TRACK_GTIDS = 3
const ERR = 0xff
const TWO_TO_32 = 0x1_0000_0000

export function executePacket(statementId: number, values: IntegerValues): Buffer {
  const count = values.length
  const nullsAt = HEADER_BYTES + 10
  const typesAt = nullsAt + ((count + 7) >> 3) + 1
  const packet = Buffer.allocUnsafe(typesAt + 2 * count + 8 * count)
  packet[HEADER_BYTES] = COM_STMT_EXECUTE
  packet.writeUInt32LE(statementId, HEADER_BYTES + 1)
  packet[HEADER_BYTES + 5] = 0
  packet.writeUInt32LE(1, HEADER_BYTES + 6)
  packet.fill(0, nullsAt, typesAt - 1)
  packet[typesAt - 1] = 1
  let at = typesAt + 2 * count
  for (let i = 0; i < count; i++) {
    packet[typesAt + 2 * i] = TYPE_LONGLONG
    packet[typesAt + 2 * i + 1] = 0
    const value = values[i]!
    if (value === null) packet[nullsAt + (i >> 3)]! |= 1 << (i & 7)
    else {
      if (!Number.isSafeInteger(value)) throw new Error(`assertion: an integer goes into SQL, found ${value}`)
      const high = Math.floor(value / TWO_TO_32)
      packet.writeUInt32LE(value - high * TWO_TO_32, at)
      packet.writeInt32LE(high, at + 4)
      at += 8
    }
  }
  packet.writeUInt32LE(at - HEADER_BYTES, 0)
  return at === packet.length ? packet : packet.subarray(0, at)
}

/** A text, of ASCII characters, that is answered with OK. */
export function queryPacket(text: string): Buffer {
  const packet = Buffer.allocUnsafe(HEADER_BYTES + 1 + text.length)
  packet.writeUInt32LE(text.length + 1, 0)
  packet[HEADER_BYTES] = COM_QUERY
  packet.write(text, HEADER_BYTES + 1, 'latin1')
  return packet
}

/** Length of the first packet in `bytes`, its header included; 0 while it has not arrived completely. */
export function packetLength(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES) return 0
  const length = HEADER_BYTES + bytes.readUIntLE(0, 3)
  return length <= bytes.length ? length : 0
}

/** The first packet of `bytes`, which is complete. */
export function readInsertAnswer(bytes: Buffer): InsertAnswer {
  const end = packetLength(bytes)
  if (bytes[HEADER_BYTES] === ERR)
    // errno, then `#` and the five characters of the SQL state.
    return {
      gtid: null,
      errno: bytes.readUInt16LE(5),
      sqlState: bytes.toString('latin1', 8, 13),
      message: bytes.toString('utf8', 13, end),
    }
  // Affected rows and insert id.
  let at = afterInteger(bytes, afterInteger(bytes, HEADER_BYTES + 1))
  const status = bytes.readUInt16LE(at)
  at += 4
  if ((status & SERVER_SESSION_STATE_CHANGED) === 0 || at >= end) return NO_GTID
  // The human-readable message, then the length of all changes.
  at = afterInteger(bytes, afterText(bytes, at))
  while (at < end) {
    const type = bytes[at++]
    const next = afterText(bytes, at)
    // Within the change: one byte that names the encoding, then the text.
    if (type === SESSION_TRACK_GTIDS) return { ...NO_GTID, gtid: gtidAt(bytes, afterInteger(bytes, at) + 1) }
    at = next
  }
  return NO_GTID
}

const NO_GTID: InsertAnswer = { gtid: null, errno: 0, sqlState: '', message: '' }

function gtidAt(bytes: Buffer, at: number): Gtid | null {
  const text = bytes.toString('latin1', afterInteger(bytes, at), afterText(bytes, at))
  // The last colon: a tagged transaction is `uuid:tag:number`.
  const colon = text.lastIndexOf(':')
  const number = Number(text.slice(colon + 1))
  return Number.isSafeInteger(number) ? { uuid: text.slice(0, colon), number } : null
}

/** A length-encoded integer: below 251 itself, or a marker and 2, 3 or 8 bytes. */
function afterInteger(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  return at + (first < 0xfb ? 1 : first === 0xfc ? 3 : first === 0xfd ? 4 : 9)
}

function afterText(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  const length = first < 0xfb ? first : first === 0xfc ? bytes.readUInt16LE(at + 1) : bytes.readUIntLE(at + 1, 3)
  return afterInteger(bytes, at) + length
}
