/**
 * The data connections to one server. Statements wait in a queue; connections are opened on demand, up to `size`, and
 * dropped the moment they break; one that was given up while something ran on it keeps its place until the server is rid
 * of it (left-behind.ts). Nobody waits behind a dead server: when a connection attempt fails and no other
 * connection is left, everything that waits fails with the same reason.
 */
import { NOTHING_TOLD, type Told } from '../../algorithms/told.ts'
import type { Pending } from '../../algorithms/world.ts'
import { DeadlineTimer } from '../transport/deadline-timer.ts'
import { type ConnectionSetup, type Endpoint, MysqlConnection, type StatementDone, type Work } from './connection.ts'
import { CLOSED, DEADLINE_IN_FLIGHT, DEADLINE_UNSENT, type Failure } from './failure.ts'
import { type AskThreads, LeftBehind } from './left-behind.ts'

/** Of each pool; a new source gets as many ahead of need. */
export const KEPT_CONNECTIONS = 8
/**
 * More than these are closed when they have rested for so long, one whenever another comes to rest. A burst leaves one for each
 * of its clients, and everybody waits while a server that is fenced (`offline_mode`) ends them all.
 */
const RESTED_MS = 300

export class ConnectionPool {
  readonly #endpoint: Endpoint
  readonly #setup: ConnectionSetup
  readonly #size: number
  readonly #cutShort: (threadId: number) => void
  /** The most recently used is on top: its buffers and the server's caches are warm. */
  readonly #idle: MysqlConnection[] = []
  /** Since when each of them has had nothing to do. */
  readonly #restsSinceMs = new WeakMap<MysqlConnection, number>()
  readonly #all = new Set<MysqlConnection>()
  readonly #waiting = new Set<Job>()
  readonly #deadlines = new DeadlineTimer((nowMs) => this.#expire(nowMs))
  readonly #leftBehind: LeftBehind | null
  /** What all of its open connections were told: the newest promise of ever, the fewest receipts of now. */
  told: Told = NOTHING_TOLD
  /** Opened before `renew`: each ends with what it is doing. */
  #old: ReadonlySet<MysqlConnection> = new Set()
  #opening = 0
  #closed = false

  /**
   * `cutShort`: told the server's name of a connection that was given up while something ran on it. `askThreads`: where
   * that may go on for long; null: nobody counts them.
   */
  constructor(
    endpoint: Endpoint,
    setup: ConnectionSetup,
    size: number,
    cutShort: (threadId: number) => void = () => {},
    askThreads: AskThreads | null = null,
  ) {
    this.#endpoint = endpoint
    this.#setup = setup
    this.#size = size
    this.#cutShort = cutShort
    this.#leftBehind = askThreads === null ? null : new LeftBehind(askThreads, () => this.#openForWaiting())
  }

