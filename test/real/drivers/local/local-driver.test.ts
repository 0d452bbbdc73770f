import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { monotonicUs } from '../../../../real/drivers/driver.ts'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { findMysqld, saysNoDefaultsItself } from '../../../../real/drivers/local/find-mysqld.ts'
import type { LocalCluster } from '../../../../real/drivers/local/local-cluster.ts'
import { createLocalDriver, type LocalOptions, portsFrom } from '../../../../real/drivers/local/local-driver.ts'
import { allProcesses } from '../../../../real/drivers/local/process-table.ts'
import { sweep } from '../../../../real/drivers/local/sweep.ts'
import type { Account } from '../../../../real/mysql/connection.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory, writeProgram } from './scratch.ts'
import { tracesOf } from './traces.ts'

const SLOW = { needs: 'mysql', deadlineMs: 120_000 } as const

/** A driver whose records lie in a directory of the test's own, and that has left nothing when the test is over. */
async function withDriver(
  options: LocalOptions,
  body: (driver: LocalCluster, stateRoot: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (stateRoot) => {
    const driver = await createLocalDriver({ ...options, stateRoot })
    try {
      await body(driver, stateRoot)
    } finally {
      await driver.stop()
    }
    assert.deepEqual(await tracesOf(driver, stateRoot), [])
  })
}

async function as(driver: LocalCluster, account: Account, node = 0): Promise<Connection> {
  const { host, port } = driver.nodes[node]!
  return createConnection({ host, port, ...account, rowsAsArray: true })
}

async function ask(connection: Connection, sql: string): Promise<unknown[][]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  return rows as unknown as unknown[][]
}

test(
  'servers come up read-only, without a single GTID, following nobody; after stop nothing is left',
  SLOW,
  async () => {
    await withDriver({ nodes: 4 }, async (driver) => {
      await driver.start()
      const uuids = new Set<unknown>()
      for (const node of driver.nodes.keys()) {
        const admin = await as(driver, driver.accounts.admin, node)
        const [row] = await ask(
          admin,
          'SELECT @@server_uuid, @@global.super_read_only, @@global.gtid_executed, @@global.gtid_mode, @@global.relay_log_recovery, @@global.sync_binlog, @@global.innodb_flush_log_at_trx_commit, @@global.rpl_semi_sync_source_enabled, (SELECT promised FROM quorumlab.promise)',
        )
        uuids.add(row![0])
        assert.deepEqual(row!.slice(1), [1, '', 'ON', 0, 1, 1, 0, 0])
        assert.deepEqual(await ask(admin, 'SHOW REPLICA STATUS'), [])
        await admin.end()
      }
      assert.equal(uuids.size, 4)
      const { storage, innodb_flush_method: _, ...durable } = await driver.durability()
      assert.deepEqual(durable, { sync_binlog: '1', innodb_flush_log_at_trx_commit: '1', innodb_doublewrite: 'ON' })
      assert.equal(storage, driver.storage.kind)
      assert.ok(driver.startedIn.readyMs > 0)
      await driver.stop()
      await driver.stop()
    })
  },
)

test('a server that somebody starts with less durability says so', SLOW, async () => {
  await withDirectory(async (folder) => {
    const { path } = await findMysqld(undefined)
    const mysqld = await writeProgram(join(folder, 'mysqld'), `exec '${path}' "$@" --sync-binlog=0`)
    await withDriver({ nodes: 1, mysqld }, async (driver) => {
      await driver.start()
      assert.equal((await driver.durability()).sync_binlog, '0')
    })
  })
})

