/**
 * One connection to one MySQL server, one statement at a time.
 *
 * mysql2 does the protocol; this adds the three things that outcomes depend on: a deadline that destroys the
 * connection (a statement that is given up may still run, so nobody may reuse its connection), a socket that is ours
 * to destroy at once (mysql2's own close waits for the peer), and failures in our words. This is the hot path: callbacks.
 *
 * The socket is read here, and what it brings is passed on to mysql2, except while an INSERT of ours is in flight.
 */
import { connect, type Socket } from 'node:net'
import * as mysql2 from 'mysql2'
import { type Connection, createConnection, type FieldPacket } from 'mysql2'
import { NOTHING_TOLD } from '../../algorithms/told.ts'
import { DeadlineTimer } from '../transport/deadline-timer.ts'
import { readInto } from '../transport/read-buffer.ts'
import type { Exchange, ServerError, Step } from './exchange.ts'
import {
  CLOSED,
  connectFailure,
  DEADLINE_IN_FLIGHT,
  errnoOf,
  type Failure,
  serverError,
  statementFailure,
} from './failure.ts'
import { executePacket, type IntegerValues, packetLength, queryPacket, readInsertAnswer } from './insert-packets.ts'

/**
 * mysql2 keeps the parsers of the latest 15,000 sets of columns that it has met, some kilobytes each. Clients' own SQL has
 * as many as there are texts. (Its types do not know of the setting.)
 */
const KEPT_PARSERS = 500
;(mysql2 as unknown as { setMaxParserCache(most: number): void }).setMaxParserCache(KEPT_PARSERS)

export interface Account {
  readonly user: string
  readonly password: string
}

export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly account: Account
}

/** What each new connection of a pool is told before its first statement; texts may be empty. */
export interface ConnectionSetup {
  readonly sql: string
  /** The INSERT that values are for. */
  readonly insert: string
  readonly database: string
  /** Reads what a client's connection is told (told.ts), as two columns. */
  readonly told: string
  /** May a text hold several, for texts of our own? */
  readonly severalStatements: boolean
}

export const NO_SETUP: ConnectionSetup = { sql: '', insert: '', database: '', told: '', severalStatements: true }

/** SQL text, the values of the prepared INSERT, or what begins an exchange. */
export type Work = string | IntegerValues | (() => Exchange<unknown>)

/**
 * `result`: what mysql2 gives for a text (rows are arrays, an entry for each of several statements); a Gtid or null for
 * values; an exchange's outcome.
 */
export type StatementDone = (failure: Failure | null, result: unknown) => void

const CONNECT_TIMEOUT_MS = 1_000
/** Remembered by each connection; the server keeps 16,000 for all of them together. */
const PREPARED_STATEMENTS = 32

/** mysql2's type declares neither. */
interface Prepared {
  readonly id: number
  /** One for each placeholder. */
  readonly parameters: readonly unknown[]
}

/** As the server says it of too few; too many would be cut off. */
const WRONG_COUNT: ServerError = { errno: 1210, sqlState: 'HY000', message: 'Not as many values as placeholders' }

export class MysqlConnection {
  readonly #socket: Socket
  readonly #mysql: Connection
  readonly #onDead: (connection: MysqlConnection, failure: Failure) => void
  #state: 'connecting' | 'idle' | 'busy' | 'dead' = 'connecting'
  #done: StatementDone | null = null
  #dueMs = 0
  readonly #deadline = new DeadlineTimer((nowMs) => this.#expire(nowMs))
  #insertId = 0
  told = NOTHING_TOLD
  #inserting = false
  /** A text was sent ahead of a statement of mysql2's, which does not know of it. */
  #isAhead = false
  /** The beginning of an answer of ours whose end has not arrived. */
  #partial: Buffer | null = null

