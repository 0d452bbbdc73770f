/**
 * A server's answer on its way to a client, held back until it may be seen: a write until its quorum has it, a STRONG
 * read until it is confirmed. A large one is passed on while it comes, and its end alone is held: without its end no
 * client takes an answer for complete, and where it may not be seen an error comes in its place.
 */
import type { Socket } from 'node:net'
import { withoutSessionTrack } from './response.ts'
import type { ServerLink } from './server-link.ts'

const HELD_BYTES = 4 * 1024 * 1024
/** A client that does not read stops the server that it reads from. */
const UNREAD_BYTES = 4 * 1024 * 1024

export class HeldAnswer {
  readonly #socket: Socket
  readonly #knowsTracking: boolean
  #packets: Buffer[] = []
  #bytes = 0
  #passedOn = false
  /** For the client to read. */
  #isWaiting = false
  #end: Buffer | null = null
  /** Number of the packet that comes next, for an error in place of the end. */
  #nextSequence = 1

  /** `knowsTracking`: the client can read what SESSION_TRACK adds to an OK. */
  constructor(socket: Socket, knowsTracking: boolean) {
    this.#socket = socket
    this.#knowsTracking = knowsTracking
  }

  get nextSequence(): number {
    return this.#nextSequence
  }

  /** The client has some of it. */
  get hasPassedOn(): boolean {
    return this.#passedOn
  }

  /** Of an answer that is still whole. */
  changeFirst(change: (first: Buffer) => Buffer): void {
    const first = this.#packets[0]
    if (first !== undefined) this.#packets[0] = change(first)
    else if (this.#end !== null) this.#end = change(this.#end)
  }

  take(packet: Buffer, isLast: boolean, isOk: boolean, link: ServerLink): void {
    const bytes = isOk && !this.#knowsTracking ? withoutSessionTrack(packet) : packet
    if (isLast) {
      this.#end = bytes
      this.#nextSequence = packet[3]!
      return
    }
    this.#nextSequence = (packet[3]! + 1) & 0xff
    if (!this.#passedOn) {
      this.#packets.push(bytes)
      this.#bytes += bytes.length
      if (this.#bytes <= HELD_BYTES) return
      this.#passedOn = true
      this.#socket.write(Buffer.concat(this.#packets))
      this.#packets = []
      return
    }
    this.#socket.write(bytes)
    if (this.#isWaiting || this.#socket.writableLength < UNREAD_BYTES) return
    this.#isWaiting = true
    link.pause()
    // A client that ends instead takes its links with it.
    this.#socket.once('drain', () => {
      this.#isWaiting = false
      link.resume()
    })
  }

  /** It may be seen. */
  release(): void {
    const end = this.#end === null ? [] : [this.#end]
    this.#socket.write(Buffer.concat([...this.#packets, ...end]))
  }
}
