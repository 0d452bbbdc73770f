/**
 * The witness of links: connections of the harness with itself that lead over a path like those of the run, looked at in
 * one direction at a time. What the fault believes to have done plays no part in it.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicUs } from '../drivers/driver.ts'

/** Both ends of one connection; `opener` is the one that entered the path. */
export interface Line {
  readonly opener: Socket
  readonly acceptor: Socket
}

/** From the end that sends. */
export type Direction = 'forth' | 'back'

const NUMBER_BYTES = 8

/** Accepts what the lines lead to, in the place of whoever is at the end of their path. */
export class Witness {
  readonly #server: Server
  readonly #arrivals = new Map<number, (acceptor: Socket) => void>()
  #lines = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (acceptor: Socket) => {
      acceptor.on('error', () => {})
      acceptor.once('data', (first) => {
        acceptor.pause()
        this.#arrivals.get(first.readDoubleBE())?.(acceptor)
      })
    })
  }

  static async listen(bind: string): Promise<Witness> {
    const server = createServer({ noDelay: true, allowHalfOpen: true })
    server.listen(0, bind)
    await once(server, 'listening')
    // It keeps nobody from ending.
    server.unref()
    return new Witness(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Null: no connection within `limitMs`. */
  async open(host: string, port: number, limitMs: number): Promise<Line | null> {
    const number = ++this.#lines
    const opener = connect({ host, port, noDelay: true, allowHalfOpen: true })
    opener.on('error', () => {})
    opener.write(numbered(number))
    const accepted = new Promise<Socket>((resolve) => this.#arrivals.set(number, resolve))
    const refused = new Promise<null>((resolve) => opener.once('close', () => resolve(null)))
    const acceptor = await Promise.race([accepted, refused, sleep(limitMs, null)])
    this.#arrivals.delete(number)
    if (acceptor === null) {
      opener.destroy()
      void accepted.then((late) => late.destroy())
      return null
    }
    opener.unref()
    acceptor.unref()
    return { opener, acceptor }
  }

  close(): void {
    this.#server.close()
  }
}

export function isOpen({ opener, acceptor }: Line): boolean {
  return !opener.destroyed && !acceptor.destroyed && opener.readable && acceptor.readable
}

export function close({ opener, acceptor }: Line): void {
  opener.destroy()
  acceptor.destroy()
}

interface Sending {
  /** CLOCK_MONOTONIC, microseconds. */
  readonly sentUs: number
  /** Null: it did not arrive within the limit. */
  readonly tookUs: number | null
}

/** Sends so many bytes from one end, and waits at the other until the last of them is there. */
export async function send(line: Line, direction: Direction, bytes: number, limitMs: number): Promise<Sending> {
  const [from, to] = direction === 'forth' ? [line.opener, line.acceptor] : [line.acceptor, line.opener]
  const sentUs = monotonicUs()
  const expected = expectedAt(to) + bytes
  awaited.set(to, expected)
  const arrived = new Promise<number>((resolve) => {
    const take = () => {
      if (to.bytesRead < expected) return
      to.off('data', take)
      resolve(monotonicUs())
    }
    to.on('data', take)
    to.resume()
  })
  from.write(Buffer.alloc(bytes))
  const atUs = await Promise.race([arrived, sleep(limitMs, null)])
  return { sentUs, tookUs: atUs === null ? null : atUs - sentUs }
}

/** Ends one direction, and waits until the other end sees it: microseconds, or null. The line is used up. */
export async function end(line: Line, direction: Direction, limitMs: number): Promise<Sending> {
  const [from, to] = direction === 'forth' ? [line.opener, line.acceptor] : [line.acceptor, line.opener]
  const sentUs = monotonicUs()
  const ended = new Promise<number>((resolve) => to.once('end', () => resolve(monotonicUs())))
  to.resume()
  from.end()
  const atUs = await Promise.race([ended, sleep(limitMs, null)])
  return { sentUs, tookUs: atUs === null ? null : atUs - sentUs }
}

/** What a socket will have read when all that was ever sent to it has arrived: what is late is not taken for what was sent now. */
const awaited = new WeakMap<Socket, number>()

function expectedAt(to: Socket): number {
  return awaited.get(to) ?? to.bytesRead
}

function numbered(number: number): Buffer {
  const bytes = Buffer.alloc(NUMBER_BYTES)
  bytes.writeDoubleBE(number)
  return bytes
}
