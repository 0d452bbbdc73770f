import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { MutableGtidSet } from '../../../../algorithms/gtid-set.ts'
import { binlogFiles } from '../../../../real/drivers/binlog.ts'
import { lagOf } from '../../../../real/drivers/binlog-lag.ts'
import type { KeptFile } from '../../../../real/drivers/driver.ts'
import { findMysqld, saysNoDefaultsItself } from '../../../../real/drivers/local/find-mysqld.ts'
import type { LocalCluster } from '../../../../real/drivers/local/local-cluster.ts'
import { createLocalDriver } from '../../../../real/drivers/local/local-driver.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from './scratch.ts'

const SLOW = { needs: 'mysql', deadlineMs: 120_000 } as const

function admin(driver: LocalCluster, node: number): Promise<Connection> {
  const { host, port } = driver.nodes[node]!
  return createConnection({ host, port, ...driver.accounts.admin, rowsAsArray: true })
}

async function follow(replica: Connection, driver: LocalCluster): Promise<void> {
  const { user, password } = driver.accounts.replication
  const [{ port } = { port: 0 }] = driver.nodes
  await replica.query(
    'CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = ?, SOURCE_PASSWORD = ?, SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1',
    ['127.0.0.1', port, user, password],
  )
  await replica.query('START REPLICA')
}

async function caughtUp(replica: Connection, source: Connection): Promise<void> {
  const [rows] = await source.query<RowDataPacket[]>('SELECT @@global.gtid_executed')
  const [waited] = await replica.query<RowDataPacket[]>('SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 20)', [
    (rows as unknown as string[][])[0]![0],
  ])
  assert.equal((waited as unknown as number[][])[0]![0], 0)
}

async function writable(connection: Connection): Promise<void> {
  await connection.query('SET GLOBAL super_read_only = OFF')
  await connection.query('SET GLOBAL read_only = OFF')
}

