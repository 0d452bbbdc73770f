import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RandomStream, RandomStreams } from '../../../scenarios/chance/random.ts'
import { test } from '../../support/test.ts'

function draws(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.nextUint32())
}

test('the generator is xoshiro128**: state 1, 2, 3, 4 gives the published outputs', () => {
  assert.deepEqual(
    draws(new RandomStream([1, 2, 3, 4]), 10),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  )
})

test('streams are frozen: the draws of seed 42 never change', () => {
  const streams = new RandomStreams(42)
  assert.deepEqual(draws(streams.stream('arrivals'), 4), [3788935460, 2344623925, 3967286625, 3634897585])
  assert.deepEqual(
    draws(streams.stream('delay:client->coordinator'), 4),
    [3355666880, 1916644696, 94680670, 1610941912],
  )
  assert.deepEqual(draws(new RandomStreams(-7).stream(''), 4), [6082719, 2768417341, 3022831472, 2479121960])
  assert.deepEqual(
    draws(new RandomStreams(2 ** 53 - 1).stream('arrivals'), 4),
    [3388190584, 164570052, 376274674, 639499480],
  )
})

test('a stream yields the same numbers whatever other streams are used, and in whatever order', () => {
  const name = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(fc.maxSafeInteger(), name, fc.array(name, { maxLength: 20 }), (seed, watched, others) => {
      const alone = draws(new RandomStreams(seed).stream(watched), 8)
      const streams = new RandomStreams(seed)
      const mixed: number[] = []
      for (let index = 0; index < 8; index++) {
        for (const other of others) if (other !== watched) streams.stream(other).nextUint32()
        mixed.push(streams.stream(watched).nextUint32())
      }
      assert.deepEqual(mixed, alone)
    }),
  )
})

test('different names and neighbouring seeds give unrelated streams', () => {
  const seen = new Set<string>()
  let streams = 0
  for (let seed = 0; seed < 200; seed++) {
    const family = new RandomStreams(seed)
    for (const name of ['a', 'b', 'ab', 'ba', 'a0', 'node1', 'node2', 'node1->node2', 'node2->node1']) {
      seen.add(String(draws(family.stream(name), 2)))
      streams++
    }
  }
  assert.equal(seen.size, streams)
})

test('the first draws of many streams are uniform, and so are many draws of one stream', () => {
  const family = new RandomStreams(1)
  const first = Array.from({ length: 20_000 }, (_, index) => family.stream(`stream ${index}`).uniform())
  const one = family.stream('one')
  const later = Array.from({ length: 20_000 }, () => one.uniform())
  for (const sample of [first, later]) assert.ok(largestGap(sample) < 1.95 / Math.sqrt(sample.length))
})

/** Kolmogorov-Smirnov distance from the uniform distribution; 1.95 / sqrt(n) is passed once in a thousand times. */
function largestGap(sample: number[]): number {
  const sorted = sample.toSorted((a, b) => a - b)
  return Math.max(...sorted.map((value, index) => Math.abs(value - (index + 0.5) / sorted.length)))
}

test('uniform() stays in [0, 1), at the extremes too', () => {
  class Fixed extends RandomStream {
    override nextUint32(): number {
      return 0xffffffff
    }
  }
  assert.ok(new Fixed([1, 0, 0, 0]).uniform() < 1)
  assert.equal(new RandomStream([1, 0, 0, 0]).uniform(), 0)
})

test('a fractional seed and an all-zero state are refused', () => {
  assert.throws(() => new RandomStreams(0.5), /a seed is an integer, found 0.5/)
  assert.throws(() => new RandomStream([0, 0, 0, 0]), /only zeros/)
})
