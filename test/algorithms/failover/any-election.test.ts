/**
 * Safety never depends on the election policy: not on the ones there are, and not on one that wants the worst. The
 * adversary elects, among those that the procedure lets win, who holds least, and of those the slowest.
 */
import assert from 'node:assert/strict'
import { ELECTION_POLICIES } from '../../../algorithms/election/policies.ts'
import { type ElectionFactory, rankBy } from '../../../algorithms/election/policy.ts'
import { test } from '../../support/test.ts'
import { judged, randomScenario } from './random-scenario.ts'

const adversary: ElectionFactory = () => ({
  name: 'adversary',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => -c.held - c.latencyUs / 1e9,
      (c) => `holds only ${c.held}`,
    ),
})

const ADVERSARY_SEEDS = 40

test(`the adversary, ${ADVERSARY_SEEDS} seeds of random faults: nothing acknowledged is lost`, {
  deadlineMs: 120_000,
}, () => {
  let behind = 0
  for (let seed = 0; seed < ADVERSARY_SEEDS; seed++) {
    // Odd seeds leave replicas behind: there the worst candidate is a bad one.
    const text = randomScenario(2 * seed + 1)
    const { record, failed } = judged(text, { seed, election: adversary })
    assert.deepEqual(failed, [], `seed ${seed}\n${text}`)
    for (const event of record.events) {
      if (event.kind !== 'elected' || event.policy !== 'adversary') continue
      const best = event.rankings['most-advanced']![0]!.node
      if (event.node !== best && event.reason.startsWith('holds only')) behind++
    }
  }
  assert.ok(behind >= ADVERSARY_SEEDS / 4, `only ${behind} elections of somebody who lacked transactions`)
})

const POLICY_SEEDS = 6

test(`every policy there is, ${POLICY_SEEDS} seeds of random faults each: nothing acknowledged is lost`, {
  deadlineMs: 120_000,
}, () => {
  for (const name of Object.keys(ELECTION_POLICIES))
    for (let seed = 0; seed < POLICY_SEEDS; seed++) {
      const text = randomScenario(1_000 + seed).replace(/election: [\w-]+/, `election: ${name}`)
      const { record, failed } = judged(text, { seed })
      assert.deepEqual(failed, [], `${name}, seed ${seed}\n${text}`)
      for (const event of record.events) if (event.kind === 'elected') assert.equal(event.policy, name)
    }
})
