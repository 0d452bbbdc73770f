import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../../algorithms/servers.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import type { SimProcess } from '../../../sim/kernel/process.ts'
import { Network } from '../../../sim/network/network.ts'
import { test } from '../../support/test.ts'

const DELAY_US = 200

function pair(seed = 1) {
  const kernel = new Kernel(new RandomStreams(seed))
  const network = new Network(kernel, {
    defaultDelay: { kind: 'constant', us: DELAY_US },
    links: [{ from: 'a', to: 'b', delay: { kind: 'lognormal', medianUs: 300, sigma: 1 } }],
  })
  const [client, server] = [network.add('client'), network.add('server')]
  client.start()
  serve(server)
  return { kernel, network, client, server }
}

function serve(server: SimProcess): void {
  server.start().handler = (call) => call.answer('done')
}

type Answers = { readonly atUs: number; readonly outcome: Outcome<unknown> }[]

function ask(world: ReturnType<typeof pair>, deadlineUs = 1_000_000): Answers {
  const answers: Answers = []
  world.network.call(world.client, world.server, { kind: 'work' }, deadlineUs, {
    resume: (outcome) => answers.push({ atUs: world.kernel.queue.now, outcome }),
  })
  return answers
}

test('a request is answered after a round trip', () => {
  const world = pair()
  const answers = ask(world)
  world.kernel.queue.run(10_000)
  assert.deepEqual(answers, [{ atUs: 2 * DELAY_US, outcome: { kind: 'ok', reply: 'done' } }])
})

test('a dead process refuses after a round trip, and nothing was done', () => {
  const world = pair()
  world.server.kill()
  const answers = ask(world)
  world.kernel.queue.run(10_000)
  assert.deepEqual(answers, [{ atUs: 2 * DELAY_US, outcome: failed({ code: 'connection-refused' }) }])
})

test('a process that dies with a request in flight leaves it unknown, whether it had arrived or not', () => {
  for (const dieAtUs of [DELAY_US / 2, DELAY_US + 50]) {
    const world = pair()
    world.server.life!.handler = () => {}
    const answers = ask(world)
    world.kernel.queue.run(dieAtUs)
    world.server.kill()
    world.kernel.queue.run(10_000)
    assert.deepEqual(answers, [{ atUs: dieAtUs + DELAY_US, outcome: unknown({ code: 'connection-lost' }) }])
  }
})

test('a request to a process that died and was started again meanwhile is not executed', () => {
  const world = pair()
  const answers = ask(world)
  world.kernel.queue.run(DELAY_US / 2)
  world.server.kill()
  let executed = 0
  world.server.start().handler = () => executed++
  world.kernel.queue.run(10_000)
  assert.equal(executed, 0)
  assert.equal(answers[0]!.outcome.kind, 'unknown')
})

test('a paused process says nothing: the deadline decides, and the request is executed at the resume', () => {
  const world = pair()
  let executed = 0
  world.server.life!.handler = (call) => {
    executed++
    call.answer('late')
  }
  world.server.life!.pause()
  const answers = ask(world, 5_000)
  world.kernel.queue.run(20_000)
  assert.deepEqual(answers, [{ atUs: 5_000, outcome: unknown({ code: 'deadline' }) }])
  assert.equal(executed, 0)
  world.server.life!.resume()
  world.kernel.queue.run(40_000)
  assert.equal(executed, 1)
  assert.equal(answers.length, 1)
})

test('a cut link delivers nothing, and after the heal everything that was sent into it, in order', () => {
  const world = pair()
  const arrived: number[] = []
  const link = world.network.link(world.client, world.server)
  link.cut()
  const answers = ask(world, 5_000)
  for (const i of [1, 2, 3]) link.send((n: number) => arrived.push(n), i)
  world.kernel.queue.run(10_000)
  assert.deepEqual(answers, [{ atUs: 5_000, outcome: unknown({ code: 'deadline' }) }])
  assert.deepEqual(arrived, [])
  link.heal()
  world.kernel.queue.run(20_000)
  assert.deepEqual(arrived, [1, 2, 3])
})

