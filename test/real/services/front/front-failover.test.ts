/** The front before a whole cluster whose source dies. */
import assert from 'node:assert/strict'
import { execa } from 'execa'
import type { QueryError, RowDataPacket } from 'mysql2'
import mysql from 'mysql2/promise'
import { PortHolder } from '../../../../real/drivers/local/ports.ts'
import { test } from '../../../support/test.ts'
import { look, RunningSystem } from '../coordinator/running-system.ts'

const CLIENTS = 8

async function withFront(
  body: (system: RunningSystem, options: mysql.ConnectionOptions & { port: number }) => Promise<void>,
): Promise<void> {
  const ports = new PortHolder()
  const port = await ports.takeFree()
  await ports.releaseAll()
  const system = await RunningSystem.start({ mysqlPort: port })
  try {
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    const { user, password } = system.driver.accounts.client
    await body(system, { host: '127.0.0.1', port, user, password, database: 'testdb' })
  } finally {
    await system.stop()
  }
}

/** Inserts, one after another, with a new connection whenever one ends. */
class Writer {
  readonly acknowledged: string[] = []
  readonly errors: string[] = []
  readonly #options: mysql.ConnectionOptions
  readonly #name: string
  #isOver = false

  constructor(options: mysql.ConnectionOptions, name: string) {
    this.#options = options
    this.#name = name
  }

  async run(): Promise<void> {
    let connection: mysql.Connection | null = null
    for (let i = 0; !this.#isOver; i++) {
      const email = `${this.#name}-${i}`
      try {
        if (connection === null) {
          connection = await mysql.createConnection(this.#options)
          connection.on('error', () => {})
        }
        await connection.query('INSERT INTO users (name, email) VALUES (?, ?)', ['writer', email])
        this.acknowledged.push(email)
      } catch (error) {
        const { code, fatal } = error as QueryError
        this.errors.push(code)
        if (!fatal) continue
        connection?.destroy()
        connection = null
      }
    }
    connection?.destroy()
  }

  end(): void {
    this.#isOver = true
  }
}

test('clients that reconnect live through the death of the source, and nothing acknowledged is lost', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  await withFront(async (system, options) => {
    const idle = await mysql.createConnection(options)
    const transaction = await mysql.createConnection(options)
    const prepared = 'SELECT name FROM users WHERE email = ?'
    await idle.query("SET time_zone = '+02:00'")
    await idle.execute(prepared, ['nobody'])
    await transaction.beginTransaction()
    await transaction.query("INSERT INTO users (name, email) VALUES ('open', 'open')")

    const writers = Array.from({ length: CLIENTS }, (_, i) => new Writer(options, `w${i}`))
    const running = writers.map((writer) => writer.run())
    const acknowledged = () => writers.flatMap((writer) => writer.acknowledged)
    await system.until(async () => acknowledged().length > 3 * CLIENTS)
    const [source] = look(await system.get('/status'), 'current_master.id')
    await system.driver.kill(`node${String(source).slice(-1)}`)
    const before = acknowledged().length
    await system.until(async () => acknowledged().length > before + 3 * CLIENTS)
    for (const writer of writers) writer.end()
    await Promise.all(running)

    // The error asks for the whole transaction again: it is certainly rolled back.
    await assert.rejects(transaction.commit(), { errno: 1213, sqlState: '40001' })
    const [zone] = await idle.query<RowDataPacket[]>('SELECT @@time_zone AS zone')
    assert.equal(zone[0]!.zone, '+02:00')
    const [found] = await idle.execute<RowDataPacket[]>(prepared, [acknowledged()[0]!])
    assert.equal(found.length, 1)

    const [rows] = await idle.query<RowDataPacket[]>('SELECT email, timestamp FROM users')
    const held = new Set(rows.map(({ email }) => email as string))
    assert.deepEqual(
      acknowledged().filter((email) => !held.has(email)),
      [],
    )
    assert.ok(!held.has('open'))
    assert.equal(new Set(rows.map(({ timestamp }) => timestamp as number)).size, rows.length)
    // Nothing but ends of connections, and refusals of what was not done.
    const told = new Set(writers.flatMap((writer) => writer.errors))
    for (const code of told) assert.match(code, /^(?:PROTOCOL_CONNECTION_LOST|ECONNRESET|ER_SERVER_SHUTDOWN)$/)
    idle.destroy()
    transaction.destroy()
  })
})

test('a client that waits for a source which hangs is let go when another one reigns', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  await withFront(async (system, options) => {
    const reader = await mysql.createConnection(options)
    const writer = await mysql.createConnection(options)
    writer.on('error', () => {})
    await writer.query("INSERT INTO users (name, email) VALUES ('before', 'before')")
    await reader.query('SELECT 1')
    const [source] = look(await system.get('/status'), 'current_master.id')
    const node = `node${String(source).slice(-1)}`
    await system.driver.pause(node)
    try {
      // The write may have been done; the read goes on at the new source, as if nothing had been.
      const [written, [rows]] = await Promise.all([
        writer.query("INSERT INTO users (name, email) VALUES ('hung', 'hung')").then(
          () => 'acknowledged',
          (error: QueryError) => error.code,
        ),
        reader.query<RowDataPacket[]>("SELECT name FROM users WHERE name = 'before'"),
      ])
      assert.match(written, /^(?:acknowledged|PROTOCOL_CONNECTION_LOST|ECONNRESET)$/)
      assert.equal(rows.length, 1)
      assert.notEqual(look(await system.get('/status'), 'current_master.id')[0], source)
    } finally {
      await system.driver.resume(node)
      reader.destroy()
      writer.destroy()
    }
  })
})

test("sysbench's oltp_read_write runs through the front", {
  needs: ['mysql', 'sysbench'],
  deadlineMs: 90_000,
}, async () => {
  await withFront(async (_system, { host, port, user, password, database }) => {
    const words = [
      ...['oltp_read_write', '--db-driver=mysql', '--tables=1', '--table-size=500', '--threads=4', '--time=3'],
      ...[`--mysql-host=${host}`, `--mysql-port=${port}`, `--mysql-user=${user}`, `--mysql-db=${database}`],
      `--mysql-password=${password}`,
    ]
    await execa('sysbench', [...words, 'prepare'])
    const { stdout } = await execa('sysbench', [...words, 'run'])
    const transactions = Number(/transactions: +(\d+)/.exec(stdout)?.[1])
    assert.ok(transactions > 0, stdout)
  })
})
