/**
 * Follows the answer to one command, packet by packet, to its end, without looking into rows. What matters of it is kept:
 * how it ended, and which transaction it was.
 *
 * Shapes: "Command Phase" in MySQL's source documentation.
 */
import type { Gtid } from '../../../algorithms/gtid-set.ts'
import { STATUS } from './capabilities.ts'
import { END, ERR, isContinued, lengthEncoded, OK, PayloadReader, packet, payloadOf } from './packets.ts'

/** `result`: COM_QUERY and COM_STMT_EXECUTE; `prepared`: COM_STMT_PREPARE; `single`: one packet, whatever it says. */
export type Shape = 'result' | 'prepared' | 'single'

interface ServerRefusal {
  readonly errno: number
  readonly sqlState: string
  readonly message: string
}

const SESSION_TRACK_GTIDS = 3

export class Response {
  readonly #shape: Shape
  readonly #deprecatesEof: boolean
  #expects: 'first' | 'columns' | 'rows' | 'definitions' = 'first'
  /** Packets until something else is expected. */
  #left = 0
  #continued = false
  refusal: ServerRefusal | null = null
  status = 0
  rowsAffected = 0
  gtid: Gtid | null = null
  /** It had rows (perhaps none of them): it is no mere OK. */
  hasRows = false
  /** The packet that was taken last is an OK, in the form of a connection with SESSION_TRACK. */
  tookOk = false
  /** Of what was prepared. */
  statement: { readonly id: number; readonly parameters: number } | null = null

  constructor(shape: Shape, deprecatesEof: boolean) {
    this.#shape = shape
    this.#deprecatesEof = deprecatesEof
  }

  /** Takes the next packet. True: the answer ends with it. */
  take(bytes: Buffer): boolean {
    this.tookOk = false
    const isContinuation = this.#continued
    this.#continued = isContinued(bytes)
    if (isContinuation) return false
    const payload = payloadOf(bytes)
    if (payload[0] === ERR && this.#expects !== 'columns') return this.#refused(payload)
    switch (this.#expects) {
      case 'first':
        return this.#first(payload)
      case 'definitions':
        return --this.#left === 0
      case 'columns':
        if (--this.#left === 0) this.#expects = 'rows'
        return false
      case 'rows':
        return this.#row(payload)
    }
  }

  get inTransaction(): boolean {
    return (this.status & STATUS.IN_TRANSACTION) !== 0
  }

  #first(payload: Buffer): boolean {
    if (this.#shape === 'single') {
      if (payload[0] === OK || payload[0] === END) this.#ended(payload)
      return true
    }
    const eof = this.#deprecatesEof ? 0 : 1
    if (this.#shape === 'prepared') {
      const reader = new PayloadReader(payload, 1)
      const id = reader.fixed(4)
      const columns = reader.fixed(2)
      const parameters = reader.fixed(2)
      this.statement = { id, parameters }
      this.#left = (columns > 0 ? columns + eof : 0) + (parameters > 0 ? parameters + eof : 0)
      this.#expects = 'definitions'
      return this.#left === 0
    }
    if (payload[0] === OK) return this.#ended(payload)
    this.hasRows = true
    this.#left = new PayloadReader(payload).integer() + eof
    this.#expects = 'columns'
    return false
  }

  /** 0xfe begins a row only where its first column is longer than 16 MB, and then the packet is longer than any end. */
  #row(payload: Buffer): boolean {
    if (payload[0] !== END || this.#continued) return false
    if (this.#deprecatesEof) return this.#ended(payload)
    if (payload.length >= 9) return false
    this.status = payload.readUInt16LE(3)
    return this.#nextResult()
  }

  #ended(payload: Buffer): boolean {
    const { status, rowsAffected, gtid } = readOk(payload)
    this.status = status
    this.rowsAffected = rowsAffected
    // A procedure has several results; any of them may be the one that commits.
    this.gtid = gtid ?? this.gtid
    this.tookOk = true
    return this.#nextResult()
  }

  #nextResult(): boolean {
    this.#expects = 'first'
    return (this.status & STATUS.MORE_RESULTS) === 0
  }

  #refused(payload: Buffer): boolean {
    this.refusal = {
      errno: payload.readUInt16LE(1),
      sqlState: payload.toString('latin1', 4, 9),
      message: payload.toString('utf8', 9),
    }
    return true
  }
}

interface OkPacket {
  readonly rowsAffected: number
  readonly status: number
  readonly gtid: Gtid | null
}

/** An OK packet of a connection with SESSION_TRACK. */
function readOk(payload: Buffer): OkPacket {
  const reader = new PayloadReader(payload, 1)
  const rowsAffected = reader.integer()
  reader.integer()
  const status = reader.fixed(2)
  reader.fixed(2)
  reader.lengthEncoded()
  if ((status & STATUS.SESSION_STATE_CHANGED) === 0) return { rowsAffected, status, gtid: null }
  const changes = new PayloadReader(reader.lengthEncoded())
  while (changes.left > 0) {
    const type = changes.fixed(1)
    const change = new PayloadReader(changes.lengthEncoded())
    // One byte names the encoding of the text.
    if (type === SESSION_TRACK_GTIDS) {
      change.fixed(1)
      return { rowsAffected, status, gtid: gtidOf(change.lengthEncoded().toString('latin1')) }
    }
  }
  return { rowsAffected, status, gtid: null }
}

/** Null: one that cannot be counted exactly, or several. The last colon: a tagged transaction is `uuid:tag:number`. */
function gtidOf(text: string): Gtid | null {
  const colon = text.lastIndexOf(':')
  const number = Number(text.slice(colon + 1))
  return colon > 0 && Number.isSafeInteger(number) ? { uuid: text.slice(0, colon), number } : null
}

/** The same OK for a client that knows nothing of SESSION_TRACK: its message has no length, and no changes follow. */
export function withoutSessionTrack(bytes: Buffer): Buffer {
  const payload = payloadOf(bytes)
  const reader = new PayloadReader(payload, 1)
  const rowsAffected = reader.integer()
  const insertId = integerAt(payload, 1 + lengthEncoded(rowsAffected).length)
  reader.integer()
  const status = reader.fixed(2) & ~STATUS.SESSION_STATE_CHANGED
  const warnings = reader.fixed(2)
  const message = reader.lengthEncoded()
  const numbers = Buffer.alloc(4)
  numbers.writeUInt16LE(status, 0)
  numbers.writeUInt16LE(warnings, 2)
  return packet(bytes[3]!, payload.subarray(0, 1), lengthEncoded(rowsAffected), insertId, numbers, message)
}

/** As it lies there: an insert id may be above 2^53, and is passed on without being read. */
function integerAt(payload: Buffer, at: number): Buffer {
  const first = payload[at]!
  return payload.subarray(at, at + (first < 0xfb ? 1 : first === 0xfc ? 3 : first === 0xfd ? 4 : 9))
}
