/** One server of a local cluster: its directory, its ports, and its process (if it has one at the moment). */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, createConnection } from 'mysql2/promise'
import type { Accounts, NodeAddress } from '../../mysql/target.ts'
import { DISK_ADVICE, saysDiskFull, undeclaredDeath } from '../death.ts'
import { monotonicUs, type Witness } from '../driver.ts'
import { EnvironmentError } from '../environment-error.ts'
import { describeGreeting, greet } from '../greeting.ts'
import { leadingFlags, nodeFlags, nodePaths } from './boot-flags.ts'
import type { Mysqld } from './find-mysqld.ts'
import { sqlFile, unlockSql } from './init-sql.ts'
import { adviceFor, MysqldProcess, saysPortBusy } from './mysqld-process.ts'

interface NodeContext {
  readonly mysqld: Mysqld
  /** Words in front of its command. */
  readonly prefix: readonly string[]
  readonly accounts: Accounts
  /** Aborted when the cluster is to be stopped. */
  readonly signal: AbortSignal
  readonly onSpawn: (node: LocalNode) => void
  readonly onAnswering: (node: LocalNode) => void
  readonly onUnexpectedDeath: (death: EnvironmentError) => void
}

/** The port that was held for this server is taken all the same. */
export class PortTaken extends Error {}

/** Where no other port is tried. */
export function portTakenToPeople(error: unknown): unknown {
  return error instanceof PortTaken ? new EnvironmentError(error.message, { cause: error }) : error
}

const READY_DEADLINE_MS = 60_000
const SHUTDOWN_DEADLINE_MS = 30_000
const STATE_DEADLINE_MS = 5_000
const CONNECT_RETRY_MS = 10
const GREETING_DEADLINE_MS = 150

export class LocalNode {
  readonly address: NodeAddress
  readonly directory: string
  readonly serverId: number
  readonly #context: NodeContext
  #process: MysqldProcess | null = null
  #deathIsOurs = false
  /** A fault has made its disk full: it may say so, and end by itself. */
  mayEnd = false
  /** It has done so. */
  hasEnded = false

  constructor(address: NodeAddress, serverId: number, directory: string, context: NodeContext) {
    this.address = address
    this.serverId = serverId
    this.directory = directory
    this.#context = context
  }

  get process(): MysqldProcess | null {
    return this.#process
  }

  get paths() {
    return nodePaths(this.directory)
  }