/** The same numbers in the words of MySQL's own tool. */
async function lagsByMysqlbinlog(data: string): Promise<number[]> {
  const { mysqlbinlog } = await findMysqld(undefined)
  assert.ok(mysqlbinlog !== null, 'the machine has a mysqld and no mysqlbinlog')
  const words = (await saysNoDefaultsItself(mysqlbinlog)) ? [] : ['--no-defaults']
  const text = execFileSync(mysqlbinlog, [...words, ...(await binlogFiles(data))], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const times = text.matchAll(/original_committed_timestamp=(\d+)\s+immediate_commit_timestamp=(\d+)/g)
  return [...times].map(([, original, immediate]) => Number(immediate) - Number(original)).filter((lagUs) => lagUs > 0)
}

test(
  'a diverged server has its extras saved and is rebuilt: equal data, new uuid, fit to follow; its lag is as mysqlbinlog prints it',
  SLOW,
  async () => {
    await withDirectory(async (extrasDirectory) => {
      const driver = await createLocalDriver({ nodes: 2, extrasDirectory })
      const connections: Connection[] = []
      const connect = async (node: number) => {
        const connection = await admin(driver, node)
        // A server that is rebuilt cuts its connections off.
        connection.on('error', () => {})
        connections.push(connection)
        return connection
      }
      try {
        await driver.start()
        const source = await connect(0)
        let replica = await connect(1)
        await writable(source)
        await follow(replica, driver)
        for (let op = 1; op <= 50; op++)
          await source.query(
            'INSERT INTO quorumlab.operations (op, key_id, ts_counter, ts_server) VALUES (?, ?, ?, 1)',
            [op, op % 7, op],
          )
        await caughtUp(replica, source)

        const [first, second] = [await driver.endState('node1'), await driver.endState('node2')]
        assert.equal(first.role, 'source')
        assert.equal(second.tableChecksum, first.tableChecksum)
        assert.equal(second.executed, first.executed)
        assert.deepEqual(
          [...second.ops!].sort((a, b) => a - b),
          Array.from({ length: 50 }, (_, i) => i + 1),
        )

        // Divergence: something executed on node2 that node1 never had.
        await replica.query('STOP REPLICA')
        await writable(replica)
        await replica.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (4711, 1)')
        const diverged = await driver.endState('node2')
        assert.notEqual(diverged.tableChecksum, first.tableChecksum)
        const extras = MutableGtidSet.parse(diverged.executed!).minus(MutableGtidSet.parse(first.executed!))
        assert.equal(extras.toString(), `${diverged.uuid}:1`)

        const saved = await driver.saveExtras('node2', extras)
        assert.match(saved.detail, /^1 of 1 transactions, written by mysqlbinlog$/)
        const sql = await readFile(saved.path, 'utf8')
        assert.match(sql, /@2=4711/)
        assert.ok(!/@2=50\b/.test(sql), 'only the extras are in it')

        const lagBefore = await lagOf(driver, (wallUs) => wallUs)
        const lags = Array.from(lagBefore.find(({ node }) => node === 'node2')!.lagUs)
        assert.deepEqual(lags, await lagsByMysqlbinlog(join(driver.storage.directory, 'node2/data')))
        assert.equal(lags.length, 50)
        assert.equal(lagBefore.find(({ node }) => node === 'node1')!.lagUs.length, 0)

        const { uuid, tookUs } = await driver.rebuild('node2', 'node1')
        assert.ok(uuid !== diverged.uuid && uuid !== first.uuid)
        assert.ok(tookUs > 0)
        const rebuilt = await driver.endState('node2')
        assert.equal(rebuilt.uuid, uuid)
        assert.equal(rebuilt.tableChecksum, first.tableChecksum)
        assert.equal(rebuilt.executed, first.executed)
        assert.equal(rebuilt.role, 'replica')

        replica = await connect(1)
        assert.deepEqual((await replica.query<RowDataPacket[]>('SHOW REPLICA STATUS'))[0], [])
        await follow(replica, driver)
        await source.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (51, 1)')
        await caughtUp(replica, source)
        assert.equal((await driver.endState('node2')).tableChecksum, (await driver.endState('node1')).tableChecksum)
        const lagAfter = (await lagOf(driver, (wallUs) => wallUs)).find(({ node }) => node === 'node2')!
        assert.equal(lagAfter.lagUs.length, 51, 'what it replicated before its rebuild still counts')
        assert.deepEqual(driver.incidents, [])
      } finally {
        for (const connection of connections) connection.destroy()
        await driver.stop()
      }
    })
  },
)

test('a replica is rebuilt from another replica, and forgets whom that one followed', SLOW, async () => {
  const driver = await createLocalDriver({ nodes: 3 })
  const connections: Connection[] = []
  try {
    await driver.start()
    for (const node of [0, 1]) connections.push(await admin(driver, node))
    const [source, replica] = connections as [Connection, Connection]
    await writable(source)
    await follow(replica, driver)
    await source.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (1, 1)')
    await caughtUp(replica, source)
    await driver.kill('node3')
    await driver.rebuild('node3', 'node2')
    const third = await admin(driver, 2)
    connections.push(third)
    assert.deepEqual((await third.query<RowDataPacket[]>('SHOW REPLICA STATUS'))[0], [])
    assert.equal((await driver.endState('node3')).tableChecksum, (await driver.endState('node1')).tableChecksum)
    await follow(third, driver)
    await source.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (2, 1)')
    await caughtUp(third, source)
  } finally {
    for (const connection of connections) connection.destroy()
    await driver.stop()
  }
})

test(
  'extras without a mysqlbinlog, or without a binlog, are kept as far as they can be, and that is said',
  SLOW,
  async () => {
    await withDirectory(async (directory) => {
      const { saveExtras } = await import('../../../../real/drivers/local/extras.ts')
      const driver = await createLocalDriver({ nodes: 1 })
      try {
        await driver.start()
        const connection = await admin(driver, 0)
        await writable(connection)
        await connection.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (1, 1)')
        connection.destroy()
        const { uuid } = await driver.endState('node1')
        const data = join(driver.storage.directory, 'node1/data')
        const mysqld = { ...(await findMysqld(undefined)), mysqlbinlog: null }
        const saving = { node: 'node1', data, directory, prefix: 'extras' }
        const kept: KeptFile[] = []
        const saved = await saveExtras(mysqld, saving, MutableGtidSet.interval(uuid!, 1, 3), kept)
        assert.match(
          saved.detail,
          /^1 of 3 transactions; there is no mysqlbinlog: 1 binlog files were copied as they are$/,
        )
        assert.equal((await binlogFiles(saved.path)).length, 1)
        const none = await saveExtras(mysqld, saving, MutableGtidSet.interval(uuid!, 2, 3), kept)
        assert.match(none.detail, /^0 of 2 transactions; no binlog of this server holds them: 0 binlog files/)
      } finally {
        await driver.stop()
      }
    })
  },
)
