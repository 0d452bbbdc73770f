import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { SwarmOutcome } from '../../../scenarios/swarm/outcome.ts'
import { Tally } from '../../../scenarios/swarm/tally.ts'
import { tallyText } from '../../../scenarios/swarm/tally-text.ts'
import { test } from '../../support/test.ts'

const OUTCOMES = fc.uniqueArray(
  fc.record({
    seed: fc.nat(1000),
    algorithms: fc.record({
      timestamps: fc.constant('odd-even' as const),
      quorum: fc.constantFrom('majority' as const, 'cabinet-top' as const),
      election: fc.constantFrom('seer-score' as const, 'most-advanced' as const),
    }),
    nodes: fc.constantFrom(3, 4),
    verbs: fc.uniqueArray(fc.constantFrom('crash' as const, 'pause' as const)),
    failures: fc.uniqueArray(
      fc.record({
        check: fc.constantFrom('single-writer', 'replicas-converge'),
        detail: fc.constantFrom('a', 'b'),
        evidence: fc.constant([]),
        cause: fc.constantFrom('x', 'y'),
      }),
      { maxLength: 2, selector: ({ check }) => check },
    ),
    undecided: fc.array(
      fc.record({
        check: fc.constant('single-writer'),
        cause: fc.constant('open'),
        detail: fc.constantFrom('3 open', '5 open'),
      }),
      { maxLength: 1 },
    ),
    failovers: fc.nat(2),
    refusal: fc.constantFrom(null, 'the rule'),
    digest: fc.constant('d'),
  }),
  { selector: ({ seed }) => seed, maxLength: 20 },
)

function textOf(outcomes: readonly SwarmOutcome[]): string {
  const tally = new Tally()
  for (const outcome of outcomes) tally.add(outcome)
  return tallyText(tally, () => null)
}

test('the table does not depend on the order in which outcomes come', () => {
  fc.assert(
    fc.property(OUTCOMES, fc.nat(), (outcomes, turn) => {
      const at = outcomes.length === 0 ? 0 : turn % outcomes.length
      const other = [...outcomes.slice(at), ...outcomes.slice(0, at).reverse()]
      assert.equal(textOf(other), textOf(outcomes))
    }),
    { numRuns: 100 },
  )
})

test('every failing seed is counted once, and each group names its smallest seed', () => {
  fc.assert(
    fc.property(OUTCOMES, (outcomes) => {
      const tally = new Tally()
      for (const outcome of outcomes) tally.add(outcome)
      assert.equal(tally.seeds, outcomes.length)
      assert.equal(tally.failing, outcomes.filter(({ failures }) => failures.length > 0).length)
      for (const { check, cause, first, count } of tally.groups) {
        const such = outcomes.filter(({ failures }) => failures.some((f) => f.check === check && f.cause === cause))
        assert.equal(count, such.length)
        assert.equal(first.seed, Math.min(...such.map(({ seed }) => seed)))
      }
    }),
    { numRuns: 100 },
  )
})
