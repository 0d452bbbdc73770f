import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import type { RowDataPacket } from 'mysql2'
import type mysql from 'mysql2/promise'
import { test } from '../../../support/test.ts'
import { type OneServer, withOneServer } from './one-server.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 90_000 } as const

async function rows(client: mysql.Connection, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const [found] = await client.query<RowDataPacket[]>(sql, values)
  return found.map((row) => ({ ...row }))
}

async function refusal(promise: Promise<unknown>): Promise<{ errno: number; sqlState: string; message: string }> {
  try {
    await promise
  } catch (error) {
    const { errno, sqlState, message } = error as { errno: number; sqlState: string; message: string }
    return { errno, sqlState, message }
  }
  throw new Error('expected a refusal, found none')
}

const TRIALS: readonly (readonly [string, (server: OneServer) => Promise<void>])[] = [
  [
    'text and prepared statements come back as the server gives them',
    async (server) => {
      const client = await server.client()
      assert.deepEqual(await rows(client, 'SELECT 1 AS one, ? AS two', ['x']), [{ one: 1, two: 'x' }])
      const [inserted] = await client.execute('INSERT INTO items (name) VALUES (?)', ['lamp'])
      assert.equal((inserted as { insertId: number }).insertId, 1)
      // The second execution leaves the types of its values out.
      for (let i = 0; i < 3; i++) {
        const [found] = await client.execute<RowDataPacket[]>('SELECT name FROM items WHERE id = ?', [1])
        assert.deepEqual(
          found.map(({ name }) => name),
          ['lamp'],
        )
      }
      const [nothing] = await client.execute<RowDataPacket[]>('SELECT name FROM items WHERE id = ?', [99])
      assert.deepEqual(nothing, [])
      assert.equal(server.done.filter(({ gtid }) => gtid !== null).length, 1)
    },
  ],
  [
    'a write is answered when it is settled, and a STRONG read too; an EVENTUAL one at once',
    async (server) => {
      const client = await server.client()
      await client.query("INSERT INTO items (name) VALUES ('held')")
      assert.notEqual(server.done.at(-1)!.gtid, null)
      await client.query('SELECT * FROM items')
      const read = server.done.at(-1)!
      assert.equal(read.gtid, null)
      assert.ok(!read.executed!.isEmpty)
      const settled = server.done.length
      await client.query("SET @quorumlab_consistency = 'EVENTUAL'")
      await client.query('SELECT * FROM items')
      await client.query("INSERT INTO items (name) VALUES ('loose')")
      assert.equal(server.done.length, settled)
      assert.deepEqual(await rows(client, 'SELECT @quorumlab_consistency AS level'), [{ level: 'EVENTUAL' }])
      assert.equal((await refusal(client.query("SET @quorumlab_consistency = 'FAST'"))).errno, 1231)
    },
  ],
  [
    'of a write that its quorum may not have the client hears nothing but the end of its connection',
    async (server) => {
      const client = await server.client()
      server.verdict = { verdict: 'not-held', reason: 'too late' }
      const { message } = await refusal(client.query("INSERT INTO items (name) VALUES ('unknown')"))
      assert.match(message, /closed|lost/i)
      const reader = await server.client()
      // A read has done nothing: an error says so, and the connection goes on.
      assert.equal((await refusal(reader.query('SELECT * FROM items'))).errno, 1317)
      server.verdict = { verdict: 'ok' }
      assert.equal((await rows(reader, 'SELECT 1 AS one')).length, 1)
    },
  ],
  [
    'a transaction is settled once, with its COMMIT, and its rows carry one timestamp',
    async (server) => {
      const client = await server.client()
      await client.query("INSERT INTO items (name, stamp) VALUES ('before', @quorumlab_timestamp)")
      const before = server.done.length
      await client.beginTransaction()
      await client.execute('INSERT INTO items (name, stamp) VALUES (?, @quorumlab_timestamp)', ['first'])
      await client.query("INSERT INTO items (name, stamp) VALUES ('second', @quorumlab_timestamp)")
      assert.equal(server.done.length, before)
      await client.commit()
      assert.equal(server.done.length, before + 1)
      const stamps = await rows(client, "SELECT stamp FROM items WHERE name IN ('first', 'second')")
      assert.equal(new Set(stamps.map((row) => (row as { stamp: number }).stamp)).size, 1)
      await client.beginTransaction()
      await client.query('DELETE FROM items')
      await client.rollback()
      assert.ok((await rows(client, 'SELECT id FROM items')).length >= 3)
      await client.query('SET autocommit = 0')
      await client.query("INSERT INTO items (name) VALUES ('implicit')")
      const other = await server.client()
      assert.deepEqual(await rows(other, "SELECT id FROM items WHERE name = 'implicit'"), [])
      await client.query('COMMIT')
      assert.equal((await rows(other, "SELECT id FROM items WHERE name = 'implicit'")).length, 1)
    },
  ],
  [
    'what is not safe is refused with a number that says why, and the connection goes on',
    async (server) => {
      const client = await server.client()
      const numbers = async (sql: string) => (await refusal(client.query(sql))).errno
      assert.equal(await numbers('SELECT 1; SELECT 2'), 1064)
      assert.equal(await numbers('SELEC 1'), 1064)
      assert.equal(await numbers('SELECT * FROM nowhere'), 1146)
      assert.equal(await numbers("INSERT INTO items (id) VALUES ('x')"), 1366)
      for (const sql of [
        'SELECT FOUND_ROWS()',
        "SET sql_mode = 'ANSI_QUOTES'",
        "SET @x = 'NO_BACKSLASH_ESCAPES', sql_mode = @x",
        'SET NAMES gbk',
        'SET character_set_client = gbk',
        'SET session_track_gtids = OFF',
        'SET GLOBAL max_connections = 10',
        'KILL 1',
        'STOP REPLICA',
        "SELECT * FROM items INTO OUTFILE '/tmp/x'",
      ])
        assert.equal(await numbers(sql), 1235, sql)
      assert.equal((await rows(client, 'SELECT 1 AS one')).length, 1)
    },
  ],
  [
    'a session keeps what it has set, and what cannot be set again binds it to its connection',
    async (server) => {
      const client = await server.client()
      await client.query("SET time_zone = '+03:00', sql_mode = 'STRICT_TRANS_TABLES'")
      await client.query('SET NAMES utf8mb4')
      await client.query('SET @x = 5')
      await client.query('CREATE TEMPORARY TABLE mine (id INT)')
      await client.query('INSERT INTO mine VALUES (1)')
      assert.deepEqual(await rows(client, 'SELECT @x AS x, @@time_zone AS zone, (SELECT COUNT(*) FROM mine) AS n'), [
        { x: 5, zone: '+03:00', n: 1 },
      ])
      await client.query("INSERT INTO items (name) VALUES ('numbered')")
      const [row] = await rows(client, 'SELECT LAST_INSERT_ID() AS id')
      assert.ok((row as { id: number }).id > 0)
      const { user, password } = server.driver.accounts.client
      await client.changeUser({ user, password, database: 'shop' })
      assert.deepEqual(await rows(client, 'SELECT DATABASE() AS db, @x AS x'), [{ db: 'shop', x: null }])
    },
  ],
  [
    'commands and rows of more than 16 MB pass',
    async (server) => {
      const client = await server.client()
      assert.deepEqual(await rows(client, `SELECT LENGTH('${'z'.repeat(17_000_000)}') AS n`), [{ n: 17_000_000 }])
      const [row] = await rows(client, `SELECT REPEAT('y', 17000000) AS v`)
      assert.equal((row as { v: string }).v.length, 17_000_000)
      const [many] = await client.query<RowDataPacket[]>(
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, REPEAT('w', 10000) AS w FROM n",
      )
      assert.equal(many.length, 1000)
    },
  ],
  [
    'only the account itself comes in',
    async (server) => {
      assert.equal((await refusal(server.client({ password: 'wrong' }))).errno, 1045)
      assert.equal((await refusal(server.client({ user: 'root' }))).errno, 1045)
      assert.equal((await refusal(server.client({ password: '' }))).errno, 1045)
    },
  ],
  [
    'the mysql client works, in tables and in batches',
    async (server) => {
      const { user, password } = server.driver.accounts.client
      const run = async (name: string, args: readonly string[], input = '') => {
        const program = join(dirname(process.env.QUORUMLAB_MYSQLD ?? ''), name)
        if (!existsSync(program)) return null
        const words = ['--protocol=tcp', '-h127.0.0.1', `-P${server.port}`, `-u${user}`, ...args]
        return (await execa(program, words, { env: { MYSQL_PWD: password }, input })).stdout
      }
      const batch =
        "BEGIN;\nINSERT INTO items (name) VALUES ('cli');\nCOMMIT;\nSELECT name FROM items WHERE name = 'cli';\n"
      assert.match((await run('mysql', ['-t', 'shop'], batch)) ?? '| cli  |', /\| cli {2}\|/)
      assert.match((await run('mysqladmin', ['status'])) ?? 'Threads: 1', /Threads: \d+/)
    },
  ],
]

test('a MySQL client before one server', MYSQL, async () => {
  await withOneServer(async (server) => {
    for (const [title, body] of TRIALS)
      try {
        await body(server)
      } catch (error) {
        throw new Error(`${title}: ${(error as Error).message}`, { cause: error })
      }
  })
})
