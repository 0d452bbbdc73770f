import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NOTHING_HELD } from '../../../algorithms/quorum/policy.ts'
import { WeightedRounds, weightedUpTo } from '../../../algorithms/quorum/weighted-rounds.ts'
import { largestFailureThreshold, weightsByMember, weightsOf } from '../../../algorithms/quorum/weights.ts'
import { test } from '../../support/test.ts'

const SOURCE = 0
const clusters = fc
  .integer({ min: 3, max: 9 })
  .chain((nodes) => fc.tuple(fc.constant(nodes), fc.integer({ min: 1, max: largestFailureThreshold(nodes) })))

test('the weighted verdict agrees with adding up the holders of every single number', () => {
  const cases = clusters.chain(([nodes, t]) =>
    fc.record({
      scheme: fc.constant(weightsOf(nodes, t)),
      ranking: fc.shuffledSubarray([...Array(nodes).keys()], { minLength: nodes }),
      source: fc.nat(nodes - 1),
      progress: fc.array(fc.integer({ min: NOTHING_HELD, max: 12 }), { minLength: nodes, maxLength: nodes }),
    }),
  )
  fc.assert(
    fc.property(cases, ({ scheme, ranking, source, progress }) => {
      const weights = weightsByMember(scheme, ranking)
      // A source of less than the top weight does not happen; but alone it never agrees, whatever it weighs.
      fc.pre(ranking[0] === source || weights[source]! <= scheme.threshold)
      const upTo = weightedUpTo(weights, scheme.threshold, source, progress)
      for (let number = 0; number <= 13; number++) {
        const holders = progress.flatMap((held, member) => (member === source || held >= number ? [member] : []))
        const weight = holders.reduce((sum, member) => sum + weights[member]!, 0)
        assert.equal(upTo >= number, weight > scheme.threshold, `number ${number} of ${progress}`)
      }
    }),
  )
})

/** Reports in some order: [member, up to which number]. */
const histories = clusters.chain(([nodes, t]) =>
  fc.record({
    nodes: fc.constant(nodes),
    t: fc.constant(t),
    reports: fc.array(fc.tuple(fc.integer({ min: 1, max: nodes - 1 }), fc.integer({ min: 1, max: 4 })), {
      maxLength: 60,
    }),
  }),
)

function* played({ nodes, t, reports }: { nodes: number; t: number; reports: readonly (readonly number[])[] }) {
  const rounds = new WeightedRounds(weightsOf(nodes, t), SOURCE, 0)
  const progress: number[] = new Array(nodes).fill(NOTHING_HELD)
  for (const [member, more] of reports as readonly (readonly [number, number])[]) {
    progress[member]! += more
    const before = { clock: rounds.clock, ranking: rounds.ranking, agreedUpTo: rounds.agreedUpTo }
    rounds.reported(member, progress, 0)
    yield { rounds, progress, before }
  }
}

test('whatever is reported in whatever order: what is agreed is held by t replicas at least, and stays agreed', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { rounds, progress, before } of played(history)) {
        assert.ok(rounds.agreedUpTo >= before.agreedUpTo)
        if (rounds.agreedUpTo === NOTHING_HELD) continue
        assert.ok(progress.filter((held) => held >= rounds.agreedUpTo).length >= history.t)
      }
    }),
  )
})

test('weights move only when a round ends: the clock ticks, the source stays on top, every weight is given once', () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { rounds, before } of played(history)) {
        if (rounds.clock === before.clock) assert.equal(rounds.ranking, before.ranking)
        else assert.equal(rounds.clock, before.clock + 1)
        assert.equal(rounds.ranking[0], SOURCE)
        const members = [...rounds.ranking].sort((a, b) => a - b)
        assert.deepEqual(members, [...members.keys()])
        assert.deepEqual(
          [...rounds.weights].sort((a, b) => b - a),
          rounds.scheme.weights,
        )
      }
    }),
  )
})

test('any n-t servers, the source among them, get on: t dead replicas stop nobody', () => {
  fc.assert(
    fc.property(clusters, fc.nat(), ([nodes, t], shift) => {
      const rounds = new WeightedRounds(weightsOf(nodes, t), SOURCE, 0)
      const progress: number[] = new Array(nodes).fill(NOTHING_HELD)
      const alive = [...Array(nodes - 1).keys()].map((i) => 1 + ((i + shift) % (nodes - 1))).slice(0, nodes - 1 - t)
      for (let number = 0; number < 5; number++) {
        for (const member of alive) {
          progress[member] = number
          rounds.reported(member, progress, number)
        }
        assert.equal(rounds.agreedUpTo, number)
      }
    }),
  )
})

test('the t that answer first become the heaviest replicas, and then they are enough', () => {
  const rounds = new WeightedRounds(weightsOf(7, 2), SOURCE, 0)
  const progress: number[] = new Array(7).fill(NOTHING_HELD)
  const report = (member: number, number: number) => {
    progress[member] = number
    rounds.reported(member, progress, number)
  }
  // The lightest answer first: two of them are not enough yet.
  report(6, 0)
  report(5, 0)
  assert.equal(rounds.clock, 0)
  report(1, 0)
  assert.equal(rounds.clock, 1)
  assert.deepEqual(rounds.ranking.slice(0, 4), [0, 6, 5, 1])
  report(6, 1)
  report(5, 1)
  assert.equal(rounds.agreedUpTo, 1)
})

test('a round that fails changes neither the weights nor the clock, however long it lasts', () => {
  const rounds = new WeightedRounds(weightsOf(7, 2), SOURCE, 0)
  const progress: number[] = new Array(7).fill(NOTHING_HELD)
  const ranking = rounds.ranking
  for (let number = 0; number < 100; number++) {
    progress[6] = number
    rounds.reported(6, progress, number)
  }
  assert.equal(rounds.clock, 0)
  assert.equal(rounds.ranking, ranking)
})

test('another threshold keeps the ranking and what was agreed, and judges by its own weights', () => {
  const rounds = new WeightedRounds(weightsOf(7, 1), SOURCE, 0)
  const progress: number[] = new Array(7).fill(NOTHING_HELD)
  progress[4] = 3
  rounds.reported(4, progress, 3)
  progress[1] = 3
  rounds.reported(1, progress, 3)
  assert.equal(rounds.agreedUpTo, 3)
  const { ranking } = rounds
  rounds.reweigh(weightsOf(7, 3), progress)
  assert.equal(rounds.agreedUpTo, 3)
  assert.equal(rounds.ranking, ranking)
  progress[4] = progress[1] = 9
  rounds.reported(4, progress, 9)
  assert.equal(rounds.agreedUpTo, 3, 'two replicas are too few for t = 3')
})
