import assert from 'node:assert/strict'
import type { Outcome } from '../../../algorithms/servers.ts'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import type { Call } from '../../../sim/kernel/call.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import { Network } from '../../../sim/network/network.ts'
import { test } from '../../support/test.ts'

/** A server that answers after 10 ms each, however many there are at once, asked over two connections. */
function asked(...deadlinesMs: readonly number[]) {
  const kernel = new Kernel(new RandomStreams(1))
  const network = new Network(kernel, { defaultDelay: { kind: 'constant', us: 0 }, links: [] })
  const [caller, server] = [network.add('coordinator'), network.add('node1')]
  caller.start()
  let atOnce = 0
  let most = 0
  server.start().handler = (call: Call) => {
    most = Math.max(most, ++atOnce)
    kernel.queue.after(
      10_000,
      (one: Call) => {
        atOnce--
        one.answer({})
      },
      call,
    )
  }
  const ends: string[] = []
  const calls = deadlinesMs.map((deadlineMs, i) =>
    network.callOver(2, caller, server, { kind: 'execute' }, deadlineMs * 1000, {
      resume: (outcome: Outcome<unknown>) => {
        const why = outcome.kind === 'ok' ? '' : ` ${outcome.why.code}`
        ends.push(`${i} ${outcome.kind}${why} ${kernel.queue.now / 1000}`)
      },
    }),
  )
  return { calls, ends, run: () => kernel.queue.run(1_000_000), most: () => most }
}

test('statements beyond the connections wait for one, in order, and none is refused', () => {
  const { ends, run, most } = asked(1_000, 1_000, 1_000, 1_000, 1_000)
  run()
  assert.deepEqual(ends, ['0 ok 10', '1 ok 10', '2 ok 20', '3 ok 20', '4 ok 30'])
  assert.equal(most(), 2)
})

test('one that never got a connection within its deadline was certainly not executed', () => {
  const { ends, run } = asked(1_000, 1_000, 5, 1_000)
  run()
  assert.deepEqual(ends, ['2 failed no-connection 5', '0 ok 10', '1 ok 10', '3 ok 20'])
})

test('a statement that is given up frees its connection, or its place in the queue', () => {
  const { calls, ends, run } = asked(1_000, 1_000, 1_000, 1_000)
  calls[0]!.abandon()
  calls[3]!.abandon()
  run()
  assert.deepEqual(ends, ['1 ok 10', '2 ok 10'])
})
