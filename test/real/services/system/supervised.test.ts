import assert from 'node:assert/strict'
import { Supervised, type Unit } from '../../../../real/services/system/supervised.ts'
import { test } from '../../../support/test.ts'
import { until } from '../../drivers/local/scratch.ts'

/** A process that is imagined, and whose starts are counted. */
class Imagined implements Unit {
  readonly name = 'metrics'
  readonly pid = 4711
  condition: Unit['condition'] = 'gone'
  starts = 0
  /** So many of the next starts fail. */
  failures = 0

  async start(): Promise<void> {
    this.starts++
    if (this.failures-- > 0) throw new Error('no port')
    this.condition = 'running'
  }
}

function supervised() {
  const unit = new Imagined()
  const states: string[] = []
  const one: Supervised = new Supervised(unit, () => states.push(one.state.state))
  return { unit, one, states }
}

test('what ends by itself is started again, and says why it was', async () => {
  const { unit, one, states } = supervised()
  await one.begin()
  unit.condition = 'gone'
  one.ended(new Error('metrics was killed by SIGKILL'))
  assert.match(one.state.detail, /^next start in 0\.1 s: metrics was killed by SIGKILL$/)
  await until('it is up again', 2_000, () => one.state.state === 'up')
  assert.deepEqual(states, ['starting', 'up', 'waiting', 'starting', 'up'])
  assert.match(one.state.detail, /^started again once; at \d\d:\d\d:\d\d metrics was killed by SIGKILL$/)
  assert.deepEqual([one.state.restarts, unit.starts], [1, 2])
  await one.close()
})

test('a start that fails is tried again', async () => {
  const { unit, one } = supervised()
  await one.begin()
  unit.condition = 'gone'
  unit.failures = 2
  one.ended(new Error('metrics was killed by SIGKILL'))
  await until('it is up again', 3_000, () => one.state.state === 'up')
  assert.equal(unit.starts, 4)
  await one.close()
})

test('the very first start is not tried again: it rejects with what was wrong', async () => {
  const { unit, one } = supervised()
  unit.failures = 1
  await assert.rejects(one.begin(), /no port/)
  assert.equal(unit.starts, 1)
})

test('what an operator ends stays down until it is wanted again', async () => {
  const { unit, one } = supervised()
  await one.begin()
  await one.hold('stopped by an operator', async () => {
    unit.condition = 'gone'
    one.ended(new Error('metrics ended by itself'))
  })
  await new Promise((resolve) => setTimeout(resolve, 250))
  assert.deepEqual([one.state.state, one.state.detail, unit.starts], ['stopped', 'stopped by an operator', 1])
  await one.release()
  assert.equal(one.state.state, 'up')
  await one.close()
})

test('what is closed is not started any more', async () => {
  const { unit, one } = supervised()
  await one.begin()
  unit.condition = 'gone'
  one.ended(new Error('metrics was killed by SIGKILL'))
  await one.close()
  await new Promise((resolve) => setTimeout(resolve, 250))
  assert.equal(unit.starts, 1)
})

test('paused is told from up by the operating system', async () => {
  const { unit, one } = supervised()
  await one.begin()
  unit.condition = 'paused'
  assert.deepEqual([one.state.state, one.state.pid], ['paused', 4711])
  await one.close()
})