  /** Starts the server; settles when it answers a query. `first`: its accounts are still locked. */
  async launch(first: boolean): Promise<void> {
    const { mysqld, prefix, accounts, signal } = this.#context
    if (this.#process !== null && this.#process.death === null)
      throw new Error(`assertion: ${this.address.name} is started, but it runs (process ${this.#process.pid})`)
    await mkdir(this.paths.temporary, { recursive: true })
    await rm(this.paths.pidFile, { force: true })
    const flags = [...(await leadingFlags(mysqld.path)), ...nodeFlags({ ...this.address, ...this })]
    const [program, ...words] = [...prefix, mysqld.path, ...flags]
    if (first) {
      await writeFile(this.paths.initFile, sqlFile(unlockSql(accounts)), { mode: 0o600 })
      words.push(`--init-file=${this.paths.initFile}`)
    }
    signal.throwIfAborted()
    const process = await MysqldProcess.spawn(program!, words, {
      directory: this.directory,
      log: this.paths.log,
      pidFile: this.paths.pidFile,
      secrets: Object.values(accounts).map((account) => account.password),
    })
    this.#process = process
    this.#deathIsOurs = false
    this.hasEnded = false
    this.#context.onSpawn(this)
    try {
      await this.#untilAnswering(process)
    } finally {
      if (first) await rm(this.paths.initFile, { force: true })
    }
    this.#context.onAnswering(this)
    void process.dead.then((death) => {
      if (this.#deathIsOurs) return
      if (this.mayEnd) {
        this.hasEnded = true
        return
      }
      this.#context.onUnexpectedDeath(undeclaredDeath(this.address.name, death, process.lastLines()))
    })
  }

  /** On its old port: the others know it by this one, so that it cannot be given another. */
  async restart(attempts: number): Promise<Witness> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.launch(false)
        return await this.witness()
      } catch (error) {
        if (!(error instanceof PortTaken) || attempt === attempts) throw portTakenToPeople(error)
      }
    }
  }

  /** An administrator's connection of its own. The caller ends it. */
  connect(): Promise<Connection> {
    const { host, adminPort: port } = this.address
    return createConnection({
      host,
      port,
      ...this.#context.accounts.admin,
      database: 'quorumlab',
      connectTimeout: 2_000,
      rowsAsArray: true,
      supportBigNumbers: true,
    })
  }

  /** What it has said of the machine since the last look: that its disk is full. Null: nothing. */
  complaint(): EnvironmentError | null {
    const { name } = this.address
    const lastLines = this.#process?.newLines().filter(saysDiskFull) ?? []
    if (lastLines.length === 0 || this.mayEnd) return null
    return new EnvironmentError(`the disk of ${name} is full`, {
      ...{ kind: 'disk-full', subject: name, lastLines, advice: DISK_ADVICE },
    })
  }

  killNow(): void {
    this.#deathIsOurs = true
    this.#process?.signal('SIGKILL')
  }

  async kill(): Promise<Witness> {
    this.killNow()
    await this.#process?.dead
    return this.witness()
  }

  async shutdown(): Promise<Witness> {
    this.#deathIsOurs = true
    const process = this.#process
    // A paused process would not hear it.
    process?.signal('SIGCONT')
    process?.signal('SIGTERM')
    const timer = setTimeout(() => process?.signal('SIGKILL'), SHUTDOWN_DEADLINE_MS)
    await process?.dead
    clearTimeout(timer)
    return this.witness()
  }

  pause(): Promise<Witness> {
    return this.#signalUntil('SIGSTOP', 'stopped')
  }

  resume(): Promise<Witness> {
    return this.#signalUntil('SIGCONT', 'running')
  }

  async witness(): Promise<Witness> {
    const look = this.#process?.look() ?? null
    const seenUs = look === null ? (this.#process?.death?.atUs ?? monotonicUs()) : monotonicUs()
    const greeting = await greet(this.address.host, this.address.port, GREETING_DEADLINE_MS)
    const state = look?.state ?? 'gone'
    const what =
      look === null
        ? `process gone (${this.#process?.death?.how ?? 'never started'})`
        : state === 'stopped'
          ? `process ${look.pid} stopped by a signal`
          : `process ${look.pid} runs`
    return {
      alive: state === 'running' && greeting.kind === 'greeting',
      process: state,
      text: `${what}; ${describeGreeting(greeting)}`,
      seenUs,
    }
  }

  async #signalUntil(signal: 'SIGSTOP' | 'SIGCONT', state: 'stopped' | 'running'): Promise<Witness> {
    this.#process?.signal(signal)
    const end = performance.now() + STATE_DEADLINE_MS
    for (let look = this.#process?.look(); look; look = this.#process?.look()) {
      if (look.state === state) break
      if (performance.now() > end)
        throw new EnvironmentError(
          `${this.address.name}: process ${look.pid} is still not ${state} ${STATE_DEADLINE_MS / 1_000} s after ${signal}`,
          { kind: 'stalled', subject: this.address.name, advice: 'The kernel holds it, which a failing disk does.' },
        )
      await delay(1)
    }
    return this.witness()
  }

  /** Attempts, not a fixed sleep: the first connection that can ask something is the proof. */
  async #untilAnswering(process: MysqldProcess): Promise<void> {
    const end = performance.now() + READY_DEADLINE_MS
    for (;;) {
      this.#context.signal.throwIfAborted()
      if (process.death !== null) throw this.#diedAtStart(process)
      try {
        const connection = await this.connect()
        await connection.query('SELECT 1')
        await connection.end()
        return
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ER_ACCESS_DENIED_ERROR')
          throw new PortTaken(
            `${this.address.name}: something else answers on port ${this.address.adminPort} and does not know our account`,
            { cause: error },
          )
        if (performance.now() > end)
          throw new EnvironmentError(`${this.address.name} did not answer within ${READY_DEADLINE_MS / 1_000} s`, {
            ...{ cause: error, kind: 'stalled', subject: this.address.name, lastLines: process.lastLines() },
            advice:
              'The machine may be too busy or its disk too slow: fewer servers, or --data-dir memory, ask less of it.',
          })
      }
      await Promise.race([process.dead, delay(CONNECT_RETRY_MS)])
    }
  }

  #diedAtStart(process: MysqldProcess): Error {
    const lastLines = process.lastLines()
    const text = lastLines.join('\n')
    const { name } = this.address
    if (saysPortBusy(text)) return new PortTaken(`${name}: port busy\n${text}`)
    const kind = saysDiskFull(text) ? 'disk-full' : 'ended'
    return new EnvironmentError(`mysqld of ${name} died at start (${process.death!.how})`, {
      ...{ kind, subject: name, lastLines, advice: adviceFor(text) },
    })
  }
}
