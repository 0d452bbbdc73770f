/** One connection through the proxy: from the socket that an opener has opened to the one that reaches the acceptor. */
import { connect, type Socket } from 'node:net'
import type { Agenda } from './agenda.ts'
import { Pipe } from './pipe.ts'
import type { SharedLink } from './shared-link.ts'

/** What the opener may have sent before it is connected. */
const MOST_EARLY_BYTES = 1_048_576

/** Where it leads to, and by which links. */
export interface Way {
  /** The address to come from; null: whichever. */
  readonly from: string | null
  readonly host: string
  readonly port: number
  readonly there: SharedLink
  readonly back: SharedLink
}

/**
 * The opener's system has connected already when the proxy hears of it, whatever the links are like: so the connection is
 * silent until both directions are whole, and until a SYN and its answer would have been under way.
 */
export class Connection {
  readonly #opener: Socket
  readonly #way: Way
  readonly #agenda: Agenda
  #acceptor: Socket | null = null
  #early: Buffer[] = []
  #isOpening = false

  constructor(opener: Socket, way: Way, agenda: Agenda) {
    this.#opener = opener
    this.#way = way
    this.#agenda = agenda
    opener.on('error', () => {})
    opener.on('data', this.#keep)
    opener.on('end', this.#giveUp)
    opener.on('close', this.#giveUp)
    way.there.concerns(this)
    way.back.concerns(this)
    if (way.there.cut === 'reset' || way.back.cut === 'reset') this.reset()
    else this.healed()
  }

  /** For the links: the way may be whole. */
  healed(): void {
    const { there, back } = this.#way
    if (this.#isOpening || there.cut !== null || back.cut !== null) return
    this.#isOpening = true
    const ms = there.delayMs() + back.delayMs()
    if (ms === 0) this.#connect()
    else this.#agenda.after(ms, () => this.#connect())
  }

  /** For the links: it is reset, and so would be the next. */
  reset(): void {
    this.#forget()
    if (!this.#opener.destroyed) this.#opener.resetAndDestroy()
    if (this.#acceptor?.destroyed === false) this.#acceptor.resetAndDestroy()
  }

  readonly #keep = (chunk: Buffer): void => {
    this.#early.push(chunk)
    if (this.#early.reduce((bytes, { length }) => bytes + length, 0) > MOST_EARLY_BYTES) this.#opener.pause()
  }

  /** The opener has given up before it was connected. (Nobody here half-closes a connection that is not open yet.) */
  readonly #giveUp = (): void => {
    this.#forget()
    this.#opener.destroy()
    this.#acceptor?.destroy()
  }

  #forget(): void {
    this.#way.there.forget(this)
    this.#way.back.forget(this)
  }

  #connect(): void {
    if (this.#opener.destroyed) return
    const { from, host, port, there, back } = this.#way
    const acceptor = connect({
      ...{ host, port, noDelay: true, allowHalfOpen: true },
      ...(from === null ? {} : { localAddress: from }),
    })
    this.#acceptor = acceptor
    acceptor.on('error', () => {})
    // Refused there, refused here: as near as a connection that is open already can come to it.
    const refused = () => this.reset()
    acceptor.once('close', refused)
    acceptor.once('connect', () => {
      acceptor.off('close', refused)
      const opener = this.#opener
      this.#forget()
      opener.off('data', this.#keep).off('end', this.#giveUp).off('close', this.#giveUp)
      const reset = () => this.reset()
      const forth = new Pipe(opener, acceptor, there, this.#agenda, reset)
      new Pipe(acceptor, opener, back, this.#agenda, reset)
      for (const chunk of this.#early.splice(0)) forth.take(chunk)
      opener.resume()
    })
  }
}
