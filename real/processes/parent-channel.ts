/**
 * How a child and its parent talk: over the IPC channel of a child process, or, where the process runs in a container,
 * over a socket in a folder that both see. It is no network: what a fault does to the network does not touch it.
 */
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { FrameStream } from '../transport/frames.ts'
import type { FromChild, ToChild } from './ipc-messages.ts'

interface ParentChannel {
  readonly connected: boolean
  /** `sent`: it has been handed over, or never will be. */
  send(message: FromChild, sent?: () => void): void
  /** Called once, before anything can have arrived. */
  listen(onMessage: (message: ToChild) => void, onLost: () => void): void
}

/** A parent that does not come by then never will. */
const PARENT_WITHIN_MS = 120_000

const ipc: ParentChannel = {
  get connected() {
    return process.connected === true
  },
  send(message, sent = () => {}) {
    // The channel may close between the check and the write; whoever listens hears of it.
    if (process.connected) process.send?.(message, undefined, undefined, sent)
    else sent()
  },
  listen(onMessage, onLost) {
    process.on('message', onMessage)
    process.on('disconnect', onLost)
  },
}

class SocketChannel implements ParentChannel {
  readonly #path: string
  #parent: Socket | null = null

  constructor(path: string) {
    this.#path = path
  }

  get connected(): boolean {
    return this.#parent !== null && !this.#parent.destroyed
  }

  send(message: FromChild, sent: () => void = () => {}): void {
    if (this.connected) this.#parent!.write(`${JSON.stringify(message)}\n`, () => sent())
    else sent()
  }

  listen(onMessage: (message: ToChild) => void, onLost: () => void): void {
    // Of an earlier life, which was killed.
    rmSync(this.#path, { force: true })
    const timer = setTimeout(onLost, PARENT_WITHIN_MS)
    const server = createServer((socket) => {
      // There is one parent, and it comes once.
      server.close()
      clearTimeout(timer)
      this.#parent = socket
      const stream = new FrameStream(socket, (frame) => onMessage(frame as ToChild))
      socket.on('data', (bytes: Buffer) => stream.receive(bytes))
      socket.on('error', () => {})
      socket.once('close', onLost)
    })
    server.listen(this.#path)
  }
}

/** `--channel PATH` among the words a process was started with. */
const word = process.argv.indexOf('--channel')

export const parent: ParentChannel = word < 0 ? ipc : new SocketChannel(process.argv[word + 1]!)
