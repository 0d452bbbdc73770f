import assert from 'node:assert/strict'
import { Acknowledgements } from '../../../algorithms/failover/acknowledgements.ts'
import { Confirmations } from '../../../algorithms/failover/confirmations.ts'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { WeightedRounds } from '../../../algorithms/quorum/weighted-rounds.ts'
import { weightsOf } from '../../../algorithms/quorum/weights.ts'
import { test } from '../../support/test.ts'

const UUID = '11111111-1111-1111-1111-111111111111'
const marker = markerOf({ epoch: 2, k: 2, member: 0, base: 100 })
const anyTwo = { members: null, needed: 2 }
const fresh = () => new Acknowledgements({ sourceUuid: UUID, source: 0, base: 100, marker, k: 2 }, 4)
/** What a replica holds that applied everything of the epoch up to `upTo`. */
const upTo = (number: number) => {
  const set = MutableGtidSet.interval(UUID, 1, number)
  set.add(marker)
  return set
}

test('a write is acknowledged only when k replicas hold its transaction', () => {
  const acks = fresh()
  const write = acks.waitFor(101, anyTwo, 0)
  acks.report(1, upTo(101), 1)
  assert.equal(write.settled, false)
  acks.report(2, upTo(100), 2)
  assert.equal(write.settled, false)
  acks.report(3, upTo(105), 3)
  assert.equal(write.value, 'acknowledged')
})

test('the source and an unmarked replica never count', () => {
  const acks = fresh()
  const write = acks.waitFor(101, anyTwo, 0)
  acks.report(0, upTo(101), 1)
  acks.report(1, MutableGtidSet.interval(UUID, 1, 200), 2)
  acks.report(2, upTo(101), 3)
  assert.equal(write.settled, false)
})

test('a transaction after a gap is not held: only the contiguous part counts', () => {
  const acks = fresh()
  const write = acks.waitFor(105, anyTwo, 0)
  const gap = upTo(103)
  gap.addInterval(UUID, 105, 105)
  acks.report(1, gap, 1)
  acks.report(2, gap, 1)
  assert.equal(write.settled, false)
})

test('a selection can ask for more than k, never for less', () => {
  const acks = fresh()
  const strict = acks.waitFor(101, { members: [1, 3], needed: 2 }, 0)
  const lax = acks.waitFor(101, { members: [1], needed: 1 }, 0)
  acks.report(1, upTo(101), 1)
  assert.equal(lax.settled, false, 'k = 2 holds whatever was selected')
  acks.report(2, upTo(101), 1)
  assert.equal(lax.value, 'acknowledged')
  assert.equal(strict.settled, false)
  acks.report(3, upTo(101), 1)
  assert.equal(strict.value, 'acknowledged')
})

test('a rebuilt replica counts again only after it holds something newer that was acknowledged without it', () => {
  const acks = fresh()
  acks.waitFor(101, anyTwo, 0)
  acks.report(1, upTo(101), 1)
  acks.exclude(1)
  acks.report(1, upTo(101), 2)
  const write = acks.waitFor(101, anyTwo, 3)
  acks.report(2, upTo(101), 4)
  assert.equal(write.settled, false, 'replica 1 must not count')
  const next = acks.waitFor(102, anyTwo, 5)
  acks.report(1, upTo(102), 6)
  acks.report(2, upTo(102), 6)
  assert.equal(next.settled, false)
  acks.report(3, upTo(102), 7)
  assert.equal(next.value, 'acknowledged')
  acks.report(1, upTo(103), 8)
  assert.equal(acks.isExcluded(1), false)
})

test('the end of an epoch ends what is open, and nothing is acknowledged after it', () => {
  const acks = fresh()
  const write = acks.waitFor(101, anyTwo, 0)
  acks.end()
  assert.equal(write.value, 'ended')
  assert.equal(acks.waitFor(102, anyTwo, 1).value, 'ended')
})

test("a replica is asked for the marker first, then for the oldest transaction it lacks, by the epoch's own interval", () => {
  const acks = fresh()
  assert.equal(acks.wantedOf(1)?.toString(), `${marker.uuid}:1`)
  acks.report(1, upTo(100), 0)
  assert.equal(acks.wantedOf(1), null)
  acks.waitFor(107, anyTwo, 0)
  acks.waitFor(103, anyTwo, 0)
  assert.equal(acks.wantedOf(1)?.toString(), `${UUID}:101-103`)
  acks.report(1, upTo(103), 0)
  assert.equal(acks.wantedOf(1)?.toString(), `${UUID}:101-107`)
})

