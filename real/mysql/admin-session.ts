/**
 * The one session that may change a server: it holds GET_LOCK('quorumlab') on the server's administrative port.
 *
 * Opening one takes the lock from whoever has it, by killing the holder: a coordinator that was paused in the middle
 * of a failover finds its session dead when it wakes, and its next command fails. MySQL grants the lock only after
 * the killed session's last statement has ended, so nothing of the old administrator happens after we hold it.
 */
import { failed } from '../../algorithms/reasons/outcomes.ts'
import { type ConnectionSetup, type Endpoint, MysqlConnection, NO_SETUP } from './connection.ts'
import { errnoOf, type Failure } from './failure.ts'
import { WATCH_SETUP } from './state.ts'

export const LOCK = 'quorumlab'
/** What KILL says of a session that is gone already. */
export const UNKNOWN_THREAD = 1094
/** One try for the lock after its holder was killed; then the holder is looked up again. */
const LOCK_TRY_SECONDS = 0.25
/** How long a session of ours that overran its deadline may take to die before we say that it was not seen dead. */
const DEATH_DEADLINE_MS = 1_000

/** Thrown inside the administrative procedures; `administrator.ts` turns it into an outcome. */
export class AdminError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.reason)
    this.failure = failure
  }
}

export class AdminSession {
  /** Of the command that is under way. */
  epoch: number
  readonly #endpoint: Endpoint
  readonly #connection: MysqlConnection
  /** By `performance.now()`: statements of the current command end before this or are killed. */
  #deadlineMs: number
  readonly #onChange: (sql: string) => void
  /** Has the current command sent a statement that changes the server? */
  #changed = false

  private constructor(
    epoch: number,
    endpoint: Endpoint,
    connection: MysqlConnection,
    deadlineMs: number,
    onChange: (sql: string) => void,
  ) {
    this.epoch = epoch
    this.#endpoint = endpoint
    this.#connection = connection
    this.#deadlineMs = deadlineMs
    this.#onChange = onChange
  }

  /** Connects and takes the lock. Throws AdminError; nothing of the server's state has changed then. */
  static async open(
    endpoint: Endpoint,
    epoch: number,
    deadlineMs: number,
    onChange: (sql: string) => void,
  ): Promise<AdminSession> {
    const session = new AdminSession(epoch, endpoint, await connected(endpoint, WATCH_SETUP), deadlineMs, onChange)
    try {
      await session.#takeLock()
    } catch (error) {
      session.close()
      throw error
    }
    return session
  }

  get alive(): boolean {
    return this.#connection.alive
  }

  get changed(): boolean {
    return this.#changed
  }

  beginCommand(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs
    this.#changed = false
  }

  get leftMs(): number {
    return this.#deadlineMs - performance.now()
  }

  /** A statement that reads. Rows; a list of rows for several statements. */
  async ask(sql: string): Promise<unknown> {
    return await run(this.#connection, sql, this.leftMs)
  }

  /** A statement that changes the server: if it fails, the command's outcome is `unknown`. */
  async change(sql: string): Promise<void> {
    // Out of time and nothing sent: the outcome is still `failed`.
    if (this.leftMs <= 0 && !this.#changed) throw new AdminError(failed({ code: 'deadline' }))
    this.#changed = true
    this.#onChange(withoutSecrets(sql))
    await run(this.#connection, sql, this.leftMs)
  }

  /** Drops the connection: the server gives the lock back once it notices. Only with nothing in flight. */
  close(): void {
    this.#connection.destroy()
  }

  /** A statement of this session overran: kill it and wait until the server says that it is gone. */
  async seenDead(): Promise<boolean> {
    const threadId = this.#connection.threadId
    this.#connection.destroy()
    return await seenDead(this.#endpoint, threadId)
  }

  async #takeLock(): Promise<void> {
    while (this.leftMs > 0) {
      const [[granted]] = (await this.ask(`SELECT GET_LOCK('${LOCK}', 0)`)) as [[unknown]]
      if (granted === 1) return
      const [[holder]] = (await this.ask(`SELECT IS_USED_LOCK('${LOCK}')`)) as [[unknown]]
      if (holder !== null) await killThread(this.#connection, Number(holder), this.leftMs)
      const [[waited]] = (await this.ask(`SELECT GET_LOCK('${LOCK}', ${LOCK_TRY_SECONDS})`)) as [[unknown]]
      if (waited === 1) return
    }
    throw new AdminError(failed({ code: 'administrator-locked' }))
  }
}

/** What people may see of a statement. */
function withoutSecrets(sql: string): string {
  return sql.replace(/(PASSWORD\s*=\s*|IDENTIFIED BY\s+)'(?:[^'\\]|\\.|'')*'/gi, "$1'...'")
}

/** True when the server no longer has that session, or there is no server any more. False: it could not be asked. */
async function seenDead(endpoint: Endpoint, threadId: number): Promise<boolean> {
  const deadlineMs = performance.now() + DEATH_DEADLINE_MS
  const leftMs = () => deadlineMs - performance.now()
  let connection: MysqlConnection | null = null
  try {
    connection = await connected(endpoint, NO_SETUP)
    while (leftMs() > 0) {
      await killThread(connection, threadId, leftMs())
      const rows = (await run(
        connection,
        `SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_ID = ${threadId}`,
        leftMs(),
      )) as unknown[]
      if (rows.length === 0) return true
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return false
  } catch (error) {
    if (!(error instanceof AdminError)) throw error
    return error.failure.why.code === 'connection-refused'
  } finally {
    connection?.destroy()
  }
}

async function killThread(connection: MysqlConnection, threadId: number, leftMs: number): Promise<void> {
  try {
    await run(connection, `KILL ${threadId}`, leftMs)
  } catch (error) {
    if (!(error instanceof AdminError) || errnoOf(error.failure.why) !== UNKNOWN_THREAD) throw error
  }
}

export function connected(endpoint: Endpoint, setup: ConnectionSetup): Promise<MysqlConnection> {
  return new Promise((resolve, reject) => {
    new MysqlConnection(endpoint, setup, resolve, (_, failure) => reject(new AdminError(failure)))
  })
}

function run(connection: MysqlConnection, sql: string, leftMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.run(sql, Math.max(1, leftMs), (failure, result) => {
      if (failure === null) resolve(result)
      else reject(new AdminError(failure))
    })
  })
}
