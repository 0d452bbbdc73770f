/** Answers requests over TCP, and on the machine itself over a local socket: the other half of `service-client.ts`. */
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import type { Outcome } from '../../algorithms/servers.ts'
import { decodeRequest } from './codecs.ts'
import { FrameStream } from './frames.ts'
import { localSocketOf } from './local-socket.ts'
import type { ReplyFrame, RequestFrame } from './service-client.ts'

/** Answers once, now or later. A reply to a client that has gone is dropped. */
export type Handler = (request: { readonly kind: string }, answer: (outcome: Outcome<unknown>) => void) => void

interface Listening {
  /** The address of this machine that is listened on. */
  readonly bind: string
  readonly port: number
}

export class ServiceServer {
  readonly #tcp: TcpServer
  #local: TcpServer | null = null
  readonly #sockets = new Set<Socket>()

  private constructor(tcp: TcpServer) {
    this.#tcp = tcp
  }

  /** Port 0 takes a free one. Rejects when the port is busy. */
  static listen({ bind, port }: Listening, handler: Handler): Promise<ServiceServer> {
    return new Promise((resolve, reject) => {
      const tcp = createServer()
      const server = new ServiceServer(tcp)
      tcp.on('connection', (socket) => server.#accept(socket, handler))
      tcp.once('error', reject)
      tcp.listen(port, bind, () => {
        tcp.removeListener('error', reject)
        server.#listenLocally(bind, handler).then(
          () => resolve(server),
          (error: unknown) => server.close().then(() => reject(error)),
        )
      })
    })
  }

  #listenLocally(bind: string, handler: Handler): Promise<void> {
    const path = localSocketOf(bind, this.port)
    if (path === null) return Promise.resolve()
    const local = createServer((socket) => this.#accept(socket, handler))
    this.#local = local
    return new Promise((resolve, reject) => {
      local.once('error', reject)
      local.listen({ path }, () => {
        local.removeListener('error', reject)
        resolve()
      })
    })
  }

  get port(): number {
    const address = this.#tcp.address()
    if (address === null || typeof address === 'string') throw new Error('the service is not listening')
    return address.port
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#local?.close()
    return new Promise((resolve) => this.#tcp.close(() => resolve()))
  }

  #accept(socket: Socket, handler: Handler): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
    const stream = new FrameStream(socket, (frame) => {
      const [id, request] = frame as RequestFrame
      handler(decodeRequest(request), (outcome) => {
        if (socket.destroyed) return
        const reply: ReplyFrame = [id, outcome.kind, outcome.kind === 'ok' ? outcome.reply : outcome.why]
        stream.send(reply)
      })
    })
    socket.on('data', (bytes: Buffer) => stream.receive(bytes))
  }
}
