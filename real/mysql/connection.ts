/**
 * One connection to one MySQL server, one statement at a time.
 *
 * mysql2 does the protocol; this adds the three things that outcomes depend on: a deadline that destroys the
 * connection (a statement that is given up may still run, so nobody may reuse its connection), a socket that is ours
 * to destroy at once (mysql2's own close waits politely for the peer), and failures in our words. Callbacks and no
 * promises: this is the hot path of every write.
 */
import { connect, type Socket } from 'node:net'
import { type Connection, createConnection } from 'mysql2'
import { CLOSED, connectFailure, DEADLINE_IN_FLIGHT, type Failure, statementFailure } from './failure.ts'

export interface Account {
  readonly user: string
  readonly password: string
}

export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly account: Account
}

/** An OK packet, as far as it is used. */
export interface OkPacket {
  readonly affectedRows: number
  readonly stateChanges?: { readonly gtids: readonly string[] }
}
/** Rows are arrays. A multi-statement gives one entry per statement. */
export type Rows = readonly (readonly unknown[])[]

export type StatementDone = (failure: Failure | null, result: unknown) => void

const CONNECT_TIMEOUT_MS = 1_000

export class MysqlConnection {
  readonly #socket: Socket
  readonly #mysql: Connection
  readonly #onDead: (connection: MysqlConnection, failure: Failure) => void
  #state: 'connecting' | 'idle' | 'busy' | 'dead' = 'connecting'
  #done: StatementDone | null = null
  #timer: NodeJS.Timeout | null = null

  /**
   * Connects, runs `setup` (one SQL text, may be empty), then calls `onReady`. `onDead` is called exactly once in the
   * connection's life, at whichever point that is, unless `destroy()` ended it.
   */
  constructor(
    endpoint: Endpoint,
    setup: string,
    onReady: (connection: MysqlConnection) => void,
    onDead: (connection: MysqlConnection, failure: Failure) => void,
  ) {
    this.#onDead = onDead
    this.#socket = connect(endpoint.port, endpoint.host)
    this.#socket.setNoDelay(true)
    // After a destroy mysql2 no longer listens; an error of the dying socket must not become an exception.
    this.#socket.on('error', () => {})
    this.#mysql = createConnection({
      stream: this.#socket,
      user: endpoint.account.user,
      password: endpoint.account.password,
      connectTimeout: CONNECT_TIMEOUT_MS,
      multipleStatements: true,
      rowsAsArray: true,
      dateStrings: true,
      flags: ['SESSION_TRACK'],
    })
    this.#mysql.on('error', (error: Error) => this.#die(this.#failureOf(error)))
    this.#socket.once('close', () => this.#die(this.#failureOf(new Error('closed'))))
    this.#mysql.once('connect', () => {
      if (this.#state !== 'connecting') return
      if (setup === '') {
        this.#state = 'idle'
        onReady(this)
        return
      }
      this.#mysql.query(setup, (error) => {
        if (this.#state !== 'connecting') return
        if (error !== null) {
          this.#die(connectFailure(error))
          return
        }
        this.#state = 'idle'
        onReady(this)
      })
    })
  }

  get alive(): boolean {
    return this.#state === 'idle' || this.#state === 'busy'
  }

  /** The server's name for this connection, to KILL it by. */
  get threadId(): number {
    return this.#mysql.threadId ?? 0
  }

  /** `done` is called once, not at all after `destroy()`. On failures other than a refusal the connection is dead. */
  run(sql: string, timeoutMs: number, done: StatementDone): void {
    if (this.#state === 'dead') {
      done(CLOSED, undefined)
      return
    }
    if (this.#state !== 'idle') throw new Error(`assertion: a statement on a connection that is ${this.#state}`)
    this.#state = 'busy'
    this.#done = done
    this.#timer = setTimeout(() => this.#die(DEADLINE_IN_FLIGHT), Math.ceil(timeoutMs))
    this.#mysql.query(sql, (error: unknown, result: unknown) => {
      if (this.#state !== 'busy') return
      if (error !== null) {
        const failure = statementFailure(error)
        if (failure.errno === 0) this.#die(failure)
        else this.#finish(failure, undefined)
      } else this.#finish(null, result)
    })
  }

  /** Drop the connection with whatever is in flight on it. No callback is called any more. */
  destroy(): void {
    this.#state = 'dead'
    this.#done = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#mysql.destroy()
    this.#socket.destroy()
  }

  #finish(failure: Failure | null, result: unknown): void {
    const done = this.#done!
    clearTimeout(this.#timer!)
    this.#state = 'idle'
    this.#done = null
    this.#timer = null
    done(failure, result)
  }

  #failureOf(error: unknown): Failure {
    return this.#state === 'connecting' ? connectFailure(error) : statementFailure(error)
  }

  #die(failure: Failure): void {
    if (this.#state === 'dead') return
    const done = this.#done
    this.destroy()
    this.#onDead(this, failure)
    done?.(failure, undefined)
  }
}
