/**
 * The fault `block-applier`: a session of its own holds LOCK TABLES ... READ on the workload's table, so that the applier's
 * workers wait for it. Reads go on. The coordinator cannot undo it: its STOP REPLICA SQL_THREAD waits behind the lock as
 * well (failover/rules.md section 2). The lock ends with its session: released, or when the server dies.
 */
import { connected } from './admin-session.ts'
import { type Endpoint, type MysqlConnection, NO_SETUP } from './connection.ts'

const DEADLINE_MS = 5_000

/**
 * Column In_use: locks on the table, those of an applier that works off its backlog among them. So the session that took
 * ours must be there as well. (performance_schema.metadata_locks would say more, but the servers run without its
 * instruments.)
 */
const IN_USE = "SHOW OPEN TABLES FROM quorumlab LIKE 'operations'"

export class TableLock {
  readonly #connection: MysqlConnection
  /** Of the session that holds it. */
  readonly sessionId: number

  private constructor(connection: MysqlConnection, sessionId: number) {
    this.#connection = connection
    this.sessionId = sessionId
  }

  static async take(endpoint: Endpoint): Promise<TableLock> {
    const connection = await connected(endpoint, NO_SETUP)
    try {
      const [[sessionId]] = (await run(connection, 'SELECT CONNECTION_ID()')) as [[number]]
      await run(connection, 'LOCK TABLES quorumlab.operations READ')
      return new TableLock(connection, Number(sessionId))
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  /** The server gives the lock back as soon as it notices that the session is gone; asked in words it does so now. */
  async release(): Promise<void> {
    if (this.#connection.alive) await run(this.#connection, 'UNLOCK TABLES').catch(() => {})
    this.#connection.destroy()
  }
}

/** Does the server show the lock? Asked over a connection of its own. */
export async function isTableLocked(endpoint: Endpoint, { sessionId }: TableLock): Promise<boolean> {
  const connection = await connected(endpoint, NO_SETUP)
  try {
    const sessions = `SELECT 1 FROM performance_schema.threads WHERE PROCESSLIST_ID = ${sessionId}`
    const holders = (await run(connection, sessions)) as unknown[]
    if (holders.length === 0) return false
    const [table] = (await run(connection, IN_USE)) as [unknown, unknown, number][]
    return table !== undefined && Number(table[2]) > 0
  } finally {
    connection.destroy()
  }
}

function run(connection: MysqlConnection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.run(sql, DEADLINE_MS, (failure, result) => {
      if (failure === null) resolve(result)
      else reject(new Error(`${sql}: ${failure.reason}`))
    })
  })
}
