import assert from 'node:assert/strict'
import type { Fiber } from '../../../algorithms/fiber.ts'
import { TAAS } from '../../../algorithms/timestamps/taas.ts'
import { compareTimestamps, type Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'
import { realTimeFault } from './real-time-law.ts'
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

test('sessions that follow one another get ascending timestamps, however late replies to earlier ones come', () => {
  for (let seed = 0; seed < 40; seed++) {
    const stream = new RandomStreams(seed).stream('late-replies')
    const counters = new Map(SERVERS.map((name) => [name, 0]))
    const handler = (name: string, server: number) => (request: { readonly kind: string }) => {
      const counter = Math.max(counters.get(name)!, (request as unknown as { readonly after: number }).after) + 1
      counters.set(name, counter)
      const afterUs = stream.uniform() < 0.5 ? 100 : 100 + Math.floor(stream.uniform() * 4_000)
      return { outcome: { kind: 'ok', reply: { timestamp: { counter, server } } }, afterUs } as const
    }
    const world = new StepWorld(Object.fromEntries(SERVERS.map((name, i) => [name, handler(name, i + 1)])))
    const clients = [0, 1, 2].map(() => TAAS.client(addresses, { requestUs: 100_000, giveUpUs: 5_000_000 }))
    const got = world.run(
      (function* (): Fiber<Timestamp[]> {
        const timestamps: Timestamp[] = []
        for (let i = 0; i < 60; i++) timestamps.push((yield* clients[Math.floor(stream.uniform() * 3)]!.next(null))!)
        return timestamps
      })(),
    )
    for (const [i, timestamp] of got.slice(1).entries())
      assert.ok(compareTimestamps(got[i]!, timestamp) < 0, `seed ${seed}: after ${i + 1} sessions`)
  }
})

test('without a majority the client gives up at its deadline', () => {
  const world = lossy(Number.POSITIVE_INFINITY)
  assert.equal(world.run(TAAS.client(addresses, { requestUs: 100_000, giveUpUs: 300_000 }).next(null)), null)
  assert.ok(world.now() >= 300_000 && world.now() < 600_000)
})