test('waiting without progress is dated from its beginning, and progress restarts the clock', () => {
  const acks = fresh()
  assert.equal(acks.waitingSinceUs, null)
  acks.waitFor(101, anyTwo, 5)
  acks.waitFor(102, anyTwo, 6)
  assert.equal(acks.waitingSinceUs, 5)
  acks.report(1, upTo(101), 7)
  acks.report(2, upTo(101), 9)
  assert.equal(acks.waitingSinceUs, 9)
  acks.report(1, upTo(102), 10)
  acks.report(2, upTo(102), 11)
  assert.equal(acks.waitingSinceUs, null)
})

test('who gives up waiting, one after another, still shows how long nothing has been acknowledged', () => {
  const acks = fresh()
  for (const member of [1, 2, 3]) acks.report(member, upTo(100), 1)
  for (const number of [101, 102, 103]) acks.forget(acks.waitFor(number, anyTwo, number))
  assert.equal(acks.openCount, 0)
  assert.equal(acks.waitingSinceUs, 101)
  assert.equal(acks.wantedOf(1)?.toString(), `${UUID}:101`, 'replicas are still asked, for the next that they lack')
  acks.report(1, upTo(102), 201)
  assert.equal(acks.wantedOf(1)?.toString(), `${UUID}:101-103`)
  acks.report(2, upTo(101), 202)
  assert.equal(acks.waitingSinceUs, 202, 'what was given up comes nearer')
  acks.report(1, upTo(103), 203)
  acks.report(3, upTo(103), 204)
  assert.equal(acks.waitingSinceUs, null)
  for (const member of [1, 3]) assert.equal(acks.wantedOf(member), null)
})

test('a read is confirmed by floor(n/2) replicas that were asked after it began', () => {
  const confirmations = new Confirmations(4)
  const early = confirmations.request()
  const askedBefore = confirmations.newest
  const late = confirmations.request()
  confirmations.confirm(1, askedBefore)
  assert.equal(early.settled, false)
  confirmations.confirm(2, askedBefore)
  assert.equal(early.value, 'confirmed')
  assert.equal(late.settled, false, 'it began after the question')
  confirmations.confirm(1, confirmations.newest)
  confirmations.confirm(1, confirmations.newest)
  assert.equal(late.settled, false, 'one replica twice is one replica')
  confirmations.confirm(3, confirmations.newest)
  assert.equal(late.value, 'confirmed')
})

test('a member that lost what was acknowledged beyond all questions counts only after something newer', () => {
  const acks = fresh()
  acks.report(1, upTo(150), 1)
  acks.report(2, upTo(140), 2)
  assert.equal(acks.acknowledgedUpTo, 140)
  // Nobody had asked about more than 100, but a read may have shown 140.
  acks.exclude(1)
  acks.report(1, upTo(120), 3)
  assert.equal(acks.isExcluded(1), true)
  acks.report(3, upTo(145), 4)
  acks.report(2, upTo(145), 5)
  acks.report(1, upTo(145), 6)
  assert.equal(acks.isExcluded(1), false)
})

test('under k = 0 everything is acknowledged at once, and who lost data counts again when it holds something newer', () => {
  const none = { members: null, needed: 0 }
  const acks = new Acknowledgements({ sourceUuid: UUID, source: 0, base: 100, marker, k: 0 }, 4)
  assert.equal(acks.waitFor(101, none, 0).value, 'acknowledged')
  assert.equal(acks.waitFor(101, null, 0).value, 'acknowledged')
  assert.equal(acks.waitingSinceUs, null)
  for (const member of [1, 2, 3]) acks.report(member, upTo(101), 1)
  assert.equal(acks.wantedOf(1), null, 'nobody waits, nobody is asked')
  acks.exclude(1)
  acks.report(1, upTo(101), 2)
  assert.equal(acks.isExcluded(1), true)
  // Now it matters what replicas hold.
  acks.waitFor(104, none, 3)
  assert.equal(acks.wantedOf(2)?.toString(), `${UUID}:101-104`)
  acks.report(1, upTo(104), 4)
  assert.equal(acks.isExcluded(1), true, 'nobody else holds anything newer yet')
  acks.report(2, upTo(104), 5)
  acks.report(1, upTo(105), 6)
  assert.equal(acks.isExcluded(1), false)
})

