import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  deposedBy,
  type EpochRow,
  isMarker,
  markerOf,
  newestRow,
  rowOf,
  rowsIn,
  unionOf,
} from '../../../algorithms/failover/epoch.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { test } from '../../support/test.ts'

const SOURCE = '3e11fa47-71ca-11e1-9e33-c80aa9429562'

const rows: fc.Arbitrary<EpochRow> = fc
  .tuple(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  )
  .map(([epoch, k, member, base]) => ({ epoch, k, member, base }))

function row(epoch: number, member: number, k = 2): EpochRow {
  return { epoch, member, k, base: 0 }
}

function gtidsOf(...list: readonly EpochRow[]): MutableGtidSet {
  return MutableGtidSet.of(...list.map(markerOf))
}

test('a row comes back from its marker as it was', () => {
  fc.assert(
    fc.property(rows, (each) => {
      const marker = markerOf(each)
      assert.equal(marker.number, 1)
      assert.ok(isMarker(marker.uuid))
      assert.deepEqual(rowOf(marker.uuid), each)
    }),
  )
})

test('the largest row fits, and the largest epoch is not taken for a sign', () => {
  const largest: EpochRow = { epoch: 2 ** 32 - 1, k: 255, member: 255, base: 2 ** 48 - 1 }
  assert.equal(markerOf(largest).uuid, '716c6162-ffff-ffff-ffff-ffffffffffff')
  assert.deepEqual(rowOf(markerOf(largest).uuid), largest)
})

test('different rows have different markers', () => {
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      fc.pre(a.epoch !== b.epoch || a.k !== b.k || a.member !== b.member || a.base !== b.base)
      assert.notEqual(markerOf(a).uuid, markerOf(b).uuid)
    }),
  )
})

test('a row that does not fit into a marker is refused, not cut', () => {
  const fits = row(1, 0)
  const wrong: readonly EpochRow[] = [
    { ...fits, epoch: 2 ** 32 },
    { ...fits, epoch: -1 },
    { ...fits, epoch: 1.5 },
    { ...fits, k: 256 },
    { ...fits, member: 256 },
    { ...fits, member: -1 },
    { ...fits, base: 2 ** 48 },
    { ...fits, base: Number.NaN },
  ]
  for (const each of wrong) assert.throws(() => markerOf(each), /does not fit/)
})

test("markers survive MySQL's text form and are found among other transactions", () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 5 }), (list) => {
      const set = gtidsOf(...list)
      set.addInterval(SOURCE, 1, 100)
      const found = rowsIn(MutableGtidSet.parse(set.toString()))
      const distinct = new Set(list.map((each) => JSON.stringify(each)))
      assert.deepEqual(new Set(found.map((each) => JSON.stringify(each))), distinct)
      assert.equal(found.length, distinct.size)
    }),
  )
})

test("a server's own transactions are no rows", () => {
  assert.equal(isMarker(SOURCE), false)
  assert.deepEqual(rowsIn(MutableGtidSet.interval(SOURCE, 1, 5)), [])
  assert.equal(newestRow(EMPTY_GTID_SET), null)
})

test('rows are listed with the newest epoch first, and within it the smallest k first', () => {
  const set = gtidsOf(row(1, 0), row(3, 2, 3), row(2, 1), row(3, 2, 1))
  assert.deepEqual(
    rowsIn(set).map(({ epoch, k }) => [epoch, k]),
    [
      [3, 1],
      [3, 3],
      [2, 2],
      [1, 2],
    ],
  )
  assert.deepEqual(newestRow(set), row(3, 2, 1))
})

test('a session is deposed by a later promise or row, or by another source of its own epoch: the whole table', () => {
  const session = 5
  for (const promised of [4, 5, 6])
    for (const rowEpoch of [null, 4, 5, 6])
      for (const sessionMember of [null, 1])
        for (const rowMember of [1, 2]) {
          const gtids = rowEpoch === null ? EMPTY_GTID_SET : gtidsOf(row(1, 0), row(rowEpoch, rowMember))
          const verdict = deposedBy({ epoch: session, member: sessionMember }, { promised, gtids })
          const expected =
            promised > session ||
            (rowEpoch !== null && rowEpoch > session) ||
            (rowEpoch === session && rowMember !== sessionMember)
          const where = JSON.stringify({ promised, rowEpoch, sessionMember, rowMember })
          if (expected) assert.equal(verdict?.code, 'deposed', where)
          else assert.equal(verdict, null, where)
        }
})

test('another source of the same epoch deposes even where our own row has the smaller k', () => {
  for (const otherK of [1, 2, 3]) {
    const gtids = gtidsOf(row(5, 1, 2), row(5, 2, otherK))
    const rival = { code: 'deposed', by: 'rival', epoch: 5, member: 2, named: 1 }
    assert.deepEqual(deposedBy({ epoch: 5, member: 1 }, { promised: 5, gtids }), rival)
  }
})

test('several rows of one epoch and one source depose nobody', () => {
  const gtids = gtidsOf(row(5, 1, 3), row(5, 1, 2))
  assert.equal(deposedBy({ epoch: 5, member: 1 }, { promised: 5, gtids }), null)
})

test('the union holds what any of the sets holds', () => {
  const union = unionOf([MutableGtidSet.interval(SOURCE, 1, 3), EMPTY_GTID_SET, MutableGtidSet.interval(SOURCE, 5, 6)])
  assert.equal(union.toString(), `${SOURCE}:1-3:5-6`)
  assert.equal(unionOf([]).isEmpty, true)
})
