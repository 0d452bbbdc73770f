import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { delayTable } from '../../../scenarios/chance/sampling.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import { SimProcess } from '../../../sim/kernel/process.ts'
import { Link } from '../../../sim/network/link.ts'
import { fateOf, type Trouble } from '../../../sim/network/link-trouble.ts'
import { test } from '../../support/test.ts'

const MESSAGES = 2_000

/** What arrives of numbered messages sent every 100 us, in the order in which it does, with the time it took. */
function arrivals(troubles: readonly Trouble[], datagrams: boolean) {
  const kernel = new Kernel(new RandomStreams(1))
  const [from, to] = [new SimProcess('a', 0), new SimProcess('b', 1, { datagrams })]
  const link = new Link(kernel, from, to, delayTable({ kind: 'constant', us: 250 }))
  link.troubles.push(...troubles)
  const arrived: { readonly message: number; readonly tookUs: number }[] = []
  const { queue } = kernel
  for (let message = 0; message < MESSAGES; message++)
    queue.after(
      message * 100,
      () =>
        link.send((sent) => {
          arrived.push({ message: sent, tookUs: queue.now - sent * 100 })
        }, message),
      undefined,
    )
  while (queue.runNext());
  return arrived
}

const messagesOf = (arrived: ReturnType<typeof arrivals>) => arrived.map(({ message }) => message)
const isSorted = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || numbers[i - 1]! <= n)

test('a lossy link drops its share of datagrams, and keeps the order of the others', () => {
  const left = messagesOf(arrivals([{ kind: 'lose', ratio: 0.2 }], true))
  assert.ok(Math.abs(left.length / MESSAGES - 0.8) < 0.05)
  assert.ok(isSorted(left))
  assert.deepEqual(arrivals([{ kind: 'lose', ratio: 1 }], true), [])
})

test('a duplicating link delivers its share twice', () => {
  const arrived = messagesOf(arrivals([{ kind: 'duplicate', ratio: 0.3 }], true))
  assert.ok(Math.abs(arrived.length / MESSAGES - 1.3) < 0.05)
  assert.equal(new Set(arrived).size, MESSAGES)
})

test('a reordering link delivers everything once, later ones before earlier ones', () => {
  const arrived = arrivals([{ kind: 'reorder', ratio: 0.1 }], true)
  assert.equal(new Set(messagesOf(arrived)).size, MESSAGES)
  assert.equal(arrived.length, MESSAGES)
  assert.ok(!isSorted(messagesOf(arrived)))
  const late = arrived.filter(({ tookUs }) => tookUs > 250).length
  assert.ok(Math.abs(late / MESSAGES - 0.1) < 0.03, 'only those that are reordered are late')
})

test('what TCP loses arrives all the same, in order, a retransmission later', () => {
  const arrived = arrivals([{ kind: 'lose', ratio: 0.01 }], false)
  assert.deepEqual(
    messagesOf(arrived),
    Array.from({ length: MESSAGES }, (_, i) => i),
  )
  assert.ok(arrived.some(({ tookUs }) => tookUs >= 200_250))
})

test('loss and duplication at once: nothing lost arrives', () => {
  const stream = new RandomStreams(1).stream('fates')
  const troubles: readonly Trouble[] = [
    { kind: 'duplicate', ratio: 1 },
    { kind: 'lose', ratio: 1 },
  ]
  assert.deepEqual(fateOf(troubles, stream), [])
})
