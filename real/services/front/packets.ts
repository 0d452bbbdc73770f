/**
 * MySQL's packets: three bytes of length, one of sequence, the payload. A payload of 16 MB and more comes in pieces, each
 * but the last of the greatest length. See "MySQL Packets" and "Protocol::LengthEncodedInteger" in MySQL's source
 * documentation.
 */
export const HEADER_BYTES = 4
/** A packet of this length is continued by the next one. */
export const LONGEST_PAYLOAD = 0xff_ffff

export const OK = 0x00
export const END = 0xfe
export const ERR = 0xff

/** Cuts a stream of bytes into packets, header included. What it hands out lies in the chunks it was given, uncopied. */
export class PacketReader {
  /** The beginning of a packet whose end has not arrived, in the pieces in which it came. */
  #pieces: Buffer[] = []
  #have = 0
  #need = HEADER_BYTES

  feed(chunk: Buffer, onPacket: (packet: Buffer) => void): void {
    let bytes = chunk
    if (this.#have > 0) {
      this.#pieces.push(chunk)
      this.#have += chunk.length
      // A large packet is put together once, when it is there, and not with every piece of it.
      if (this.#have < this.#need) return
      bytes = Buffer.concat(this.#pieces)
      this.#pieces = []
      this.#have = 0
    }
    let at = 0
    while (at + HEADER_BYTES <= bytes.length) {
      const end = at + HEADER_BYTES + bytes.readUIntLE(at, 3)
      if (end > bytes.length) break
      onPacket(bytes.subarray(at, end))
      at = end
    }
    if (at === bytes.length) return
    const rest = bytes.subarray(at)
    this.#pieces = [rest]
    this.#have = rest.length
    this.#need = HEADER_BYTES + (rest.length < HEADER_BYTES ? 0 : rest.readUIntLE(0, 3))
  }
}

/** One packet; the payload is shorter than LONGEST_PAYLOAD. */
export function packet(sequence: number, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  let length = 0
  for (const part of parts) length += part.length
  if (length >= LONGEST_PAYLOAD) throw new Error(`assertion: a packet of our own is short, found ${length} bytes`)
  header.writeUIntLE(length, 0, 3)
  header[3] = sequence & 0xff
  return Buffer.concat([header, ...parts])
}

/** A command that we give a server ourselves. */
export function commandPacket(command: number, text = ''): Buffer {
  return packet(0, Buffer.from([command]), Buffer.from(text))
}

export function payloadOf(bytes: Buffer): Buffer {
  return bytes.subarray(HEADER_BYTES)
}

export function isContinued(bytes: Buffer): boolean {
  return bytes.length === HEADER_BYTES + LONGEST_PAYLOAD
}

/** Reads what a payload consists of, from front to back. Beyond its end everything is empty, as in MySQL's own reader. */
export class PayloadReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get left(): number {
    return Math.max(0, this.#bytes.length - this.#at)
  }

  fixed(bytes: 1 | 2 | 3 | 4): number {
    const value = this.left < bytes ? 0 : this.#bytes.readUIntLE(this.#at, bytes)
    this.#at += bytes
    return value
  }

  /** Length-encoded: below 251 itself, or a marker and 2, 3 or 8 bytes. */
  integer(): number {
    const first = this.fixed(1)
    if (first < 0xfb) return first
    if (first === 0xfc) return this.fixed(2)
    if (first === 0xfd) return this.fixed(3)
    const low = this.fixed(4)
    return low + this.fixed(4) * 2 ** 32
  }

  bytes(length: number): Buffer {
    const value = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return value
  }

  lengthEncoded(): Buffer {
    return this.bytes(this.integer())
  }

  /** Up to the next zero byte, which is read too. */
  untilZero(): string {
    const zero = this.#bytes.indexOf(0, this.#at)
    const end = zero < 0 ? this.#bytes.length : zero
    const value = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return value
  }

  rest(): Buffer {
    return this.bytes(this.left)
  }
}

export function lengthEncoded(value: number | bigint): Buffer {
  if (value < 0xfb) return Buffer.from([Number(value)])
  const bytes = Buffer.alloc(9)
  if (value <= 0xffff) {
    bytes[0] = 0xfc
    bytes.writeUInt16LE(Number(value), 1)
    return bytes.subarray(0, 3)
  }
  if (value <= 0xff_ffff) {
    bytes[0] = 0xfd
    bytes.writeUIntLE(Number(value), 1, 3)
    return bytes.subarray(0, 4)
  }
  bytes[0] = 0xfe
  bytes.writeBigUInt64LE(BigInt(value), 1)
  return bytes
}
