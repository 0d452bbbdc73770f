/**
 * The data connections to one server. Statements wait in a queue; connections are opened on demand, up to `size`, and
 * dropped the moment they break. Nobody waits behind a dead server: when a connection attempt fails and no other
 * connection is left, everything that waits fails with the same reason.
 */
import type { Pending } from '../../algorithms/world.ts'
import { type Endpoint, MysqlConnection, type StatementDone } from './connection.ts'
import { CLOSED, DEADLINE_UNSENT, type Failure } from './failure.ts'

export class ConnectionPool {
  readonly #endpoint: Endpoint
  readonly #setup: string
  readonly #size: number
  /** The most recently used is on top: its buffers and the server's caches are warm. */
  readonly #idle: MysqlConnection[] = []
  readonly #all = new Set<MysqlConnection>()
  readonly #waiting = new Set<Job>()
  #opening = 0
  #closed = false

  constructor(endpoint: Endpoint, setup: string, size: number) {
    this.#endpoint = endpoint
    this.#setup = setup
    this.#size = size
  }

  /** Run one SQL text on any connection. Abandoning destroys the connection if it is in flight. */
  submit(sql: string, deadlineUs: number, done: StatementDone): Pending {
    const job = new Job(this, sql, deadlineUs / 1000, done)
    if (this.#closed) done(CLOSED, undefined)
    else {
      const connection = this.#idle.pop()
      if (connection !== undefined) job.start(connection)
      else {
        job.expectConnection()
        this.#waiting.add(job)
        this.#openForWaiting()
      }
    }
    return job
  }

  /** Open up to `count` connections ahead of need, so that the first statements do not pay for the handshake. */
  warm(count: number): void {
    for (let have = this.#all.size; have < Math.min(count, this.#size); have++) this.#open()
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#all) connection.destroy()
    this.#all.clear()
    this.#idle.length = 0
    this.#failWaiting(CLOSED)
  }

  /** For jobs: this one will never run. */
  forget(job: Job): void {
    this.#waiting.delete(job)
  }

  /** For jobs: the connection has answered (or broken) and is free. */
  release(connection: MysqlConnection): void {
    if (!connection.alive) return
    const next = this.#waiting.values().next()
    if (next.done === true) {
      this.#idle.push(connection)
      return
    }
    this.#waiting.delete(next.value)
    next.value.start(connection)
  }

  /** For jobs: the connection was destroyed under its statement. */
  drop(connection: MysqlConnection): void {
    connection.destroy()
    this.#all.delete(connection)
    this.#openForWaiting()
  }

  #openForWaiting(): void {
    while (this.#opening < this.#waiting.size && this.#all.size < this.#size && !this.#closed) this.#open()
  }

  #open(): void {
    this.#opening++
    let ready = false
    const connection: MysqlConnection = new MysqlConnection(
      this.#endpoint,
      this.#setup,
      (opened) => {
        ready = true
        this.#opening--
        this.release(opened)
      },
      (dead, failure) => {
        this.#all.delete(dead)
        if (ready) {
          const index = this.#idle.indexOf(dead)
          if (index >= 0) this.#idle.splice(index, 1)
          this.#openForWaiting()
          return
        }
        this.#opening--
        if (this.#all.size === this.#opening) this.#failWaiting(failure)
      },
    )
    this.#all.add(connection)
  }

  #failWaiting(failure: Failure): void {
    const jobs = [...this.#waiting]
    this.#waiting.clear()
    for (const job of jobs) job.fail(failure)
  }
}

/** One statement on its way: waiting, in flight, or over. */
class Job implements Pending {
  readonly #pool: ConnectionPool
  readonly #sql: string
  readonly #deadlineMs: number
  #done: StatementDone | null
  #connection: MysqlConnection | null = null
  #queuedAtMs = 0
  #timer: NodeJS.Timeout | null = null

  constructor(pool: ConnectionPool, sql: string, deadlineMs: number, done: StatementDone) {
    this.#pool = pool
    this.#sql = sql
    this.#deadlineMs = deadlineMs
    this.#done = done
  }

  expectConnection(): void {
    this.#queuedAtMs = performance.now()
    this.#timer = setTimeout(() => {
      this.#pool.forget(this)
      this.fail(DEADLINE_UNSENT)
    }, Math.ceil(this.#deadlineMs))
  }

  start(connection: MysqlConnection): void {
    let leftMs = this.#deadlineMs
    if (this.#timer !== null) {
      clearTimeout(this.#timer)
      leftMs = Math.max(1, leftMs - (performance.now() - this.#queuedAtMs))
    }
    this.#connection = connection
    connection.run(this.#sql, leftMs, (failure, result) => {
      const done = this.#done
      this.#done = null
      this.#connection = null
      // First the connection, then the answer: the answer may well submit the next statement.
      this.#pool.release(connection)
      done?.(failure, result)
    })
  }

  fail(failure: Failure): void {
    const done = this.#done
    this.#done = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    done?.(failure, undefined)
  }

  abandon(): void {
    if (this.#done === null) return
    this.#done = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#connection !== null) this.#pool.drop(this.#connection)
    else this.#pool.forget(this)
  }
}
