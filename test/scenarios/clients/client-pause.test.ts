import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { clientPause } from '../../../scenarios/clients/client-pause.ts'
import { test } from '../../support/test.ts'
import { CLOSED } from './closed-loop.ts'

test('a client thinks as long as it is told, and after a failure at least 10 ms', () => {
  const pause = (us: number) => clientPause({ ...CLOSED, thinkTime: { kind: 'constant', us } }, new RandomStreams(1), 1)
  assert.equal(pause(0)({ outcome: 'ok' }), 0)
  assert.equal(pause(0)({ outcome: 'failed' }), 10_000)
  assert.equal(pause(3_000)({ outcome: 'ok' }), 3_000)
  assert.equal(pause(30_000)({ outcome: 'unknown' }), 30_000)
})

test('each client draws its own times, the same whatever the others do', () => {
  const workload = { ...CLOSED, thinkTime: { kind: 'lognormal', medianUs: 5_000, sigma: 1 } } as const
  const drawn = (client: number, others: number) => {
    const streams = new RandomStreams(1)
    for (let i = 0; i < others; i++) clientPause(workload, streams, client + 1)({ outcome: 'ok' })
    const pause = clientPause(workload, streams, client)
    return Array.from({ length: 20 }, () => pause({ outcome: 'ok' }))
  }
  assert.deepEqual(drawn(1, 0), drawn(1, 7))
  assert.notDeepEqual(drawn(1, 0), drawn(2, 0))
})
