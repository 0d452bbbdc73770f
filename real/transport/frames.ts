/**
 * Newline-framed JSON over one TCP connection: many messages in flight, written in batches.
 *
 * JSON never contains a raw newline, so a frame needs no length and a capture can be read by eye. What is sent within
 * one turn of the event loop leaves in one write (`setImmediate` runs after all sockets of the turn were read): at a
 * few thousand operations a second the system calls cost more than the JSON does.
 */
import type { Socket } from 'node:net'

/** A frame longer than this is a broken peer, not a message. */
const MAX_FRAME_CHARACTERS = 16 * 1024 * 1024

export class FrameStream {
  readonly #socket: Socket
  #outbox: string[] = []
  #flushing = false
  #tail = ''
  #written = 0

  /** Calls `onFrame` for each message; a peer that sends anything but JSON lines is cut off. */
  constructor(socket: Socket, onFrame: (frame: unknown) => void) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => this.#receive(chunk, onFrame))
  }

  /** Frames handed to the kernel so far: what has a higher number (see `send`) was certainly not seen by the peer. */
  get written(): number {
    return this.#written
  }

  /** Queues a frame and returns its number, counted from 1. */
  send(frame: unknown): number {
    const number = this.#written + this.#outbox.push(JSON.stringify(frame))
    if (!this.#flushing) {
      this.#flushing = true
      setImmediate(() => this.#flush())
    }
    return number
  }

  #flush(): void {
    this.#flushing = false
    if (this.#outbox.length === 0 || this.#socket.destroyed) return
    const batch = this.#outbox.length === 1 ? `${this.#outbox[0]}\n` : `${this.#outbox.join('\n')}\n`
    this.#written += this.#outbox.length
    this.#outbox = []
    this.#socket.write(batch)
  }

  #receive(chunk: string, onFrame: (frame: unknown) => void): void {
    let from = 0
    for (;;) {
      const newline = chunk.indexOf('\n', from)
      if (newline < 0) break
      const line = this.#tail + chunk.slice(from, newline)
      this.#tail = ''
      from = newline + 1
      let frame: unknown
      try {
        frame = JSON.parse(line)
      } catch {
        this.#socket.destroy()
        return
      }
      onFrame(frame)
      if (this.#socket.destroyed) return
    }
    this.#tail += from === 0 ? chunk : chunk.slice(from)
    if (this.#tail.length > MAX_FRAME_CHARACTERS) this.#socket.destroy()
  }
}
