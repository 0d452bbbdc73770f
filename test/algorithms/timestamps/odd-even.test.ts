import assert from 'node:assert/strict'
import { ODD_EVEN, OddEvenServer } from '../../../algorithms/timestamps/odd-even.ts'
import { compareTimestamps } from '../../../algorithms/timestamps/timestamp.ts'
import { StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'

const DEADLINES = { requestUs: 1_000, giveUpUs: 1_000 }
const take = (server: OddEvenServer, n: number) => Array.from({ length: n }, () => server.next().counter)

test('server i of N hands out i+1, i+1+N, ...: odd and even for two', () => {
  assert.deepEqual(take(new OddEvenServer(0, 2), 3), [1, 3, 5])
  assert.deepEqual(take(new OddEvenServer(1, 2), 3), [2, 4, 6])
  assert.deepEqual(take(new OddEvenServer(2, 3), 2), [3, 6])
})

test('two servers that drift apart give a later request a smaller timestamp: there is no real-time order', () => {
  const odd = new OddEvenServer(0, 2)
  take(odd, 500)
  const earlier = odd.next()
  const later = new OddEvenServer(1, 2).next()
  assert.ok(compareTimestamps(later, earlier) < 0)
})

test('a restarted server starts over: numbers repeat', () => {
  assert.deepEqual(new OddEvenServer(0, 2).next(), new OddEvenServer(0, 2).next())
})

test('reset sends a server back to its first number, so numbers repeat', () => {
  const server = new OddEvenServer(1, 2)
  assert.deepEqual(take(server, 2), [2, 4])
  server.reset()
  assert.deepEqual(take(server, 2), [2, 4])
})

test('the client falls back to the next server, and gives up only when none answers', () => {
  const servers = ['timestamp-1', 'timestamp-2'].map((name) => ({ name, kind: 'timestamp' as const }))
  const timestamp = { counter: 2, server: 2 }
  const one = new StepWorld({ 'timestamp-2': () => ({ outcome: { kind: 'ok', reply: { timestamp } }, afterUs: 10 }) })
  for (let i = 0; i < 20; i++) assert.deepEqual(one.run(ODD_EVEN.client(servers, DEADLINES).next(null)), timestamp)
  assert.ok(
    one.calls.some((call) => call.server === 'timestamp-1'),
    'the dead server was tried first at least once',
  )
  assert.equal(new StepWorld({}).run(ODD_EVEN.client(servers, DEADLINES).next(null)), null)
})
