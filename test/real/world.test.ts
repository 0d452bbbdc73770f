import assert from 'node:assert/strict'
import { type Fiber, FiberProcess } from '../../algorithms/fiber.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { RunClock } from '../../real/processes/run-clock.ts'
import { ServiceClient } from '../../real/transport/service-client.ts'
import { ServiceServer } from '../../real/transport/service-server.ts'
import { RealWorld } from '../../real/world.ts'
import { fiberConformance } from '../algorithms/fiber-conformance.ts'
import { test } from '../support/test.ts'

fiberConformance({
  name: 'real world',
  run: async (procedure) => {
    const timers = new Set<NodeJS.Timeout>()
    const server = await ServiceServer.listen({ bind: '127.0.0.1', port: 0 }, (request, answer) => {
      if (request.kind === 'silent') return
      const { value, delayUs } = request as unknown as { value: number; delayUs: number }
      timers.add(setTimeout(() => answer({ kind: 'ok', reply: { value } }), delayUs / 1000))
    })
    const deadPort = await freePort()
    const servers = new Map([
      ['target', new ServiceClient('127.0.0.1', server.port)],
      ['dead', new ServiceClient('127.0.0.1', deadPort)],
    ])
    try {
      return await new Promise((resolve, reject) => {
        const world = new RealWorld({ originUs: RunClock.hostUs(), seed: 1, servers, onEvent() {} })
        const fibers = new FiberProcess('test', world, reject)
        function* body(): Fiber<void> {
          resolve(yield* procedure({ name: 'target', kind: 'probe-target' }, { name: 'dead', kind: 'probe-target' }))
        }
        fibers.spawn('procedure', body())
      })
    } finally {
      for (const timer of timers) clearTimeout(timer)
      for (const client of servers.values()) client.close()
      await server.close()
    }
  },
})

async function freePort(): Promise<number> {
  const server = await ServiceServer.listen({ bind: '127.0.0.1', port: 0 }, () => {})
  const { port } = server
  await server.close()
  return port
}

test('a sleep never ends early, and the clock counts whole microseconds', async () => {
  const world = new RealWorld({ originUs: RunClock.hostUs(), seed: 1, servers: new Map(), onEvent() {} })
  for (const us of [0, 1, 300, 1_000, 1_700, 12_345]) {
    const beforeUs = world.now()
    await new Promise<void>((resume) => world.sleep('test', us, { resume }))
    const tookUs = world.now() - beforeUs
    assert.ok(Number.isInteger(tookUs) && tookUs >= us, `slept ${tookUs} us instead of ${us}`)
  }
})

test('two processes of one run read the same clock', () => {
  const originUs = RunClock.hostUs()
  const [one, other] = [new RunClock(originUs), new RunClock(originUs)]
  const first = one.now()
  const second = other.now()
  const third = one.now()
  const errorUs = one.errorUs + other.errorUs + 1
  assert.ok(first <= second + errorUs && second <= third + errorUs, `${first}, ${second}, ${third} to ${errorUs}`)
})

test('chance is reproducible by seed and stream, and events carry process and time', () => {
  const events: TraceEvent[] = []
  const world = (seed: number) =>
    new RealWorld({ originUs: RunClock.hostUs(), seed, servers: new Map(), onEvent: (event) => events.push(event) })
  const draws = (seed: number) => {
    const from = world(seed)
    return Array.from({ length: 5 }, () => from.random('a'))
  }
  assert.deepEqual(draws(7), draws(7))
  assert.notDeepEqual(draws(7), draws(8))
  world(7).emit('coordinator', { kind: 'note', text: 'hello' })
  assert.equal(events[0]?.process, 'coordinator')
  assert.ok(events[0]!.atUs >= 0)
})

test('a call to a server that this process was not given is a bug, not an outcome', () => {
  const world = new RealWorld({ originUs: RunClock.hostUs(), seed: 1, servers: new Map(), onEvent() {} })
  assert.throws(
    () => world.call('client', { name: 'nowhere', kind: 'mysql' }, { kind: 'probe' }, 1_000, { resume() {} }),
    /client calls nowhere, which it cannot reach/,
  )
})
