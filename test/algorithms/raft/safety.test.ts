/**
 * Raft's safety under loss, duplication, reordering, crashes that forget what was not synced, and partitions; for every
 * quorum scheme, with t changed on the way. And the same schedules must convict servers that are wrong.
 */
import assert from 'node:assert/strict'
import { cabinetScheme } from '../../../algorithms/raft/cabinet.ts'
import { flexibleScheme } from '../../../algorithms/raft/flexible.ts'
import { evenGroups, hierarchicalScheme } from '../../../algorithms/raft/hierarchical.ts'
import { majorityScheme } from '../../../algorithms/raft/majority.ts'
import type { QuorumScheme } from '../../../algorithms/raft/quorum.ts'
import { test } from '../../support/test.ts'
import { type Plan, RandomCluster } from './random-cluster.ts'

const SCHEMES: Readonly<Record<string, (nodes: number) => QuorumScheme>> = {
  majority: majorityScheme,
  flexible: flexibleScheme,
  cabinet: (nodes) => cabinetScheme(nodes),
  hierarchical: (nodes) => hierarchicalScheme(evenGroups(nodes)),
}

function planOf(seed: number, scheme: (nodes: number) => QuorumScheme): Plan {
  const nodes = 3 + (seed % 7)
  return {
    nodes,
    quorums: scheme(nodes),
    failureThreshold: 1 + (seed % Math.floor((nodes - 1) / 2)),
    preVote: seed % 3 > 0,
    roundsInFlight: 1 + (seed % 3),
    changesThreshold: true,
    steps: 1200,
  }
}

for (const [name, scheme] of Object.entries(SCHEMES))
  test(`${name}: election safety, leader completeness, log matching and state machine safety hold in random runs`, () => {
    let committed = 0
    let terms = 0
    let thresholds = 0
    for (let seed = 1; seed <= 60; seed++) {
      const outcome = new RandomCluster(planOf(seed, scheme), seed).run()
      assert.equal(outcome.violation, null, `seed ${seed}`)
      committed += outcome.committed
      terms += outcome.terms
      thresholds += outcome.thresholds
    }
    // Runs in which nothing happens would hold as well.
    assert.ok(committed > 500, `${committed} entries committed`)
    assert.ok(terms > 60, `${terms} terms with a leader`)
    assert.ok(scheme(5).takesThreshold ? thresholds > 10 : thresholds === 0, `${thresholds} changes of t`)
  })
