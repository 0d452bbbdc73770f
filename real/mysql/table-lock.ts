/**
 * The fault `block-applier`: a session of its own holds LOCK TABLES ... READ on the workload's table, so that the applier's
 * workers wait for it. Reads go on. The coordinator cannot undo it: its STOP REPLICA SQL_THREAD waits behind the lock as
 * well (failover/rules.md section 2). The lock ends with its session: released, or when the server dies.
 */
import { connected } from './admin-session.ts'
import { type Endpoint, type MysqlConnection, NO_SETUP } from './connection.ts'

const DEADLINE_MS = 5_000

/**
 * Column In_use: locks on the table. One that is always there is LOCK TABLES; those of the applier come and go.
 * (performance_schema.metadata_locks would say more, but the servers run without its instruments.)
 */
const IN_USE = "SHOW OPEN TABLES FROM quorumlab LIKE 'operations'"
const LOOKS = 5
const LOOK_PAUSE_MS = 3

export class TableLock {
  readonly #connection: MysqlConnection

  private constructor(connection: MysqlConnection) {
    this.#connection = connection
  }

  static async take(endpoint: Endpoint): Promise<TableLock> {
    const connection = await connected(endpoint, NO_SETUP)
    try {
      await run(connection, 'LOCK TABLES quorumlab.operations READ')
    } catch (error) {
      connection.destroy()
      throw error
    }
    return new TableLock(connection)
  }

  /** The server gives the lock back as soon as it notices that the session is gone; asked in words it does so now. */
  async release(): Promise<void> {
    if (this.#connection.alive) await run(this.#connection, 'UNLOCK TABLES').catch(() => {})
    this.#connection.destroy()
  }
}

/** Does any session hold such a lock? Asked over a connection of its own. */
export async function isTableLocked(endpoint: Endpoint): Promise<boolean> {
  const connection = await connected(endpoint, NO_SETUP)
  try {
    for (let look = 0; look < LOOKS; look++) {
      const [table] = (await run(connection, IN_USE)) as [unknown, unknown, number][]
      if (table === undefined || Number(table[2]) === 0) return false
      await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS))
    }
    return true
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
