/**
 * Newline-framed JSON over one TCP connection: many messages in flight, written in batches.
 *
 * JSON never contains a raw newline, so a frame needs no length and a capture can be read by eye. What is sent within
 * one turn of the event loop leaves in one write (`setImmediate` runs after all sockets of the turn were read): at a
 * few thousand operations a second the system calls cost more than the JSON does.
 */
import type { Socket } from 'node:net'

/** A frame longer than this is a broken peer, not a message. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024
const NEWLINE = 0x0a

export class FrameStream {
  readonly #socket: Socket
  readonly #onFrame: (frame: unknown) => void
  #outbox = ''
  #queued = 0
  /** The beginning of a frame whose end has not arrived. */
  #tail: Buffer | null = null
  #written = 0

  /** Calls `onFrame` for each message that `receive` is given; a peer that sends anything but JSON lines is cut off. */
  constructor(socket: Socket, onFrame: (frame: unknown) => void) {
    this.#socket = socket
    this.#onFrame = onFrame
  }

  /** Frames handed to the kernel so far: what has a higher number (see `send`) was certainly not seen by the peer. */
  get written(): number {
    return this.#written
  }

  /** Queues a frame and returns its number, counted from 1. */
  send(frame: unknown): number {
    this.#outbox += `${JSON.stringify(frame)}\n`
    if (this.#queued++ === 0) setImmediate(flush, this)
    return this.#written + this.#queued
  }

  /** The runtime's. */
  flush(): void {
    const batch = this.#outbox
    this.#outbox = ''
    if (this.#socket.destroyed) return
    this.#written += this.#queued
    this.#queued = 0
    this.#socket.write(batch)
  }

  /** Bytes as they arrive; they are not kept. */
  receive(bytes: Buffer): void {
    const arrived = this.#tail === null ? bytes : Buffer.concat([this.#tail, bytes])
    const end = arrived.lastIndexOf(NEWLINE)
    this.#tail = end + 1 === arrived.length ? null : Buffer.from(arrived.subarray(end + 1))
    if (this.#tail !== null && this.#tail.length > MAX_FRAME_BYTES) this.#socket.destroy()
    if (end < 0) return
    const text = arrived.toString('utf8', 0, end)
    for (let from = 0; from <= text.length; ) {
      let newline = text.indexOf('\n', from)
      if (newline < 0) newline = text.length
      let frame: unknown
      try {
        frame = JSON.parse(from === 0 && newline === text.length ? text : text.slice(from, newline))
      } catch {
        this.#socket.destroy()
        return
      }
      from = newline + 1
      this.#onFrame(frame)
      if (this.#socket.destroyed) return
    }
  }
}

function flush(stream: FrameStream): void {
  stream.flush()
}