  /** Run one statement, or one exchange, on any connection. Abandoning destroys the connection if it is in flight. */
  submit(work: Work, deadlineUs: number, done: StatementDone): Pending {
    const job = new Job(this, work, deadlineUs / 1000, done)
    if (this.#closed) done(CLOSED, undefined)
    else {
      const connection = this.#idle.pop()
      if (connection !== undefined) job.start(connection, job.deadlineMs)
      else {
        job.dueMs = performance.now() + job.deadlineMs
        this.#waiting.add(job)
        this.#deadlines.cover(job.dueMs)
        this.#openForWaiting()
      }
    }
    return job
  }

  /** Open up to `count` connections ahead of need, so that the first statements do not pay for the handshake. */
  warm(count: number): void {
    for (let have = this.#all.size; have < Math.min(count, this.#size); have++) this.#open()
  }

  /** What connections were told holds no longer: those that are open are not used again. */
  renew(): void {
    for (const connection of this.#idle.splice(0)) {
      connection.destroy()
      this.#all.delete(connection)
    }
    this.#old = new Set(this.#all)
    this.#retell()
  }

  close(): void {
    this.#closed = true
    this.#leftBehind?.stop()
    for (const connection of this.#all) connection.destroy()
    this.#all.clear()
    this.#idle.length = 0
    this.#failWaiting(CLOSED)
    this.#deadlines.stop()
  }

  /** For jobs: this one will never run. */
  forget(job: Job): void {
    this.#waiting.delete(job)
  }

  /** For jobs: the connection has answered (or broken) and is free. */
  release(connection: MysqlConnection): void {
    if (!connection.alive) return
    if (this.#old.has(connection)) {
      connection.destroy()
      this.#forget(connection)
      this.#openForWaiting()
      return
    }
    const next = this.#waiting.values().next()
    if (next.done === true) {
      this.#rest(connection)
      return
    }
    this.#waiting.delete(next.value)
    next.value.start(connection, Math.max(1, next.value.dueMs - performance.now()))
  }

  #rest(connection: MysqlConnection): void {
    const nowMs = performance.now()
    this.#restsSinceMs.set(connection, nowMs)
    this.#idle.push(connection)
    const longest = this.#idle[0]!
    if (this.#idle.length <= KEPT_CONNECTIONS || nowMs - this.#restsSinceMs.get(longest)! < RESTED_MS) return
    this.#idle.shift()
    longest.destroy()
    this.#forget(longest)
  }

  /** For jobs: nobody waits for the statement any more. */
  drop(connection: MysqlConnection): void {
    connection.destroy()
    this.#forget(connection)
    this.overran(connection)
    this.#openForWaiting()
  }

  /** For jobs: the deadline passed under the statement, and so the connection is gone. */
  overran(connection: MysqlConnection): void {
    this.#cutShort(connection.threadId)
    this.#leftBehind?.add(connection.threadId)
  }

  #openForWaiting(): void {
    const places = this.#size - (this.#leftBehind?.count ?? 0)
    while (this.#opening < this.#waiting.size && this.#all.size < places && !this.#closed) this.#open()
    if (this.#opening < this.#waiting.size && places < this.#size && !this.#closed) this.#leftBehind!.look()
  }

  #forget(connection: MysqlConnection): void {
    this.#all.delete(connection)
    this.#retell()
  }

  #retell(): void {
    let { promised } = this.told
    let receipts = Number.POSITIVE_INFINITY
    for (const { told, alive } of this.#all)
      if (alive) {
        promised = Math.max(promised, told.promised)
        receipts = Math.min(receipts, told.receipts)
      }
    this.told = { promised, receipts: Number.isFinite(receipts) ? receipts : 0 }
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
        this.#retell()
        this.release(opened)
      },
      (dead, failure) => {
        this.#forget(dead)
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

  /** For the deadlines' timer. */
  #expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const job of this.#waiting) {
      if (job.dueMs > nowMs) nextMs = Math.min(nextMs, job.dueMs)
      else {
        this.#waiting.delete(job)
        job.fail(DEADLINE_UNSENT)
      }
    }
    return nextMs
  }

  #failWaiting(failure: Failure): void {
    const jobs = [...this.#waiting]
    this.#waiting.clear()
    for (const job of jobs) job.fail(failure)
  }
}

/** One statement on its way: waiting, in flight, or over. */
class Job implements Pending {
  readonly deadlineMs: number
  /** Only for one that waits: when it is given up. */
  dueMs = 0
  readonly #pool: ConnectionPool
  readonly #work: Work
  #done: StatementDone | null
  #connection: MysqlConnection | null = null

  constructor(pool: ConnectionPool, work: Work, deadlineMs: number, done: StatementDone) {
    this.#pool = pool
    this.#work = work
    this.deadlineMs = deadlineMs
    this.#done = done
  }

  start(connection: MysqlConnection, leftMs: number): void {
    this.#connection = connection
    connection.run(this.#work, leftMs, (failure, result) => {
      const done = this.#done
      this.#done = null
      this.#connection = null
      // First the connection, then the answer: the answer may well submit the next statement.
      if (failure === DEADLINE_IN_FLIGHT) this.#pool.overran(connection)
      else this.#pool.release(connection)
      done?.(failure, result)
    })
  }

  fail(failure: Failure): void {
    const done = this.#done
    this.#done = null
    done?.(failure, undefined)
  }

  abandon(): void {
    if (this.#done === null) return
    this.#done = null
    if (this.#connection !== null) this.#pool.drop(this.#connection)
    else this.#pool.forget(this)
  }
}