test('each account may do its own work and nothing else', SLOW, async () => {
  await withDriver({ nodes: 1 }, async (driver) => {
    await driver.start()
    const admin = await as(driver, driver.accounts.admin)
    await admin.query('SET GLOBAL super_read_only = OFF')
    await admin.query('SET GLOBAL read_only = OFF')
    const client = await as(driver, driver.accounts.client)
    await client.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (1, 7)')
    assert.deepEqual(await ask(client, 'SELECT op, key_id FROM quorumlab.operations'), [[1, 7]])
    for (const forbidden of [
      'UPDATE quorumlab.promise SET promised = 9',
      'SET GLOBAL super_read_only = OFF',
      'DROP TABLE quorumlab.operations',
      'SELECT * FROM mysql.user',
    ])
      await assert.rejects(client.query(forbidden), /denied/, forbidden)
    const replication = await as(driver, driver.accounts.replication)
    await assert.rejects(replication.query('SELECT * FROM quorumlab.operations'), /denied/)

    // A fence cuts off the client and the plain replication account; administration and the drain stay.
    await admin.query('SET GLOBAL offline_mode = ON')
    await assert.rejects(as(driver, driver.accounts.replication), /offline mode/)
    await (await as(driver, driver.accounts.drain)).end()
    await until('the client is cut off', 5_000, () =>
      client.query('SELECT 1').then(
        () => false,
        () => true,
      ),
    )
    await assert.rejects(
      createConnection({ host: '127.0.0.1', port: driver.nodes[0]!.port, user: 'root' }),
      /denied|locked|not allowed/,
    )
    await admin.end()
    client.destroy()
    replication.destroy()
  })
})

test('the witness of a kill, a pause, a stop and their undoing says what holds, and when', SLOW, async () => {
  await withDriver({ nodes: 1 }, async (driver) => {
    await driver.start()
    const before = await driver.witness('node1')
    assert.equal(before.alive, true)
    assert.match(before.text, /^process \d+ runs; MySQL \S+ greets in/)

    const admin = await as(driver, driver.accounts.admin)
    await admin.query('SET GLOBAL super_read_only = OFF')
    await admin.query('INSERT INTO quorumlab.operations (op, key_id) VALUES (1, 1)')
    const { executed } = await driver.endState('node1')
    assert.match(executed!, /^[0-9a-f-]{36}:1$/)

    const askedUs = monotonicUs()
    const killed = await driver.kill('node1')
    assert.deepEqual([killed.alive, killed.process], [false, 'gone'])
    assert.match(killed.text, /^process gone \(signal SIGKILL\); connection refused$/)
    assert.ok(killed.seenUs > askedUs && killed.seenUs <= monotonicUs())
    assert.equal((await driver.endState('node1')).reachable, false)

    assert.equal((await driver.restart('node1')).alive, true)
    const after = await driver.endState('node1')
    assert.equal(after.executed, executed, 'a killed process keeps what it had committed')
    assert.equal(after.role, 'replica', 'and comes back read-only')

    const paused = await driver.pause('node1')
    assert.deepEqual([paused.alive, paused.process], [false, 'stopped'])
    assert.match(paused.text, /^process \d+ stopped by a signal; no greeting within/)
    assert.equal((await driver.resume('node1')).alive, true)

    const stopped = await driver.shutdown('node1')
    assert.match(stopped.text, /^process gone \(exit code 0\); connection refused$/)
    await driver.restart('node1')
    await driver.pause('node1')
    assert.match((await driver.shutdown('node1')).text, /exit code 0/, 'a paused server is stopped in order, too')
    assert.deepEqual(driver.incidents, [])
    admin.destroy()
  })
})

test('a server that dies without being asked is an incident', SLOW, async () => {
  await withDriver({ nodes: 1 }, async (driver) => {
    await driver.start()
    const pid = Number(/process (\d+)/.exec((await driver.witness('node1')).text)![1])
    process.kill(pid, 'SIGKILL')
    await until('it is noticed', 5_000, () => driver.incidents.length > 0)
    const [incident] = driver.incidents
    assert.deepEqual([incident!.particulars.kind, incident!.particulars.subject], ['killed', 'node1'])
    assert.match(incident!.message, /^node1 was killed by SIGKILL, [\s\S]* {2}\| .*ready for connections/)
  })
})

