/** `up`, `status` and `down` as people use them, on real servers. */
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createConnection } from 'mysql2/promise'
import { until } from '../../real/drivers/local/scratch.ts'
import { SHELL_DEADLINE_MS, shell } from '../../support/shell.ts'
import { test } from '../../support/test.ts'
import { detached, inPlace, SYSTEM } from './running-system.ts'

test('up to green in front of a person, and Ctrl-C: exit 130, and nothing is left', SYSTEM, () =>
  inPlace(async (place) => {
    let pressed = false
    const { code, stdout, stderr } = await place.cli(
      `up --on local --ports auto --data-dir ${place.data}`,
      (said, kill) => {
        if (pressed || !said.includes('replication and health: ready')) return
        pressed = true
        setTimeout(() => kill('SIGINT'), 300)
      },
    )
    assert.equal(code, 130, stderr)
    assert.match(stdout, /^up after \d+\.\d s\n/)
    assert.match(stdout, /^ {2}node4 +127\.0\.0\.1:\d+$/m)
    assert.match(stdout, /^ {2}dashboard +http:\/\/127\.0\.0\.1:\d+(?: \(not built: npm run prepare\))?$/m)
    assert.match(stderr, /^ {2}4 MySQL servers: ready after \d+\.\d s$/m)
    assert.match(stderr, /stopping everything/)
    await place.nothingIsLeft()
  }),
)

test('Ctrl-C while it is starting, and once more: it ends at once, and nothing is left', SYSTEM, () =>
  inPlace(async (place) => {
    let pressed = false
    const { code } = await place.cli(`up --on local --ports auto --data-dir ${place.data}`, (said, kill) => {
      if (pressed || !/ready after/.test(said)) return
      pressed = true
      kill('SIGINT')
      setTimeout(() => kill('SIGINT'), 700)
    })
    assert.equal(code, 130)
    await place.cli('down')
    await place.nothingIsLeft()
  }),
)

test('in the background: status sees every process, a busy port names the system, down ends it in order', SYSTEM, () =>
  inPlace(async (place) => {
    await detached(place)
    const seen = await place.cli('status --json')
    assert.equal(seen.code, 0, seen.stdout)
    const { systems } = JSON.parse(seen.stdout) as { systems: { services: { id: string; state: string }[] }[] }
    assert.equal(systems.length, 1)
    const ids = systems[0]!.services.map(({ id }) => id)
    const servers = [1, 2, 3, 4].map((number) => `instance-${number}`)
    const services = ['coordinator', 'timestamp-1', 'timestamp-2', 'timestamp-3', 'metrics', 'cabinet', 'seer']
    assert.deepEqual(ids, [...servers, ...services])
    const { host, port: gate } = place.record.addresses.coordinator!
    assert.equal((await fetch(`http://${host}:${gate}/health`)).status, 200)
    assert.ok(systems[0]!.services.every(({ state }) => state === 'healthy'))

    const { port } = place.record.addresses['timestamp-2']!
    const second = await place.cli(`up --on local --ports auto --port timestamp-2=${port} --data-dir ${place.data}`)
    assert.equal(second.code, 3)
    assert.match(second.stderr, new RegExp(`Port ${port} on 127.0.0.1, meant for timestamp-2, cannot be used`))
    assert.match(
      second.stderr,
      /The system [0-9a-f]+ of process \d+ has it: `down` ends it\. Or --port timestamp-2=PORT/,
    )

    const down = await place.cli('down')
    assert.deepEqual([down.code, /^system [0-9a-f]+: ended in order$/m.test(down.stdout)], [0, true])
    await place.nothingIsLeft()
    const after = await place.cli('down')
    assert.equal(after.stdout, 'nothing was left behind\n')
  }),
)

