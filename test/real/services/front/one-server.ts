/** A front before one real server, which is its own source and replica: what protocol and statements are tried on. */
import mysql from 'mysql2/promise'
import type { Driver } from '../../../../real/drivers/driver.ts'
import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'
import { ConnectionPool } from '../../../../real/mysql/pool.ts'
import { SQL_READ_SETUP } from '../../../../real/mysql/sql.ts'
import { StatementClassifier } from '../../../../real/mysql/statement-class.ts'
import { Front } from '../../../../real/services/front/front.ts'
import type { Done, FrontSystem, Settled } from '../../../../real/services/front/front-system.ts'

export interface OneServer {
  readonly driver: Driver
  readonly port: number
  /** What the front asked to be held, in order. */
  readonly done: Done[]
  /** What it is told of the next ones. */
  verdict: Settled
  readonly failures: unknown[]
  /** A client of the front, in the database `shop`. */
  client(options?: mysql.ConnectionOptions): Promise<mysql.Connection>
  /** At the server itself, with every right. */
  readonly admin: mysql.Connection
}

export async function withOneServer(body: (server: OneServer) => Promise<void>): Promise<void> {
  const driver = await createLocalDriver({ nodes: 1 })
  const clients: mysql.Connection[] = []
  try {
    await driver.start()
    const node = driver.nodes[0]!
    const { admin: account, client } = driver.accounts
    const admin = await mysql.createConnection({ host: node.host, port: node.adminPort, ...account })
    clients.push(admin)
    for (const sql of [
      'SET GLOBAL super_read_only = OFF',
      'SET GLOBAL read_only = OFF',
      'CREATE DATABASE shop',
      `GRANT ALL ON shop.* TO '${client.user}'@'%'`,
      'CREATE TABLE shop.items (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100), stamp BIGINT)',
    ])
      await admin.query(sql)
    const pool = new ConnectionPool({ host: node.host, port: node.port, account: client }, SQL_READ_SETUP, 2)
    const classifier = new StatementClassifier({ pools: [pool], deadlineUs: 2_000_000 })
    let stamps = 0
    const server = {
      driver,
      done: [] as Done[],
      verdict: { verdict: 'ok' } as Settled,
      failures: [] as unknown[],
      admin,
    }
    const system: FrontSystem = {
      account: client,
      version: driver.version,
      classify: (text, hasParameters) => classifier.classify(text, hasParameters),
      enter: async () => () => {},
      route: async () => ({ source: node, reader: node }),
      timestamp: async () => ++stamps,
      settle: async (done) => {
        server.done.push(done)
        return server.verdict
      },
      lost: () => {},
      failed: (error) => server.failures.push(error),
    }
    const front = await Front.listen(system, '127.0.0.1', 0)
    const open = async (options: mysql.ConnectionOptions = {}) => {
      const connection = await mysql.createConnection({
        ...{ host: '127.0.0.1', port: front.port, user: client.user, password: client.password, database: 'shop' },
        ...options,
      })
      connection.on('error', () => {})
      clients.push(connection)
      return connection
    }
    try {
      await body(Object.assign(server, { port: front.port, client: open }))
      if (server.failures.length > 0) throw server.failures[0]
    } finally {
      await front.close()
      pool.close()
    }
  } finally {
    for (const client of clients) client.destroy()
    await driver.stop()
  }
}
