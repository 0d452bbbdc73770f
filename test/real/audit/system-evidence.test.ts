/** The audit of a running system, beside which it goes on: sound through a failover, and what is done to servers past it is found. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { auditedSystem } from '../../../real/audit/system-evidence.ts'
import { accessTo } from '../../../real/services/system/audit-access.ts'
import { judgeSystem } from '../../../scenarios/audit/judge-system.ts'
import type { ServerAudit, SystemAudit } from '../../../scenarios/result-audit.ts'
import { test } from '../../support/test.ts'
import { look, RunningSystem } from '../services/coordinator/running-system.ts'

const WRITES = 20
/** A server that was killed comes back, or is rebuilt. */
const PATIENCE_MS = 90_000

/** Until so many are acknowledged: what was under way when the source died is nobody's promise. */
async function written(system: RunningSystem, name: string): Promise<void> {
  for (let [i, acknowledged] = [0, 0]; acknowledged < WRITES; i++) {
    const query = `INSERT INTO users (name, email) VALUES ('${name}', '${name}-${i}@example.org')`
    if ((await system.post('/query', { query })).success === true) acknowledged++
  }
}

function serverOf({ servers }: SystemAudit, name: string): ServerAudit {
  return servers.find(({ node }) => node === name)!
}

/** By an administrator, whom nothing stops. */
async function onServer(system: RunningSystem, node: string, ...statements: readonly string[]): Promise<void> {
  const connection = await system.driver.connect(node)
  for (const statement of ['SET GLOBAL super_read_only = OFF', ...statements, 'SET GLOBAL super_read_only = ON'])
    await connection.query(statement)
  await connection.end()
}

test('a running system is sound before and after its source dies; a row deleted past the binlog and an errant write are found', {
  needs: 'mysql',
  deadlineMs: 240_000,
}, async () => {
  const system = await RunningSystem.start()
  try {
    // Where the driver of this test keeps what a rebuild throws away.
    const extras = join(system.driver.directory, '../../extras')
    const audit = async (): Promise<SystemAudit> =>
      judgeSystem(await auditedSystem(system.directory, accessTo(system.driver, extras)))
    const source = async () =>
      String(look(await system.get('/status'), 'current_master.id')[0]).replace('instance-', 'node')
    const isWhole = async () => (await system.get('/status')).total_replicas === 3
    await system.until(isWhole, PATIENCE_MS)
    await written(system, 'first')
    const sound = await audit()
    const said = () => sound.evidence.join('\n')
    assert.deepEqual([sound.verdict, sound.source], ['pass', await source()], said())
    // And the first write of the epoch, which the service makes by itself.
    assert.equal(sound.acknowledged.held, WRITES + 1)
    assert.ok(sound.tables!.rows >= WRITES && sound.tables!.nodes.length === 4)

    const first = await source()
    process.kill(system.driver.processOf(first)!.pid, 'SIGKILL')
    await written(system, 'second')
    await system.until(isWhole, PATIENCE_MS)
    const moved = await audit()
    assert.deepEqual([moved.verdict, moved.source], ['pass', await source()], moved.evidence.join('\n'))
    assert.notEqual(moved.source, first)
    assert.ok(moved.acknowledged.held >= 2 * WRITES)

    // Nobody mends anything from here on.
    await system.killService('coordinator')
    const [replica, other] = moved.servers.filter(({ state }) => state === 'agrees').map(({ node }) => node)
    await onServer(
      system,
      replica!,
      'SET sql_log_bin = 0',
      'DELETE FROM testdb.users WHERE id = 7',
      'SET sql_log_bin = 1',
    )
    const deleted = await audit()
    assert.deepEqual([deleted.verdict, deleted.kinds], ['fail', ['rows-differ']])
    assert.match(
      deleted.evidence[0]!,
      new RegExp(
        `^testdb.users is not the same .*: \\d+ rows on ${replica}, \\d+ rows on the source ${moved.source}; ${replica} lacks 7$`,
      ),
    )

    await onServer(system, other!, "INSERT INTO testdb.products (name) VALUES ('by hand')")
    const errant = await audit()
    assert.ok(errant.kinds!.includes('errant') && errant.kinds!.includes('diverged'), errant.kinds!.join())
    assert.match(serverOf(errant, other!).errant, /:1$/)
    // One that stands at other transactions is not compared row by row.
    assert.ok(!errant.tables!.nodes.includes(other!))

    // What a coordinator has done with such a server.
    const { path } = await system.driver.saveExtras(other!, MutableGtidSet.parse(serverOf(errant, other!).extras))
    try {
      await system.driver.rebuild(other!, moved.source!)
      const rebuilt = await audit()
      assert.deepEqual(rebuilt.kinds, ['rows-differ'])
      const { errant: left, former } = serverOf(rebuilt, other!)
      assert.deepEqual([left, former[0]!.extrasCount, former[0]!.kept, former[0]!.keptAs], ['', 1, 1, path])
    } finally {
      await rm(path, { recursive: true })
    }
  } finally {
    await system.stop()
  }
})