test('MySQL clients come in with the login file, which nobody else may read', SYSTEM, () =>
  inPlace(async (place) => {
    const free = createServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as AddressInfo
    await new Promise((resolve) => free.close(resolve))
    await detached(place, `--mysql-port ${port}`)
    const path = place.record.login!
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const login = Object.fromEntries(
      [...readFileSync(path, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map((one) => one.slice(1)),
    )
    assert.equal(Number(login.port), port)
    const { host, user, password } = login as Record<'host' | 'user' | 'password', string>
    const connection = await createConnection({ host, port, user, password, database: 'testdb' })
    try {
      await connection.query("INSERT INTO users (name, email) VALUES ('Ada', 'ada@example.org')")
      const [rows] = await connection.query('SELECT email FROM users')
      assert.deepEqual(rows, [{ email: 'ada@example.org' }])
    } finally {
      await connection.end()
    }
    const { stdout } = await place.cli('status')
    assert.ok(stdout.includes(`mysql --defaults-extra-file=${path} testdb`))
    assert.ok(!stdout.includes(password))
  }),
)

test('a stranger on a port: named with what changes it, exit 3, and nothing is left', SYSTEM, () =>
  inPlace(async (place) => {
    const stranger = createServer()
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = stranger.address() as AddressInfo
      for (const name of ['node3', 'cabinet']) {
        const words = `up --on local --ports auto --port ${name}=${port} --data-dir ${place.data}`
        const { code, stderr } = await place.cli(words)
        assert.equal(code, 3)
        assert.match(stderr, new RegExp(`^Port ${port} on 127.0.0.1, meant for ${name}, cannot be used`, 'm'))
        assert.match(stderr, new RegExp(`^--port ${name}=PORT names another, --base-port N .*--ports auto`, 'm'))
      }
      const { code, stderr } = await place.cli(`up --detach --ports auto --port node1=${port} --data-dir ${place.data}`)
      assert.equal(code, 3)
      assert.match(stderr, /meant for node1/)
    } finally {
      stranger.close()
    }
    await place.nothingIsLeft()
  }),
)

test('no mysqld: exit 3, and how to get one', { deadlineMs: SHELL_DEADLINE_MS }, async () => {
  for (const words of ['', '--detach']) {
    const { code, stderr } = await shell(`cli up --on local --ports auto --mysqld /nowhere/mysqld ${words}`)
    assert.equal(code, 3, stderr)
    assert.match(stderr, /\/nowhere\/mysqld/)
    assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack')
  }
})

test('kill -9 of each process: it is started again, and status says so', SYSTEM, () =>
  inPlace(async (place) => {
    await detached(place)
    for (const { name, pid } of place.record.processes) {
      process.kill(pid!, 'SIGKILL')
      await until(`${name} is up again`, 60_000, () => {
        const now = place.processOf(name)
        return now.state === 'up' && now.restarts === 1 && now.pid !== null && now.pid !== pid
      })
    }
    await until('all are healthy', 60_000, async () => (await place.cli('status')).code === 0)
    const { stdout } = await place.cli('down')
    assert.match(stdout, /ended in order/)
    await place.nothingIsLeft()
  }),
)

test(
  'kill -9 of up itself: its services end with it, status says what happened, and down removes the rest',
  SYSTEM,
  () =>
    inPlace(async (place) => {
      await detached(place)
      const up = place.mark.bearers().find(({ command }) => /background\.[jt]s/.test(command))!
      process.kill(up.pid, 'SIGKILL')
      await until('the services are gone', 10_000, () =>
        place.mark.bearers().every(({ command }) => !/services[-/]service\.[jt]s/.test(command)),
      )
      const status = await place.cli('status')
      assert.equal(status.code, 1)
      assert.match(status.stdout, /the process was killed, and the cluster is left; `npx quorumlab down` removes it/)
      const { code, stdout } = await place.cli('down')
      assert.equal(code, 0)
      assert.match(stdout, /^cluster [0-9a-f]+: \d servers.* ended, \d folders? removed$/m)
      await place.nothingIsLeft()
    }),
)
