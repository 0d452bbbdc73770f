import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TraceHash } from '../../../sim/kernel/trace-hash.ts'
import { test } from '../../support/test.ts'

type Event = readonly [timeUs: number, kind: number, node: number, id: number]

const large = fc.oneof(fc.nat(1000), fc.maxSafeNat())
const event: fc.Arbitrary<Event> = fc.tuple(large, fc.nat(255), fc.nat(1000), large)

function digestOf(events: readonly Event[]): string {
  const hash = new TraceHash()
  for (const [timeUs, kind, node, id] of events) hash.mix(timeUs, kind, node, id)
  return hash.digest()
}

test('the digest is sixteen hexadecimal digits, frozen', () => {
  assert.equal(digestOf([]), '243f6a8813198a2e')
  assert.equal(digestOf([[1, 2, 3, 4]]), 'cb7b58e3c3fb8a9a')
  assert.equal(
    digestOf([
      [2 ** 40 + 5, 2, 3, 2 ** 33],
      [2 ** 40 + 6, 0, 0, 0],
    ]),
    '3a1fba5e15067f8a',
  )
})

test('changing any one number of any one event changes the digest', () => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 20 }),
      fc.nat(),
      fc.nat(3),
      fc.maxSafeNat(),
      (events, which, field, other) => {
        const at = which % events.length
        const changed = events[at]!.map((number, index) => (index === field ? other : number)) as unknown as Event
        fc.pre(changed[field] !== events[at]![field])
        // kind and node are hashed as 32-bit words
        fc.pre(field === 0 || field === 3 || (changed[field]! - events[at]![field]!) % 2 ** 32 !== 0)
        assert.notEqual(digestOf(events.with(at, changed)), digestOf(events))
      },
    ),
    { numRuns: 2000 },
  )
})

test('a time or id beyond 2^32 is hashed in full: every single bit counts', () => {
  for (const field of [0, 3]) {
    const digests = new Set<string>()
    for (let bit = 0; bit < 53; bit++) {
      const one: [number, number, number, number] = [0, 0, 0, 0]
      one[field] = 2 ** bit
      digests.add(digestOf([one]))
    }
    assert.equal(digests.size, 53)
  }
})

test('swapping two different events, dropping one, or repeating one changes the digest', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 2, maxLength: 10 }), (events) => {
      const digest = digestOf(events)
      assert.notEqual(digestOf(events.slice(1)), digest)
      assert.notEqual(digestOf([...events, events.at(-1)!]), digest)
      const [first, second, ...others] = events
      if (String(first) !== String(second)) assert.notEqual(digestOf([second!, first!, ...others]), digest)
    }),
  )
})

test('a hundred thousand similar events leave no two equal digests', () => {
  const hash = new TraceHash()
  const digests = new Set<string>()
  for (let id = 0; id < 100_000; id++) {
    hash.mix(id, 1, id % 4, id >> 2)
    digests.add(hash.digest())
  }
  assert.equal(digests.size, 100_000)
})

test('reading the digest changes nothing', () => {
  const hash = new TraceHash()
  hash.mix(1, 2, 3, 4)
  assert.equal(hash.digest(), hash.digest())
})
