import assert from 'node:assert/strict'
import { TAAS } from '../../../algorithms/timestamps/taas.ts'
import { StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'
import { realTimeFault } from './order.ts'
import { SimulatedServers } from './simulated-servers.ts'

const RUN_US = 4_000_000
const RUNS = 15
const SERVERS = ['timestamp-1', 'timestamp-2', 'timestamp-3']
const addresses = SERVERS.map((name) => ({ name, kind: 'timestamp' as const }))

test(`TaaS as it runs is linearizable under crash, pause, partition and troubled links, ${RUNS} runs`, () => {
  let sessions = 0
  for (let seed = 0; seed < RUNS; seed++) {
    const servers = new SimulatedServers('taas', seed % 3 === 0 ? 5 : 3, seed, 3_000)
    servers.ask(RUN_US, 20_000)
    servers.hurt(RUN_US, 150_000)
    servers.run(RUN_US + 2_000_000)
    assert.equal(realTimeFault(servers.history), null, `seed ${seed}`)
    sessions += servers.history.length
  }
  assert.ok(sessions > RUNS * 100, `only ${sessions} timestamps`)
})

test('a dead server costs no stall: every timestamp takes milliseconds, before and after', () => {
  const servers = new SimulatedServers('taas', 3, 1, 3_000)
  servers.ask(3_000_000, 5_000)
  servers.run(1_000_000)
  servers.cluster.hosts.get('timestamp-2')!.crash()
  servers.run(3_000_000)
  assert.ok(servers.history.length > 300)
  for (const { beganAt, endedAt } of servers.history) assert.ok(endedAt - beganAt < 20_000)
})

/** Three servers whose first answers get lost, as many as `lost` says for each. */
function lossy(lost: number): StepWorld {
  const counters = new Map(SERVERS.map((name) => [name, { given: 0, asked: 0 }]))
  const handler = (name: string, server: number) => (request: { readonly kind: string }) => {
    const state = counters.get(name)!
    if (++state.asked <= lost) return null
    state.given = Math.max(state.given, (request as unknown as { readonly after: number }).after) + 1
    return { outcome: { kind: 'ok', reply: { timestamp: { counter: state.given, server } } }, afterUs: 500 } as const
  }
  return new StepWorld(Object.fromEntries(SERVERS.map((name, i) => [name, handler(name, i + 1)])))
}

test('what is lost is asked for again, until it is answered', () => {
  const world = lossy(3)
  const timestamp = world.run(TAAS.client(addresses, { requestUs: 100_000, giveUpUs: 5_000_000 }).next(null))
  assert.deepEqual(timestamp, { counter: 1, server: 2 })
  // Silences of 10, 20 and 40 ms.
  assert.equal(world.now(), 70_500)
})

test('without a majority the client gives up at its deadline', () => {
  const world = lossy(Number.POSITIVE_INFINITY)
  assert.equal(world.run(TAAS.client(addresses, { requestUs: 100_000, giveUpUs: 300_000 }).next(null)), null)
  assert.ok(world.now() >= 300_000 && world.now() < 600_000)
})
