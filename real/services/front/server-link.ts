/**
 * One connection of one client to one server. Commands are written as they come, several at once where that saves a
 * round trip: MySQL reads the next one when it has answered the one before, so answers arrive in order.
 */
import { connect, type Socket } from 'node:net'
import { CLIENT } from './capabilities.ts'
import { isContinued, PacketReader } from './packets.ts'
import { Response, type Shape } from './response.ts'
import { type LoginOptions, ServerLogin } from './server-login.ts'

const CONNECT_TIMEOUT_MS = 1_000

/** `lost`: the connection ended before the answer did; `wasSent`: the server may have read the command. */
export type Answered =
  | { readonly kind: 'answered'; readonly response: Response }
  | { readonly kind: 'lost'; readonly wasSent: boolean }

/** `isLast`: the answer ends with this packet. `isOk`: it is an OK, with what SESSION_TRACK adds. */
type OnPacket = (packet: Buffer, isLast: boolean, isOk: boolean) => void

interface ServerAddress {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly isReplica: boolean
}

interface Open {
  readonly response: Response
  readonly onPacket: OnPacket
  readonly done: (answered: Answered) => void
}

class LinkRefused extends Error {}

export class ServerLink {
  readonly node: string
  /** Used for reads alone. */
  readonly isReplica: boolean
  readonly #socket: Socket
  readonly #deprecatesEof: boolean
  readonly #open: Open[] = []
  readonly #onEnd: () => void
  #ended = false
  #isCorked = false

  private constructor(
    { name, isReplica }: ServerAddress,
    socket: Socket,
    deprecatesEof: boolean,
    reader: PacketReader,
    onEnd: () => void,
  ) {
    this.node = name
    this.isReplica = isReplica
    this.#socket = socket
    this.#deprecatesEof = deprecatesEof
    this.#onEnd = onEnd
    socket.removeAllListeners('data')
    socket.on('data', (chunk: Buffer) => reader.feed(chunk, (packet) => this.#take(packet)))
    socket.once('close', () => this.#end())
  }

  /** Rejects with LinkRefused, nothing left open. `onEnd` is called once when an open link ends, by whomever. */
  static open(node: ServerAddress, options: LoginOptions, onEnd: () => void): Promise<ServerLink> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: node.host, port: node.port, noDelay: true })
      const login = new ServerLogin(options)
      const reader = new PacketReader()
      const fail = (message: string) => {
        clearTimeout(timer)
        socket.destroy()
        reject(new LinkRefused(`${node.name}: ${message}`))
      }
      const timer = setTimeout(() => fail(`no login within ${CONNECT_TIMEOUT_MS} ms`), CONNECT_TIMEOUT_MS)
      const onClose = () => fail('the connection was closed during the login')
      socket.on('error', (error) => fail(error.message))
      socket.once('close', onClose)
      socket.on('data', (chunk: Buffer) =>
        reader.feed(chunk, (bytes) => {
          const step = login.take(bytes)
          if (step.kind === 'send') socket.write(step.packet)
          else if (step.kind === 'refused') fail(step.message)
          else if (step.kind === 'in') {
            clearTimeout(timer)
            socket.removeListener('close', onClose)
            const deprecatesEof = (login.capabilities & CLIENT.DEPRECATE_EOF) !== 0
            resolve(new ServerLink(node, socket, deprecatesEof, reader, onEnd))
          }
        }),
      )
    })
  }

  get isOpen(): boolean {
    return !this.#ended && !this.#socket.destroyed
  }

  /** `packets`: one command, in as many packets as it needs. */
  command(packets: Buffer, shape: Shape, onPacket: OnPacket = ignore): Promise<Answered> {
    return new Promise((resolve) => {
      if (!this.isOpen) {
        resolve({ kind: 'lost', wasSent: false })
        return
      }
      this.#open.push({ response: new Response(shape, this.#deprecatesEof), onPacket, done: resolve })
      this.#write(packets)
    })
  }

  /** A command that is never answered. */
  tell(packets: Buffer): void {
    if (this.isOpen) this.#write(packets)
  }

  /** What is said within one turn leaves with one system call: that is the dearest part of passing on a statement. */
  #write(packets: Buffer): void {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      process.nextTick(uncork, this)
    }
    this.#socket.write(packets)
  }

  /** The runtime's. */
  uncork(): void {
    this.#isCorked = false
    this.#socket.uncork()
  }

  /** A slow client must not fill our memory with a server's rows. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
    this.#end()
  }

  #take(packet: Buffer): void {
    const open = this.#open[0]
    // Its last words, which nobody has asked for: that it shuts down. The end of the connection follows.
    if (open === undefined) return
    const isLast = open.response.take(packet) && !isContinued(packet)
    if (isLast) this.#open.shift()
    open.onPacket(packet, isLast, open.response.tookOk)
    if (isLast) open.done({ kind: 'answered', response: open.response })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    // Whatever was written may have been read.
    for (const open of this.#open.splice(0)) open.done({ kind: 'lost', wasSent: true })
    this.#onEnd()
  }
}

function uncork(link: ServerLink): void {
  link.uncork()
}

function ignore(): void {}