test('cuts nest: a link that two partitions cut is whole when both are healed', () => {
  const { network, client, server } = pair()
  const link = network.link(client, server)
  link.cut()
  link.cut()
  link.heal()
  assert.ok(link.isCut)
  link.heal()
  assert.ok(!link.isCut)
  assert.throws(() => link.heal(), /was not cut/)
})

test('an abandoned call is never answered, and its deadline is taken back', () => {
  const world = pair()
  let answers = 0
  const call = world.network.call(world.client, world.server, { kind: 'work' }, 1_000, { resume: () => answers++ })
  assert.notEqual(call.deadlines, null)
  call.abandon()
  assert.equal(call.deadlines, null)
  world.kernel.queue.run(10_000)
  assert.equal(answers, 0)
})

test('a caller that is paused gets its answers, and its deadlines, in their order when it is resumed', () => {
  const world = pair()
  const happened: string[] = []
  const resume = (name: string) => ({ resume: ({ kind }: Outcome<unknown>) => happened.push(`${name} ${kind}`) })
  world.network.call(world.client, world.server, { kind: 'slow' }, 300, resume('first'))
  world.network.call(world.client, world.server, { kind: 'work' }, 10_000, resume('second'))
  world.client.life!.pause()
  world.kernel.queue.run(50_000)
  assert.deepEqual(happened, [])
  world.client.life!.resume()
  assert.deepEqual(happened, ['first unknown', 'second ok'])
})

test('each direction of a link delivers in the order of sending, whatever the delays', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(400), { maxLength: 60 }), (seed, gaps) => {
      const { kernel, network } = pair(seed)
      const [a, b] = [network.add('a'), network.add('b')]
      const arrived: number[] = []
      gaps.forEach((gapUs, i) => {
        kernel.queue.run(kernel.queue.now + gapUs)
        network.send(a, b, (n: number) => arrived.push(n), i)
      })
      kernel.queue.run(kernel.queue.now + 10_000_000)
      assert.deepEqual(
        arrived,
        gaps.map((_, i) => i),
      )
    }),
  )
})

const BYTES = 500

/** When each of so many messages that were sent at once arrives. */
function arrivals(world: ReturnType<typeof pair>, count: number): readonly number[] {
  const { kernel, network, client, server } = world
  const link = network.link(client, server)
  const seen: number[] = []
  for (let i = 0; i < count; i++) link.send((number: number) => seen.push(number, kernel.queue.now), i, null, BYTES)
  return seen
}

test('what is sent over a narrow link leaves one after another, and at once when it is wide again', () => {
  const world = pair()
  const { kernel, network, client, server } = world
  const link = network.link(client, server)
  const widen = link.narrow(500_000)
  const seen = arrivals(world, 6)
  kernel.queue.run(2_500)
  assert.deepEqual(seen, [...[0, 1_000 + DELAY_US], ...[1, 2_000 + DELAY_US]])
  // The narrowest counts, and who waits begins anew.
  const widenMore = link.narrow(250_000)
  kernel.queue.run(5_000)
  assert.deepEqual(seen.slice(4), [2, 4_500 + DELAY_US])
  widenMore()
  widen()
  kernel.queue.run(10_000)
  assert.deepEqual(
    seen.slice(6),
    [3, 4, 5].flatMap((number) => [number, 5_000 + DELAY_US]),
  )
})

test('a narrow link that is cut keeps what was sent over it in order', () => {
  const world = pair()
  const { kernel, network, client, server } = world
  const link = network.link(client, server)
  const widen = link.narrow(500_000)
  const seen: number[] = []
  const send = (number: number) => link.send(() => seen.push(number), null, null, BYTES)
  for (const number of [0, 1]) send(number)
  link.cut()
  kernel.queue.run(1_500)
  send(2)
  link.heal()
  send(3)
  kernel.queue.run(1_600)
  link.cut()
  widen()
  send(4)
  link.heal()
  kernel.queue.run(20_000)
  assert.deepEqual(seen, [0, 1, 2, 3, 4])
})