test('with weights a write waits for its weight as well as for k replicas, a read for k replicas alone', () => {
  const seven = { sourceUuid: UUID, source: 0, base: 100, marker, k: 2 }
  const acks = new Acknowledgements(seven, 7, new WeightedRounds(weightsOf(7, 2), 0, 100))
  const write = acks.waitFor(101, { members: null, needed: 2 }, 0)
  const read = acks.waitFor(101, null, 0)
  acks.report(6, upTo(101), 1)
  assert.equal(read.settled, false)
  acks.report(5, upTo(101), 1)
  assert.equal(read.value, 'acknowledged')
  assert.equal(write.settled, false, 'the two lightest do not weigh enough')
  acks.report(1, upTo(101), 1)
  assert.equal(write.value, 'acknowledged')
})

test('a raised k holds for whoever still waits, a lowered one lets go at once', () => {
  const acks = fresh()
  const write = acks.waitFor(101, { members: null, needed: 1 }, 0)
  acks.requires(3, 1)
  acks.report(1, upTo(101), 2)
  acks.report(2, upTo(101), 2)
  assert.equal(write.settled, false)
  acks.requires(1, 3)
  assert.equal(write.value, 'acknowledged')
})

test('second proof: one that lost relay logs and joined since counts once it holds what the source had, and what it may have helped with', () => {
  const acks = fresh()
  acks.report(1, upTo(105), 0)
  acks.report(2, upTo(105), 0)
  assert.equal(acks.acknowledgedUpTo, 105)
  acks.exclude(1)
  acks.report(1, upTo(109), 0)
  assert.ok(acks.isExcluded(1), 'without a join nothing but the first proof counts')
  // The source shows less than what was acknowledged: under semi-sync a replica has it first.
  acks.offerSecondProof(1, upTo(103))
  acks.report(1, upTo(104), 0)
  assert.ok(acks.isExcluded(1))
  assert.ok(acks.wantedOf(1)!.has({ uuid: UUID, number: 105 }))
  acks.report(1, upTo(105), 0)
  assert.ok(!acks.isExcluded(1))
  assert.equal(acks.progress[1], 105)
})

test('second proof: a further loss takes the offer back', () => {
  const acks = fresh()
  acks.exclude(1)
  acks.offerSecondProof(1, upTo(103))
  acks.exclude(1)
  acks.report(1, upTo(109), 0)
  assert.ok(acks.isExcluded(1))
})

test('receipts of k replicas acknowledge everything up to there, whoever gave them', () => {
  const acks = fresh()
  const write = acks.waitFor(103, anyTwo, 0)
  acks.receipted(103, 1, 1)
  assert.equal(write.settled, false, 'one receipt is too few')
  acks.receipted(102, 2, 2)
  assert.equal(write.settled, false)
  acks.receipted(103, 2, 3)
  assert.equal(write.value, 'acknowledged')
  assert.equal(acks.acknowledgedUpTo, 103)
  assert.equal(acks.reportedBy(1), null, 'nobody was named')
})

test('a receipt may come from a member that does not count: then there must be one more, or reports', () => {
  const acks = fresh()
  acks.exclude(3)
  const write = acks.waitFor(101, anyTwo, 0)
  acks.receipted(101, 2, 1)
  assert.equal(write.settled, false)
  assert.equal(acks.areEnough(2), false)
  acks.report(1, upTo(101), 2)
  acks.report(2, upTo(101), 2)
  assert.equal(write.value, 'acknowledged')
  const next = acks.waitFor(102, anyTwo, 3)
  acks.receipted(102, 3, 4)
  assert.equal(next.value, 'acknowledged')
})

test('receipts are no weight and no names: a selection beyond k has to report', () => {
  const acks = fresh()
  const named = acks.waitFor(101, { members: [1, 3], needed: 2 }, 0)
  acks.receipted(101, 2, 1)
  assert.equal(named.settled, false)
  acks.report(1, upTo(101), 2)
  acks.report(3, upTo(101), 2)
  assert.equal(named.value, 'acknowledged')
  const rounds = new WeightedRounds(weightsOf(4, 1, 'largest'), 0, 100)
  const weighted = new Acknowledgements({ sourceUuid: UUID, source: 0, base: 100, marker, k: 1 }, 4, rounds)
  const write = weighted.waitFor(101, { members: null, needed: 1 }, 0)
  weighted.receipted(101, 1, 1)
  assert.equal(write.settled, false)
  assert.equal(weighted.areEnough(3), false)
})

test('fewer receipts than a raised k acknowledge nothing', () => {
  const acks = fresh()
  acks.requires(3, 0)
  const write = acks.waitFor(101, { members: null, needed: 3 }, 0)
  acks.receipted(101, 2, 1)
  assert.equal(write.settled, false)
  acks.receipted(101, 3, 2)
  assert.equal(write.value, 'acknowledged')
})
