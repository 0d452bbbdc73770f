/**
 * A process of the simulated system, as the kernel of its machine sees it.
 *
 * A process may be killed and started again, so what happens to it is told to one of its lives: a timer or a message
 * that was meant for an earlier life finds that life dead and is dropped. A paused life keeps what reaches it (timers
 * that fire, messages that arrive) and goes through it, in order, when it is resumed: what SIGSTOP does.
 */

import type { DataPool } from '../mysql/data-pool.ts'
import type { Call } from './call.ts'

type Action = (argument: unknown) => void

/** Somebody at the other end of a connection: told by the dead process's kernel, not by the process. */
export interface Peer {
  /** The life that held this end of the connection is over. */
  connectionReset(): void
}

export class Life {
  readonly process: SimProcess
  /** Alive and not paused. */
  running = true
  alive = true
  /** Was asked to end, and has not ended yet. */
  stopping = false
  /** Requests that were sent to this life and are not answered. */
  readonly open: Call[] = []
  readonly peers: Set<Peer> = new Set()
  /** Its connections for clients' statements, by the server's index. */
  readonly pools: (DataPool | undefined)[] = []
  /** Answers requests; null while nobody listens (a server that boots): connections are refused. */
  handler: ((call: Call) => void) | null = null
  readonly #kept: { readonly action: Action; readonly argument: unknown }[] = []

  constructor(process: SimProcess) {
    this.process = process
  }

  /**
   * Asked first by every event that belongs to this life: true means it must not happen now. A dead life drops it,
   * a paused one has it run again at the resume.
   */
  holdsBack<A>(action: (argument: A) => void, argument: A): boolean {
    if (this.running) return false
    if (this.alive) this.#kept.push({ action: action as Action, argument })
    return true
  }

  pause(): void {
    this.running = false
  }

  resume(): void {
    this.running = true
    // What runs here may pause or kill this life again: the rest is then kept, or dropped.
    const kept = this.#kept.splice(0)
    for (const { action, argument } of kept) if (!this.holdsBack(action, argument)) action(argument)
  }

  end(): void {
    this.alive = false
    this.running = false
    this.handler = null
    this.#kept.length = 0
  }
}

export interface ProcessOptions {
  readonly local?: boolean
  readonly datagrams?: boolean
  readonly pooled?: boolean
}

export class SimProcess {
  readonly name: string
  readonly index: number
  /** Beside the coordinator on its own machine (journal, supervisor): no network lies between, nothing can cut it. */
  readonly local: boolean
  /** What is sent to it and from it are single messages, which may be lost or repeated; all others use TCP. */
  readonly datagrams: boolean
  /** Each request to it has a connection of its own, as from a pool; all others share the caller's one. */
  readonly pooled: boolean
  life: Life | null = null

  constructor(name: string, index: number, options?: ProcessOptions) {
    this.name = name
    this.index = index
    this.local = options?.local ?? false
    this.datagrams = options?.datagrams ?? false
    this.pooled = options?.pooled ?? false
  }

  get state(): 'up' | 'paused' | 'down' {
    return this.life === null ? 'down' : this.life.running ? 'up' : 'paused'
  }

  start(): Life {
    if (this.life !== null) throw new Error(`assertion: ${this.name} is started while it lives`)
    this.life = new Life(this)
    return this.life
  }

  /** SIGKILL. Whoever is connected learns it from the kernel, over the network. */
  kill(): void {
    const { life } = this
    if (life === null) throw new Error(`assertion: ${this.name} is killed while it is dead`)
    this.life = null
    life.end()
    for (const call of life.open.slice()) call.lose()
    for (const peer of [...life.peers]) peer.connectionReset()
    life.peers.clear()
  }
}
