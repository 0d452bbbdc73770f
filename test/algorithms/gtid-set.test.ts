/**
 * The interval arithmetic against a plain set too dumb to be wrong: a Set of strings `uuid:number`.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { EMPTY_GTID_SET, type Gtid, type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import { test } from '../support/test.ts'

const UUIDS = [
  '00000000-0000-0000-0000-00000000000a',
  '11111111-1111-1111-1111-111111111111',
  '716c6162-0000-0001-0200-000000000005',
]
const [A, B] = UUIDS as [string, string, string]
const HIGHEST = 24

type PlainSet = Set<string>

interface Interval {
  readonly uuid: string
  readonly first: number
  readonly last: number
}

const numbers = fc.integer({ min: 1, max: HIGHEST })
const gtids: fc.Arbitrary<Gtid> = fc.record({ uuid: fc.constantFrom(...UUIDS), number: numbers })
const intervals: fc.Arbitrary<Interval> = fc
  .tuple(fc.constantFrom(...UUIDS), numbers, fc.integer({ min: 0, max: 5 }))
  .map(([uuid, first, more]) => ({ uuid, first, last: Math.min(HIGHEST, first + more) }))
const lists = fc.array(intervals, { maxLength: 12 })

function setOf(list: readonly Interval[]): MutableGtidSet {
  const set = new MutableGtidSet()
  for (const each of list) set.addInterval(each.uuid, each.first, each.last)
  return set
}

function plainSetOf(list: readonly Interval[]): PlainSet {
  const plain: PlainSet = new Set()
  for (const { uuid, first, last } of list)
    for (let number = first; number <= last; number++) plain.add(`${uuid}:${number}`)
  return plain
}

/** Every transaction that the set says it has, asked one by one. */
function membersOf(set: GtidSet): PlainSet {
  const members: PlainSet = new Set()
  for (const uuid of UUIDS)
    for (let number = 1; number <= HIGHEST + 6; number++)
      if (set.has({ uuid, number })) members.add(`${uuid}:${number}`)
  return members
}

/** Sorted, apart by at least one missing number, none empty: the form that every method relies on. */
function assertCanonical(set: GtidSet): void {
  for (const uuid of set.uuids()) {
    const flat = set.intervals(uuid)
    assert.ok(flat.length > 0 && flat.length % 2 === 0, `${uuid} is listed with ${flat.length} bounds`)
    for (let i = 0; i < flat.length; i += 2) {
      assert.ok(flat[i]! <= flat[i + 1]!, `empty interval in ${flat}`)
      if (i > 0) assert.ok(flat[i]! > flat[i - 1]! + 1, `intervals touch in ${flat}`)
    }
  }
}

function assertSame(set: GtidSet, plain: PlainSet): void {
  assertCanonical(set)
  assert.deepEqual(membersOf(set), new Set([...plain].sort((a, b) => compareMembers(a, b))))
  assert.equal(set.size, plain.size)
  assert.equal(set.isEmpty, plain.size === 0)
}

/** The order in which membersOf asks. */
function compareMembers(a: string, b: string): number {
  const [uuidA, numberA] = a.split(':') as [string, string]
  const [uuidB, numberB] = b.split(':') as [string, string]
  return UUIDS.indexOf(uuidA) - UUIDS.indexOf(uuidB) || Number(numberA) - Number(numberB)
}

test('intervals added in any order hold what was added and nothing else', () => {
  fc.assert(fc.property(lists, (list) => assertSame(setOf(list), plainSetOf(list))))
})

test('single transactions added in any order hold what was added and nothing else', () => {
  fc.assert(
    fc.property(fc.array(gtids, { maxLength: 40 }), (list) => {
      assertSame(MutableGtidSet.of(...list), new Set(list.map((gtid) => `${gtid.uuid}:${gtid.number}`)))
    }),
  )
})

test('union, minus, covers and equals agree with sets of strings', () => {
  fc.assert(
    fc.property(lists, lists, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)]
      const [x, y] = [plainSetOf(left), plainSetOf(right)]
      assertSame(a.union(b), new Set([...x, ...y]))
      assertSame(a.minus(b), new Set([...x].filter((member) => !y.has(member))))
      assert.equal(
        a.covers(b),
        [...y].every((member) => x.has(member)),
      )
      assert.equal(a.equals(b), x.size === y.size && [...y].every((member) => x.has(member)))
    }),
  )
})

