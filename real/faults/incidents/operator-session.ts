/** An operator's deeds in SQL: each over a connection of its own on the administrative port. */
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { connected } from '../../mysql/admin-session.ts'
import { type Endpoint, type MysqlConnection, NO_SETUP } from '../../mysql/connection.ts'
import type { Lasting, Operator } from './operator.ts'

const DEADLINE_MS = 10_000
/** A statement that is ended by somebody else. */
const LONG_MS = 600_000
/** When a connection has sent what it was asked for, and not been answered. */
const UNDER_WAY_MS = 20

export class OperatorSession implements Operator {
  readonly #admin: () => Endpoint
  readonly #client: () => Endpoint

  constructor(admin: () => Endpoint, client: () => Endpoint) {
    this.#admin = admin
    this.#client = client
  }

  async isReadOnly(): Promise<boolean> {
    const [[readOnly]] = (await this.#ask('SELECT @@global.read_only')) as [[number]]
    return readOnly === 1
  }

  async openTransaction(): Promise<Lasting> {
    const connection = await connected(this.#client(), NO_SETUP)
    const id = await idOf(connection)
    await run(
      connection,
      'SET SESSION innodb_lock_wait_timeout = 5; BEGIN; SELECT COUNT(*) FROM quorumlab.operations FOR UPDATE',
    )
    return {
      text: async () => {
        const locked = `SELECT trx_state, trx_rows_locked FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = ${id}`
        const [transaction] = (await this.#ask(locked)) as [string, number][]
        if (transaction === undefined) return 'its session was killed'
        return `a transaction is open (${transaction[0].toLowerCase()}, ${transaction[1]} rows locked)`
      },
      end: async () => {
        if (connection.alive) await run(connection, 'ROLLBACK').catch(() => {})
        connection.destroy()
      },
    }
  }

  async insertRows(count: number): Promise<Lasting> {
    const connection = await connected(this.#admin(), NO_SETUP)
    await run(connection, `SET SESSION cte_max_recursion_depth = ${count}`)
    const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`
    const insert = `INSERT INTO quorumlab.operator_rows (filler) ${numbers} SELECT REPEAT('x', 80) FROM numbers`
    const { told, over } = underWay(connection, insert)
    await Promise.race([over, moment()])
    return {
      text: async () => `a statement of ${count} rows is ${told()}`,
      end: async () => {
        await over
        connection.destroy()
      },
    }
  }

  /** A reader's transaction keeps the change from its end, as it does with those that take hours by themselves. */
  async alterTable(): Promise<Lasting> {
    const reader = await connected(this.#admin(), NO_SETUP)
    const changer = await connected(this.#admin(), NO_SETUP)
    const id = await idOf(changer)
    await run(reader, 'BEGIN; SELECT COUNT(*) FROM quorumlab.operator_table')
    const change = `ALTER TABLE quorumlab.operator_table COMMENT = 'changed by ${id} at ${Date.now()}'`
    const { told, over } = underWay(changer, change)
    await moment()
    return {
      text: async () => {
        const state = `SELECT PROCESSLIST_STATE FROM performance_schema.threads WHERE PROCESSLIST_ID = ${id}`
        const [thread] = (await this.#ask(state)) as [string | null][]
        return `a change of a table is ${told()} (${thread?.[0]?.toLowerCase() ?? 'no session'})`
      },
      end: async () => {
        if (reader.alive) await run(reader, 'COMMIT').catch(() => {})
        reader.destroy()
        await over
        changer.destroy()
      },
    }
  }

  async ownTransactions(): Promise<number> {
    const [[uuid, executed]] = (await this.#ask('SELECT @@server_uuid, @@global.gtid_executed')) as [[string, string]]
    return MutableGtidSet.parse(executed).highest(uuid)
  }

  async writeErrantly(): Promise<void> {
    await this.#despiteReadOnly("INSERT INTO quorumlab.operator_rows (filler) VALUES ('errant')")
  }

  async putRow(id: number): Promise<void> {
    await this.#despiteReadOnly(`SET SESSION sql_log_bin = 0; ${insertOf(id)}`)
  }

  async takeRow(id: number): Promise<void> {
    await this.#despiteReadOnly(`SET SESSION sql_log_bin = 0; DELETE FROM quorumlab.operator_rows WHERE id = ${id}`)
  }

  async hasRow(id: number): Promise<boolean> {
    return ((await this.#ask(`SELECT 1 FROM quorumlab.operator_rows WHERE id = ${id}`)) as unknown[]).length > 0
  }

  async insertRow(id: number): Promise<void> {
    await this.#ask(insertOf(id))
  }

  async binlogs(): Promise<readonly [number, number]> {
    const names = ((await this.#ask('SHOW BINARY LOGS')) as [string][]).map(([name]) => name)
    const number = (name: string) => Number(name.slice(name.lastIndexOf('.') + 1))
    return [number(names[0]!), number(names.at(-1)!)]
  }

  /** What a connected replica has still to be sent, MySQL keeps. */
  async purgeBinlogs(): Promise<void> {
    await this.#ask('FLUSH BINARY LOGS')
    const names = (await this.#ask('SHOW BINARY LOGS')) as [string][]
    await this.#ask(`PURGE BINARY LOGS TO '${names.at(-1)![0]}'`)
  }

  async bootWritable(writable: boolean): Promise<void> {
    const settings = ['super_read_only', 'read_only']
    const each = (setting: string) =>
      writable ? `SET PERSIST_ONLY ${setting} = OFF` : `RESET PERSIST IF EXISTS ${setting}`
    await this.#ask(settings.map(each).join('; '))
  }

  async #despiteReadOnly(sql: string): Promise<void> {
    const [[superReadOnly]] = (await this.#ask('SELECT @@global.super_read_only')) as [[number]]
    const text = superReadOnly === 1 ? `SET GLOBAL super_read_only = OFF; ${sql}; SET GLOBAL super_read_only = ON` : sql
    await this.#ask(`SET SESSION lock_wait_timeout = 5; ${text}`)
  }

  async #ask(sql: string): Promise<unknown> {
    const connection = await connected(this.#admin(), NO_SETUP)
    try {
      return await run(connection, sql)
    } finally {
      connection.destroy()
    }
  }
}

function insertOf(id: number): string {
  return `INSERT INTO quorumlab.operator_rows (id, filler) VALUES (${id}, 'by hand')`
}

async function idOf(connection: MysqlConnection): Promise<number> {
  const [[id]] = (await run(connection, 'SELECT CONNECTION_ID()')) as [[number]]
  return Number(id)
}

/** `over`: it was answered, or its connection is gone. */
function underWay(
  connection: MysqlConnection,
  sql: string,
): { readonly told: () => string; readonly over: Promise<void> } {
  let told = 'under way'
  const over = run(connection, sql, LONG_MS).then(
    () => void (told = 'done'),
    (error: Error) => void (told = `given up: ${error.message}`),
  )
  return { told: () => told, over }
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, UNDER_WAY_MS))
}

function run(connection: MysqlConnection, sql: string, deadlineMs: number = DEADLINE_MS): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.run(sql, deadlineMs, (failure, result) => {
      if (failure === null) resolve(result)
      else reject(new Error(`${sql}: ${failure.reason}`))
    })
  })
}