test('no password is in any file, command line or record', SLOW, async () => {
  await withDriver({ nodes: 1 }, async (driver, stateRoot) => {
    await driver.start()
    const secrets = Object.values(driver.accounts).map(({ password }) => password)
    const commands = allProcesses().filter(({ command }) => command.includes(driver.storage.directory))
    assert.ok(commands.length > 0)
    const texts = commands.map(({ command }) => command)
    let looked = 0
    for (const root of [stateRoot, driver.storage.directory])
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) {
          // MySQL's own tables hold salted hashes of the passwords, and nothing else.
          texts.push(await readFile(join(entry.parentPath, entry.name), 'latin1'))
          looked++
        }
    assert.ok(looked > 20)
    for (const secret of secrets) assert.ok(texts.every((text) => !text.includes(secret)))
  })
})

test('a port that was asked for and is taken is named, and nothing is left', SLOW, async () => {
  await withDirectory(async (stateRoot) => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const { port } = blocker.address() as { port: number }
    try {
      await assert.rejects(createLocalDriver({ nodes: 2, ports: portsFrom(port - 1, 2), stateRoot }), (error) => {
        assert.ok(error instanceof EnvironmentError)
        assert.match(error.message, new RegExp(`^Port ${port} on 127.0.0.1, meant for node2, cannot be used`))
        return true
      })
      assert.deepEqual(await readdir(stateRoot), [])
    } finally {
      blocker.close()
    }
  })
})

/** A mysqld that does `first`, then becomes the real one (or, without `exec`, stays in front of it). */
async function wrapped(directory: string, first: string, exec: 'exec' | '' = 'exec'): Promise<string> {
  const { path } = await findMysqld(undefined)
  const note = (await saysNoDefaultsItself(path)) ? '# the real one says --no-defaults' : ''
  return writeProgram(join(directory, 'mysqld'), `${note}\n${first}\n${exec} "${path}" "$@"\nexit $?`)
}

test('a mysqld that dies at start is shown by its last lines, and the others are taken down', SLOW, async () => {
  await withDirectory(async (directory) => {
    const mysqld = await wrapped(
      directory,
      'case "$*" in *--server-id=2*) for i in $(seq 40); do echo "line $i"; done; echo "[ERROR] planted"; exit 7;; esac',
    )
    await withDriver({ nodes: 2, mysqld }, async (driver) => {
      await assert.rejects(driver.start(), (error) => {
        assert.ok(error instanceof EnvironmentError)
        assert.match(
          error.message,
          /^mysqld of node2 died at start \(exit code 7\)\. Its last lines:\n {2}\| line 27\n/,
        )
        assert.match(error.message, /\| line 40\n {2}\| \[ERROR\] planted$/)
        return true
      })
    })
  })
})

test('what a dying mysqld prints is shown without the passwords in it', SLOW, async () => {
  await withDirectory(async (directory) => {
    const mysqld = await wrapped(
      directory,
      'for word in "$@"; do case "$word" in --init-file=*node1*) cat "$(echo "$word" | cut -d= -f2)"; exit 1;; esac; done',
    )
    await withDriver({ nodes: 1, mysqld }, async (driver) => {
      await assert.rejects(driver.start(), (error) => {
        const { message } = error as Error
        assert.match(message, /ALTER USER 'quorumlab_admin'@'%' IDENTIFIED BY '\*\*\*' ACCOUNT UNLOCK/)
        for (const { password } of Object.values(driver.accounts)) assert.ok(!message.includes(password))
        return true
      })
    })
  })
})

test('a state directory that cannot be written is named, with what to do', SLOW, async () => {
  await withDirectory(async (directory) => {
    const file = await writeProgram(join(directory, 'a-file'), '')
    await assert.rejects(createLocalDriver({ nodes: 1, stateRoot: join(file, 'clusters') }), (error) => {
      assert.ok(error instanceof EnvironmentError)
      assert.match(error.message, /^Writing to the state directory .*a-file\/clusters failed: ENOTDIR.*XDG_STATE_HOME/s)
      return true
    })
  })
})

