/** One MySQL server of a run on containers: its container, its folders on this machine, and what is seen of both. */
import { readdirSync, readFileSync } from 'node:fs'
import { appendFile, copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, createConnection } from 'mysql2/promise'
import type { Accounts, NodeAddress } from '../../mysql/target.ts'
import { binlogFiles } from '../binlog.ts'
import type { Clonable } from '../clone-instance.ts'
import { endedText } from '../death.ts'
import { monotonicUs, type Usage, type Witness } from '../driver.ts'
import { EnvironmentError } from '../environment-error.ts'
import { describeGreeting, greet } from '../greeting.ts'
import { folderForIdentity, type IdentityFiles, identitiesIn } from '../identities.ts'
import { machineUsage } from '../local/process-table.ts'
import type { Container } from './container.ts'
import { controlFolder, type Folders } from './project.ts'

const READY_DEADLINE_MS = 90_000
const CONNECT_RETRY_MS = 20
const GREETING_DEADLINE_MS = 150

export class DockerNode implements Clonable {
  readonly address: NodeAddress
  /** Its host name, and its folder in the control volume. */
  readonly host: string
  readonly container: Container
  /** The server's data directory, as seen from outside. */
  readonly data: string
  /** Binlogs of data that was thrown away by a rebuild. */
  readonly oldBinlogs: string
  readonly #control: string
  readonly #accounts: Accounts

  constructor(address: NodeAddress, host: string, container: Container, accounts: Accounts, folders: Folders) {
    this.address = address
    this.host = host
    this.container = container
    this.data = join(folders.data, address.name, 'mysql')
    this.oldBinlogs = join(folders.data, address.name, 'old-binlogs')
    this.#control = controlFolder(folders, host)
    this.#accounts = accounts
  }

  /** Settles when the server answers a query. `signal`: the run is over. */
  async start(signal: AbortSignal): Promise<void> {
    await this.container.start()
    await this.untilAnswering(signal)
  }

  async untilAnswering(signal: AbortSignal): Promise<void> {
    const end = performance.now() + READY_DEADLINE_MS
    for (;;) {
      signal.throwIfAborted()
      if (this.container.state === 'gone')
        throw new EnvironmentError(`${this.address.name} ended at its start (${endedText(this.container.lastEnd)})`, {
          ...{ kind: 'ended', subject: this.address.name },
          advice: `Its last words are in the logs folder of the result.`,
        })
      try {
        const connection = await this.connect()
        await connection.query('SELECT 1')
        await connection.end()
        return
      } catch (error) {
        if (performance.now() > end)
          throw new EnvironmentError(`${this.address.name} did not answer within ${READY_DEADLINE_MS / 1_000} s`, {
            ...{ cause: error, kind: 'stalled', subject: this.address.name },
            advice: 'The machine may be too busy or its disk too slow: fewer servers ask less of it.',
          })
      }
      await delay(CONNECT_RETRY_MS)
    }
  }

  /** An administrator's connection of its own. The caller ends it. */
  connect(): Promise<Connection> {
    const { host, adminPort: port } = this.address
    return createConnection({
      host,
      port,
      ...this.#accounts.admin,
      database: 'quorumlab',
      connectTimeout: 2_000,
      rowsAsArray: true,
      supportBigNumbers: true,
    })
  }

  /** A word for the shell loop that keeps the server: see compose/mysql/server.sh. */
  async renew(): Promise<void> {
    await appendFile(join(this.#control, 'commands'), 'renew\n')
  }

  /** Before its data are thrown away. */
  async keepBinlogs(): Promise<void> {
    const kept = await folderForIdentity(this, String(monotonicUs()))
    for (const path of await binlogFiles(this.data)) await copyFile(path, join(kept, basename(path)))
  }

  identities(): Promise<readonly IdentityFiles[]> {
    return identitiesIn(this)
  }

  async witness(): Promise<Witness> {
    const { state, sinceUs, lastEnd } = this.container
    const { host, port } = this.address
    const greeting = await greet(host, port, GREETING_DEADLINE_MS)
    const what =
      state === 'gone'
        ? `container gone (${endedText(lastEnd)})`
        : state === 'paused'
          ? 'container paused'
          : 'container runs'
    return {
      alive: state === 'running' && greeting.kind === 'greeting',
      process: state === 'paused' ? 'stopped' : state,
      text: `${what}; ${describeGreeting(greeting)}`,
      seenUs: state === 'gone' ? sinceUs : monotonicUs(),
    }
  }

  /** Of mysqld, as this machine sees it; null: there is none, or it cannot be seen. */
  get serverPid(): number | null {
    return this.container.pid === null ? null : serverBelow(this.container.pid)
  }

  usage(): Usage {
    return machineUsage(this.serverPid ?? undefined)
  }
}

/** mysqld is the child of a child of the loop; null: it cannot be seen from here. */
function serverBelow(pid: number): number | null {
  try {
    if (/^mysqld$/m.test(readFileSync(`/proc/${pid}/comm`, 'latin1'))) return pid
    for (const task of readdirSync(`/proc/${pid}/task`))
      for (const child of readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ')) {
        const found = child.trim() === '' ? null : serverBelow(Number(child))
        if (found !== null) return found
      }
  } catch {
    // It has ended, or this system shows no such thing.
  }
  return null
}
