/**
 * Ports for servers that do not run yet. Each is held by a listening socket of ours until its server is about to be
 * started, so that neither a second quorumlab nor anybody else takes it in between. (A moment without an owner is left;
 * a server that finds its port busy says so and is given another.)
 *
 * They are taken from below the kernel's range for outgoing connections: while a killed server is down, one of the load
 * generator's own connections could otherwise be given its port number, and the restart would fail.
 */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { EnvironmentError } from '../environment-error.ts'

/** A port that somebody asked for. */
export interface PortWish {
  /** This one and no other; null: any that is free. */
  readonly port: number | null
  /** What to do when it is taken: which option names another. */
  readonly advice: string
}

export const ANY_PORT: PortWish = { port: null, advice: '' }

const HOST = '127.0.0.1'
const LOWEST = 15_000
const HIGHEST = 32_000
const ATTEMPTS = 500

export class PortHolder {
  readonly #held = new Map<number, Server>()

  /** Any free port. */
  async takeFree(): Promise<number> {
    const highest = Math.max(LOWEST + 1_000, Math.min(HIGHEST, outgoingRangeStart() - 1))
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const port = LOWEST + Math.floor(Math.random() * (highest - LOWEST))
      if ((await this.#hold(port)) === null) return port
    }
    throw new EnvironmentError(`No free port on ${HOST} between ${LOWEST} and ${highest} in ${ATTEMPTS} attempts.`)
  }

  async take({ port, advice }: PortWish, what: string): Promise<number> {
    if (port === null) return this.takeFree()
    const refusal = await this.#hold(port)
    if (refusal !== null)
      throw new EnvironmentError(`Port ${port} on ${HOST}, meant for ${what}, cannot be used (${refusal}).`, { advice })
    return port
  }

  /** Hand a port over: from here on it is free for the server that is started next. */
  async release(port: number): Promise<void> {
    const server = this.#held.get(port)
    if (server === undefined) return
    this.#held.delete(port)
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((port) => this.release(port)))
  }

  async #hold(port: number): Promise<string | null> {
    const server = createServer((socket) => socket.destroy())
    // Holding a port must not keep the program alive.
    server.unref()
    const refusal = await new Promise<string | null>((resolve) => {
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      server.listen({ port, host: HOST, exclusive: true }, () => resolve(null))
    })
    if (refusal === null) this.#held.set(port, server)
    return refusal === 'EADDRINUSE' ? 'taken by another program' : refusal
  }
}

function outgoingRangeStart(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').trim().split(/\s+/)[0])
  } catch {
    return 49_152 // the range of the standard, kept by macOS
  }
}
