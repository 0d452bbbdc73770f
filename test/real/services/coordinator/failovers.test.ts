/** The source replaced on a person's word, on real servers: by the button, and in the three calls of existing clients. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SystemSnapshot } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { look, RunningSystem } from './running-system.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 180_000 } as const

test(
  'the button: every step with its time, served again within a second, the old source back without a click; then in three calls',
  MYSQL,
  async () => {
    const system = await RunningSystem.start()
    try {
      await system.until(async () => (await system.get('/status')).total_replicas === 3)
      // Client writes go on all the while.
      const written: string[] = []
      let isOver = false
      const writing = Promise.all(
        [1, 2, 3, 4].map(async (client) => {
          for (let n = 0; !isOver; n++) {
            const name = `${client}-${n}`
            const { json } = await system.call('/query', {
              body: { query: 'INSERT INTO products (name) VALUES (?)', parameters: [name] },
            })
            if (json.success === true) written.push(name)
            else assert.equal(json.outcome, 'unknown', JSON.stringify(json))
          }
        }),
      )
      await sleep(1_500)
      const replaced = await system.post('/admin/stop-master', '')
      assert.equal(replaced.success, true, JSON.stringify(replaced))
      assert.equal(replaced.old_master, 'mysql-instance-1')
      assert.notEqual(replaced.new_leader_id, 'instance-1')
      assert.deepEqual(look(await system.get('/status'), 'current_master.id', 'master_is_original'), [
        replaced.new_leader_id,
        false,
      ])
      await system.until(async () => (await system.get('/status')).total_replicas === 3)
      const state = (await system.get('/state')) as unknown as SystemSnapshot
      const record = state.failovers.at(-1)!
      assert.deepEqual(
        [record.kind, record.verdict, record.from, record.to],
        [...['failover', 'done', 'instance-1', replaced.new_leader_id]],
      )
      const phases = record.steps.map(({ phase }) => phase)
      for (const phase of ['gone', 'detect', 'decide', 'catchUp', 'elected', 'promote', 'reign', 'reroute', 'serving'])
        assert.ok(phases.includes(phase), `${phase} of ${phases.join()}`)
      assert.ok(record.firstWriteMs! < 2_000, `first write after ${record.firstWriteMs} ms`)
      assert.ok(
        record.statements.some(({ sql }) => /^INSERT INTO quorumlab.epoch|INSERT INTO quorumlab.epoch/.test(sql)),
      )
      assert.ok(!JSON.stringify(record).includes(system.driver.accounts.replication.password))
      assert.ok(Object.keys(record.rankings).length >= 4)

      // In three calls, in the timing of existing clients, with bodies of their own or none.
      const { new_leader_id: from } = replaced
      const stopped = await system.post('/admin/stop-master-only', { master_id: from })
      assert.deepEqual([stopped.success, stopped.stopped_master], [true, from])
      await sleep(2_000)
      const during = await system.get('/status')
      assert.deepEqual(look(during, 'current_master.id', 'stand_back'), [from, true])
      const to = from === 'instance-1' ? 'instance-2' : 'instance-1'
      await sleep(1_000)
      const promoted = await system.post('/admin/promote-leader', { new_leader: to })
      assert.deepEqual([promoted.success, promoted.new_leader_id], [true, to], JSON.stringify(promoted))
      const again = await system.post('/admin/promote-leader', { new_leader: to })
      assert.deepEqual([again.success, again.new_leader_id], [true, to])
      await sleep(3_000)
      const started = await system.post('/admin/start-instance', { instance_id: from })
      assert.deepEqual(look(started, 'current_master.id'), [to])
      await system.until(async () => (await system.get('/status')).total_replicas === 3)
      isOver = true
      await writing

      assert.ok(written.length > 50, `${written.length} writes`)
      const read = await system.post('/query', { query: 'SELECT name FROM products' })
      const found = new Set((read.data as readonly { readonly name: string }[]).map(({ name }) => name))
      assert.deepEqual(
        written.filter((name) => !found.has(name)),
        [],
      )
      // What cannot be done is said, and nothing is broken by it.
      for (const [path, body, status] of [
        ['/admin/promote-leader', { new_leader: 'instance-9' }, 400],
        ['/admin/promote-leader', {}, 422],
        ['/admin/start-instance', { instance_id: 'nobody' }, 400],
        ['/admin/switchover', { to }, 409],
        ['/admin/mode', { automatic: 'yes' }, 422],
      ] as const) {
        const answer = await system.call(path, { body })
        assert.deepEqual([answer.status, answer.json.success], [status, false], `${path} ${answer.text}`)
      }
      const source = await system.post('/admin/start-instance', { instance_id: to })
      assert.deepEqual(look(source, 'current_master.id'), [to])
      assert.equal((await system.post('/admin/restart-old-master', '')).success, true)
    } finally {
      await system.stop()
    }
  },
)
