/** The front's port: MySQL clients come in, each gets a session of its own. */
import { createServer, type Server, type Socket } from 'node:net'
import { ClientSession } from './client-session.ts'
import { errorPacket, FRONT_ERRORS } from './front-error.ts'
import type { FrontSystem } from './front-system.ts'

const MOST_CLIENTS = 500

export class Front {
  readonly #server: Server
  readonly #sessions = new Map<Socket, ClientSession>()
  #lastId = 0

  private constructor(server: Server) {
    this.#server = server
  }

  /** Port 0 takes a free one. Rejects when the port is busy. */
  static listen(system: FrontSystem, host: string, port: number): Promise<Front> {
    return new Promise((resolve, reject) => {
      const server = createServer()
      const front = new Front(server)
      server.on('connection', (socket) => front.#accept(system, socket))
      server.once('error', reject)
      server.listen(port, host, () => {
        server.removeListener('error', reject)
        resolve(front)
      })
    })
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('assertion: the front listens on a TCP port')
    return address.port
  }

  /** A new reign: what clients still wait for at the old source is over. */
  sourceIs(node: string): void {
    for (const session of this.#sessions.values()) session.sourceIs(node)
  }

  /** Whoever is still connected is cut off. */
  close(): Promise<void> {
    for (const socket of this.#sessions.keys()) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #accept(system: FrontSystem, socket: Socket): void {
    if (this.#sessions.size >= MOST_CLIENTS) {
      socket.on('error', () => {})
      socket.end(errorPacket(0, FRONT_ERRORS.tooManyConnections(MOST_CLIENTS)))
      return
    }
    this.#sessions.set(socket, new ClientSession(system, socket, ++this.#lastId))
    socket.once('close', () => this.#sessions.delete(socket))
  }
}