test('a set equals itself in whatever order it was built', () => {
  const shuffled = lists.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      assert.ok(setOf(list).equals(setOf(other)))
      assert.equal(setOf(list).toString(), setOf(other).toString())
    }),
  )
})

test('what is left out and what is kept make the whole again', () => {
  fc.assert(
    fc.property(lists, lists, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)]
      const kept = a.minus(b)
      const common = a.minus(kept)
      assert.ok(kept.union(common).equals(a))
      assert.ok(b.covers(common))
      assert.equal(kept.size + common.size, a.size)
    }),
  )
})

test('operations leave their operands as they were', () => {
  fc.assert(
    fc.property(lists, lists, gtids, (left, right, extra) => {
      const [a, b] = [setOf(left), setOf(right)]
      const before = [a.toString(), b.toString()]
      for (const result of [a.union(b), a.minus(b), a.clone()]) {
        result.add(extra)
        result.addInterval(extra.uuid, 1, HIGHEST)
      }
      assert.deepEqual([a.toString(), b.toString()], before)
    }),
  )
})

test('adding a set to itself changes nothing', () => {
  fc.assert(
    fc.property(lists, (list) => {
      const set = setOf(list)
      set.addAll(set)
      assertSame(set, plainSetOf(list))
    }),
  )
})

test('highest and contiguousFrom agree with counting', () => {
  fc.assert(
    fc.property(lists, fc.constantFrom(...UUIDS), numbers, (list, uuid, first) => {
      const [set, plain] = [setOf(list), plainSetOf(list)]
      let highest = 0
      for (let number = 1; number <= HIGHEST; number++) if (plain.has(`${uuid}:${number}`)) highest = number
      assert.equal(set.highest(uuid), highest)
      let reached = first - 1
      while (plain.has(`${uuid}:${reached + 1}`)) reached++
      assert.equal(set.contiguousFrom(uuid, first), reached)
    }),
  )
})

test("MySQL's text form is read back as the same set", () => {
  fc.assert(
    fc.property(lists, (list) => {
      const set = setOf(list)
      const again = MutableGtidSet.parse(set.toString())
      assertSame(again, plainSetOf(list))
      assert.equal(again.toString(), set.toString())
      assert.equal(JSON.stringify({ set }), JSON.stringify({ set: again.toString() }))
    }),
  )
})

test('text is read with white space, capitals, repeated uuids and numbers in any order', () => {
  fc.assert(
    fc.property(lists, fc.constantFrom('', ' ', '\n', ' \n  '), (list, space) => {
      const text = list
        .map(({ uuid, first, last }) => `${uuid.toUpperCase()}:${first}${space}-${space}${last}`)
        .join(`${space},${space}`)
      assertSame(MutableGtidSet.parse(text), plainSetOf(list))
    }),
  )
})

test('the text form is the one MySQL prints', () => {
  const set = MutableGtidSet.parse(`${B}:7:1-5, ${A}:3`)
  assert.equal(set.toString(), `${A}:3,${B}:1-5:7`)
  set.addInterval(B, 6, 6)
  assert.equal(set.toString(), `${A}:3,${B}:1-7`)
  assert.equal(new MutableGtidSet().toString(), '')
})

test('anything that is not a GTID set is refused with what was found', () => {
  const wrong = [
    'nonsense',
    A,
    `${A}:`,
    `${A}:0`,
    `${A}:5-3`,
    `${A}:-3`,
    `${A}:1-`,
    `${A}:1.5`,
    `${A}:1e3`,
    `${A}:1-2-3`,
    `${A.slice(1)}:1`,
    `${A}:1;${B}:1`,
  ]
  for (const text of wrong)
    assert.throws(() => MutableGtidSet.parse(text), /not a GTID (set|interval): expected .*, found "/, text)
})

test('the empty text, blanks and lone commas are the empty set', () => {
  for (const text of ['', ' ', '\n', ',', ' , ,']) assert.equal(MutableGtidSet.parse(text).isEmpty, true)
})

test('an interval whose end lies before its start is empty', () => {
  assert.equal(MutableGtidSet.interval(A, 5, 4).isEmpty, true)
  assert.equal(MutableGtidSet.interval(A, 5, 5).size, 1)
  assert.equal(EMPTY_GTID_SET.isEmpty, true)
})

test('consecutive writes stay one interval however many they are', () => {
  const set = new MutableGtidSet()
  for (let number = 1; number <= 10_000; number++) set.add({ uuid: A, number })
  assert.deepEqual(set.intervals(A), [1, 10_000])
})
