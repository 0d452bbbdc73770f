/** Cabinet and SEER advise the coordinator while they answer, and nothing depends on them when they do not. */
import assert from 'node:assert/strict'
import { test } from '../../../support/test.ts'
import { look, RunningSystem } from './running-system.ts'

test('advice is used while it is fresh; without it the module in the coordinator decides, and says why', {
  needs: 'mysql',
  deadlineMs: 180_000,
}, async () => {
  const system = await RunningSystem.start({ services: ['metrics', 'cabinet', 'seer'] })
  const opinions = async () =>
    look(
      await system.get('/state'),
      ...['topology.quorum.from', 'topology.ranking.from', 'topology.quorum.reason', 'topology.ranking.reason'],
    )
  try {
    await system.until(async () => {
      const [quorum, ranking] = await opinions()
      return quorum === 'cabinet' && ranking === 'seer'
    })
    const dry = await system.get('/admin/dry-run')
    assert.match(JSON.stringify(dry.order), /\(SEER, \d+ ms ago\)/)
    await Promise.all([system.killService('cabinet'), system.killService('seer')])
    await system.until(async () => {
      const [quorum, ranking] = await opinions()
      return quorum === 'local' && ranking === 'local'
    })
    const [, , why, because] = await opinions()
    assert.match(String(why), /^cabinet: .*last answer is/)
    assert.match(String(because), /^seer: /)
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    const replaced = await system.post('/admin/stop-master', '')
    assert.equal(replaced.success, true, JSON.stringify(replaced))
    assert.equal((await system.post('/query', { query: "INSERT INTO users (name) VALUES ('x')" })).success, true)
    await Promise.all([system.startService('cabinet'), system.startService('seer')])
    await system.until(async () => (await opinions())[0] === 'cabinet')
  } finally {
    await system.stop()
  }
})