  /**
   * Connects, does what `setup` says, then calls `onReady`. `onDead` is called exactly once in the connection's life,
   * at whichever point that is, unless `destroy()` ended it.
   */
  constructor(
    endpoint: Endpoint,
    setup: ConnectionSetup,
    onReady: (connection: MysqlConnection) => void,
    onDead: (connection: MysqlConnection, failure: Failure) => void,
  ) {
    this.#onDead = onDead
    const onread = readInto((bytes) => this.#receive(bytes))
    this.#socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true, onread })
    // After a destroy mysql2 no longer listens; an error of the dying socket must not become an exception.
    this.#socket.on('error', () => {})
    this.#mysql = createConnection({
      stream: this.#socket,
      user: endpoint.account.user,
      password: endpoint.account.password,
      connectTimeout: CONNECT_TIMEOUT_MS,
      database: setup.database,
      multipleStatements: setup.severalStatements,
      rowsAsArray: true,
      maxPreparedStatements: PREPARED_STATEMENTS,
      dateStrings: true,
      jsonStrings: true,
      // A BIGINT beyond 2^53-1 comes as text: its reader refuses it by name (exact-integer.ts) instead of a neighbour.
      supportBigNumbers: true,
      // Rows that a statement found as it would have them are not affected.
      flags: ['SESSION_TRACK', '-CLIENT_QUERY_ATTRIBUTES', '-FOUND_ROWS'],
    })
    this.#mysql.on('error', (error: Error) => this.#die(this.#failureOf(error)))
    this.#socket.once('close', () => this.#die(this.#failureOf(new Error('closed'))))
    this.#mysql.once('connect', () => this.#runSetup(setup, onReady))
  }

  #runSetup(setup: ConnectionSetup, onReady: (connection: MysqlConnection) => void): void {
    const then = (next: () => void) => (error: unknown) => {
      if (this.#state !== 'connecting') return
      if (error !== null) this.#die(connectFailure(error))
      else next()
    }
    const ready = then(() => {
      this.#state = 'idle'
      onReady(this)
    })
    const beTold = then(() => {
      if (setup.told === '') return ready(null)
      this.#mysql.query(setup.told, (error: unknown, rows: unknown) => {
        const [promised, receipts] = (rows as unknown[][] | undefined)?.[0] ?? []
        if (error === null) this.told = { promised: Number(promised), receipts: Number(receipts) }
        ready(error)
      })
    })
    const prepare = then(() => {
      if (setup.insert === '') return beTold(null)
      this.#mysql.prepare(setup.insert, (error, statement) => {
        if (error === null) this.#insertId = (statement as unknown as Prepared).id
        beTold(error)
      })
    })
    if (setup.sql === '') prepare(null)
    else this.#mysql.query(setup.sql, prepare)
  }

  get alive(): boolean {
    return this.#state === 'idle' || this.#state === 'busy'
  }

  /** The server's name for this connection, to KILL it by. */
  get threadId(): number {
    return this.#mysql.threadId ?? 0
  }

  /** `done` is called once, not at all after `destroy()`. On failures other than a refusal the connection is dead. */
  run(work: Work, timeoutMs: number, done: StatementDone): void {
    if (this.#state === 'dead') {
      done(CLOSED, undefined)
      return
    }
    if (this.#state !== 'idle') throw new Error(`assertion: a statement on a connection that is ${this.#state}`)
    this.#state = 'busy'
    this.#done = done
    this.#dueMs = performance.now() + timeoutMs
    this.#deadline.cover(this.#dueMs)
    if (typeof work === 'function') this.#begin(work())
    else if (typeof work === 'string')
      this.#mysql.query(work, (error: unknown, result: unknown) => {
        if (this.#state === 'busy') this.#answer(error === null ? null : statementFailure(error), result)
      })
    else {
      this.#inserting = true
      this.#socket.write(executePacket(this.#insertId, work))
    }
  }

  #begin(exchange: Exchange<unknown>): void {
    const proceed = (next: IteratorResult<Step, unknown>) => {
      if (next.done === true) {
        this.#answer(null, next.value)
        return
      }
      const { text, parameters, ahead } = next.value
      const heard = (error: unknown, result: unknown, fields?: readonly FieldPacket[]) => {
        if (this.#state !== 'busy') return
        const refusal = error === null ? null : serverError(error)
        if (error !== null && refusal === null) this.#die(statementFailure(error))
        else proceed(exchange.next({ error: refusal, result, columns: columnsOf(fields) }))
      }
      this.#socket.cork()
      if (ahead !== '') this.#sendAhead(ahead)
      if (parameters.length === 0) this.#mysql.query(text, heard)
      else
        this.#mysql.prepare(text, (error, statement) => {
          if (error !== null) heard(error, undefined)
          else if ((statement as unknown as Prepared).parameters.length !== parameters.length)
            heard(WRONG_COUNT, undefined)
          else statement.execute(parameters, heard)
        })
      this.#socket.uncork()
    }
    proceed(exchange.next())
  }

  /** The server answers one after the other, so what comes first is for this one: see `#receive`. */
  #sendAhead(text: string): void {
    this.#isAhead = true
    this.#socket.write(queryPacket(text))
  }

  /** Drop the connection with whatever is in flight on it. No callback is called any more. */
  destroy(): void {
    this.#state = 'dead'
    this.#done = null
    this.#deadline.stop()
    this.#mysql.destroy()
    this.#socket.destroy()
  }

  #receive(bytes: Buffer): void {
    if (!this.#inserting && !this.#isAhead) {
      // mysql2 keeps what it cannot read yet.
      this.#socket.emit('data', Buffer.from(bytes))
      return
    }
    const arrived = this.#partial === null ? bytes : Buffer.concat([this.#partial, bytes])
    const length = packetLength(arrived)
    if (length === 0) {
      this.#partial = Buffer.from(arrived)
      return
    }
    this.#partial = null
    if (this.#isAhead) {
      this.#isAhead = false
      const { errno, sqlState, message } = readInsertAnswer(arrived)
      if (errno !== 0) this.#die(statementFailure({ errno, sqlState, message }))
      else if (length < arrived.length) this.#socket.emit('data', Buffer.from(arrived.subarray(length)))
      return
    }
    this.#inserting = false
    const { errno, sqlState, message, gtid } = readInsertAnswer(arrived)
    // More than one answer: the server's last words, which mysql2 knows how to read.
    if (length < arrived.length) this.#socket.emit('data', Buffer.from(arrived.subarray(length)))
    if (this.#state === 'busy') this.#answer(errno === 0 ? null : statementFailure({ errno, sqlState, message }), gtid)
  }

  #answer(failure: Failure | null, result: unknown): void {
    if (failure !== null && errnoOf(failure.why) === 0) {
      this.#die(failure)
      return
    }
    const done = this.#done!
    this.#state = 'idle'
    this.#done = null
    done(failure, result)
  }

  /** For the deadline's timer. */
  #expire(nowMs: number): number {
    if (this.#state !== 'busy') return Number.POSITIVE_INFINITY
    if (this.#dueMs > nowMs) return this.#dueMs
    this.#die(DEADLINE_IN_FLIGHT)
    return Number.POSITIVE_INFINITY
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

/** mysql2 has an entry for each column of a statement's rows; of several statements, one for each, undefined without rows. */
function columnsOf(fields: readonly (FieldPacket | undefined)[] = []): readonly string[] {
  return fields.flatMap((field) => (field === undefined ? [] : [field.name]))
}