test('a port that is snatched before mysqld binds it is replaced by another', SLOW, async () => {
  await withDirectory(async (directory) => {
    // The first attempt finds its port busy, in the words of a real one.
    const mysqld = await wrapped(
      directory,
      `case "$*" in *--initialize*) ;; *) if [ ! -e "${directory}/once" ] && [ -e "${directory}/armed" ]; then touch "${directory}/once"; echo "[ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address already in use"; exit 1; fi;; esac; touch "${directory}/armed"`,
    )
    await withDriver({ nodes: 1, mysqld }, async (driver) => {
      const [{ port } = { port: 0 }] = driver.nodes
      await driver.start()
      assert.ok(existsSync(join(directory, 'once')))
      assert.notEqual(driver.nodes[0]!.port, port)
      assert.equal((await driver.witness('node1')).alive, true)
    })
  })
})

test('faults reach the server also behind a wrapper script that stays in front of it', SLOW, async () => {
  await withDirectory(async (directory) => {
    await withDriver({ nodes: 1, mysqld: await wrapped(directory, ':', '') }, async (driver) => {
      await driver.start()
      assert.equal((await driver.pause('node1')).process, 'stopped')
      assert.equal((await driver.resume('node1')).alive, true)
      assert.match((await driver.kill('node1')).text, /^process gone .*connection refused$/)
      await driver.restart('node1')
      assert.match((await driver.shutdown('node1')).text, /^process gone .*connection refused$/)
      const log = await readFile(join(driver.storage.directory, 'node1/error.log'), 'utf8')
      assert.match(log, /Shutdown complete/, 'the server itself ended in order')
    })
  })
})

test('stop leaves nothing in whatever phase of start it comes', SLOW, async () => {
  for (const delayMs of [0, 30, 150, 400, 800]) {
    await withDriver({ nodes: 2 }, async (driver) => {
      const start = driver.start()
      const settled = Promise.allSettled([start])
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      await driver.stop()
      const [result] = await settled
      if (result.status === 'rejected') assert.match(String(result.reason), /the cluster was stopped/)
      await assert.rejects(driver.start(), /the cluster was stopped/)
    })
  }
})

const OWNER = fileURLToPath(new URL('owner-process.ts', import.meta.url))

test('kill -9 of the owner: its server lives on, and the next sweep removes it all', SLOW, async () => {
  await withDirectory(async (stateRoot) => {
    const owner = spawn(process.execPath, ['--import', 'tsx', OWNER, stateRoot], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    const left = JSON.parse(line.toString()) as { directory: string; nodes: LocalCluster['nodes'] }
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const traces = () => tracesOf({ storage: left, nodes: left.nodes } as unknown as LocalCluster, stateRoot)
    assert.equal((await traces()).length, 5, 'process, two ports, data, record')
    const [swept] = await sweep(stateRoot)
    assert.equal(swept?.servers, 1)
    assert.deepEqual(await traces(), [])
  })
})

test('an owner that exits without stop takes its servers along', SLOW, async () => {
  await withDirectory(async (stateRoot) => {
    const owner = spawn(process.execPath, ['--import', 'tsx', OWNER, stateRoot, 'exit'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    const left = JSON.parse(line.toString()) as { directory: string; nodes: LocalCluster['nodes'] }
    await once(owner, 'close')
    const traces = () => tracesOf({ storage: left, nodes: left.nodes } as unknown as LocalCluster, stateRoot)
    await until('the killed server is gone', 5_000, async () =>
      (await traces()).every((trace) => !/process|port/.test(trace)),
    )
    await sweep(stateRoot)
    assert.deepEqual(await traces(), [])
  })
})
