/** 100 MB in one transaction, and all that is dirty written at once: the worst moment that a healthy source's disk has. */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Endpoint } from '../../real/mysql/connection.ts'
import type { Facts } from './proof.ts'

const ROWS = 100
/** Of 64 characters each: 1 MiB in a row. */
const REPEATS = 16_384
const FILL = `INSERT INTO proof.large (payload) WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${ROWS})
  SELECT REPEAT(SHA2(CONCAT(i, RAND()), 256), ${REPEATS}) FROM numbers`

export class LargeTransaction {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  static async connect(endpoint: Endpoint): Promise<LargeTransaction> {
    return new LargeTransaction(await open(endpoint))
  }

  async commitAndCheckpoint(): Promise<Facts> {
    const connection = this.#connection
    await connection.query('CREATE DATABASE IF NOT EXISTS proof')
    await connection.query(
      'CREATE TABLE IF NOT EXISTS proof.large (id INT AUTO_INCREMENT PRIMARY KEY, payload LONGTEXT)',
    )
    const before = await this.#checkpoint()
    const beganMs = performance.now()
    await connection.query(FILL)
    const committedMs = performance.now() - beganMs
    // Everything that is dirty is written now, and the checkpoint follows.
    await connection.query('SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0, GLOBAL innodb_max_dirty_pages_pct = 0')
    const [sizes] = await connection.query<RowDataPacket[]>('SELECT SUM(LENGTH(payload)) AS bytes FROM proof.large')
    for (const endMs = performance.now() + 5_000; performance.now() < endMs; ) {
      if ((await this.#checkpoint()) - before >= ROWS * 1e6) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const after = await this.#checkpoint()
    await connection.query(
      'SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT, GLOBAL innodb_max_dirty_pages_pct_lwm = DEFAULT',
    )
    await connection.query('TRUNCATE proof.large')
    return { committedMs, transactionMb: Number(sizes[0]!.bytes) / 1e6, checkpointMovedMb: (after - before) / 1e6 }
  }

  /** Binlogs of a hundred megabytes each would fill the machine: what every server has is not kept. */
  static async purge(endpoint: Endpoint): Promise<void> {
    const connection = await open(endpoint)
    try {
      await connection.query('FLUSH LOCAL BINARY LOGS')
      const [files] = await connection.query<RowDataPacket[]>('SHOW BINARY LOGS')
      await connection.query('PURGE BINARY LOGS TO ?', [files.at(-1)!.Log_name])
    } finally {
      connection.destroy()
    }
  }

  close(): void {
    this.#connection.destroy()
  }

  /** Up to where the redo log is not needed any more, bytes since the server was made. */
  async #checkpoint(): Promise<number> {
    const [rows] = await this.#connection.query<RowDataPacket[]>('SHOW ENGINE INNODB STATUS')
    const text = String(rows[0]!.Status)
    return Number(/Last checkpoint at\s+(\d+)/.exec(text)?.[1] ?? Number.NaN)
  }
}

async function open({ host, port, account }: Endpoint): Promise<Connection> {
  return await createConnection({ host, port, user: account.user, password: account.password })
}
