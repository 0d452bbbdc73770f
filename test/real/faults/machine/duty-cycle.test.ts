import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { lookAt } from '../../../../real/drivers/local/process-table.ts'
import { unstoppedShare } from '../../../../real/faults/machine/duty-cycle.ts'
import { Processors } from '../../../../real/faults/machine/processors.ts'
import { test } from '../../../support/test.ts'

test('without quotas a process is stopped for most of the time, says so, and runs again', {
  deadlineMs: 20_000,
}, async () => {
  const sleeper = spawn('sleep', ['30'], { stdio: 'ignore' })
  const pid = sleeper.pid!
  try {
    const lives = { pid: () => pid, onStart() {} }
    const processors = new Processors(lives, null, 'no group', () => assert.fail('no group is made'))
    assert.equal((await processors.look()).isLimited, false)
    const [one, other] = [{}, {}]
    await processors.hurt(one, 0.5)
    await processors.hurt(other, 0.5)
    const sight = await processors.look()
    assert.match(sight.text, /may run \d+ % of the time, by duty-cycled signals$/)
    assert.ok(sight.isLimited, sight.text)
    // Whoever looks finds it running.
    await processors.hold()
    assert.equal(lookAt(pid)?.state, 'running')
    assert.equal(await unstoppedShare(pid), 1)
    await processors.release()
    await processors.heal(one)
    assert.ok((await processors.look()).isLimited)
    await processors.heal(other)
    assert.equal(await unstoppedShare(pid), 1)
  } finally {
    sleeper.kill('SIGKILL')
  }
})
