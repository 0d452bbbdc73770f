/**
 * Raft's safety under loss, duplication, reordering, crashes that forget what was not synced, and partitions; for every
 * quorum scheme, with t changed on the way. And the same schedules must convict servers that are wrong.
 */
import assert from 'node:assert/strict'
import { cabinetScheme } from '../../../algorithms/raft/cabinet.ts'
import { countingScheme } from '../../../algorithms/raft/counting.ts'
import { flexibleScheme, RAFT_FLEXIBLE } from '../../../algorithms/raft/flexible.ts'
import { evenGroups } from '../../../algorithms/raft/grouping.ts'
import { hierarchicalScheme } from '../../../algorithms/raft/hierarchical.ts'
import { majorityScheme } from '../../../algorithms/raft/majority.ts'
import { type DurableWrite, NOBODY } from '../../../algorithms/raft/message.ts'
import { RaftNode } from '../../../algorithms/raft/node.ts'
import type { QuorumScheme } from '../../../algorithms/raft/quorum-system.ts'
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

/** Each server has a t of its own, and learns of a change when it happens to. */
function unloggedThresholds(plan: Plan): Plan {
  const most = Math.floor((plan.nodes - 1) / 2)
  const own = new Array<number>(plan.nodes).fill(plan.failureThreshold)
  return {
    ...plan,
    changesThreshold: false,
    newNode: (config, state, nowUs, timeoutUs) => {
      const { id, nodes } = config
      const quorums = countingScheme(
        { ...RAFT_FLEXIBLE, name: 'unlogged' },
        nodes,
        () => own[id]! + 1,
        () => nodes - own[id]!,
      )
      return new RaftNode({ ...config, quorums }, state, nowUs, timeoutUs)
    },
    meddle: (random) => {
      if (random.uniform() < 0.02)
        own[Math.floor(random.uniform() * own.length)] = 1 + Math.floor(random.uniform() * most)
    },
  }
}

const forgetVote = (write: DurableWrite): DurableWrite => ({ ...write, votedFor: NOBODY })
const forgetTerm = (write: DurableWrite): DurableWrite => ({ ...write, term: 0, votedFor: NOBODY })

function electsByThreshold(nodes: number): QuorumScheme {
  const cabinet = cabinetScheme(nodes)
  const counting = flexibleScheme(nodes)
  return {
    ...cabinet,
    election: ({ least }) => counting.election({ least: nodes - least - 1, most: nodes - least - 1 }),
  }
}

function rough(seed: number): Plan {
  return { ...planOf(seed % 2 === 0 ? 0 : 2, majorityScheme), preVote: false, isRough: true, steps: 3000 }
}

const PLANTED: Readonly<Record<string, (seed: number) => Plan>> = {
  'a vote is not durable': (seed) => ({ ...rough(seed), kept: forgetVote }),
  'a term is not durable': (seed) => ({ ...planOf(seed, majorityScheme), kept: forgetTerm }),
  'replies and votes are sent before they are durable': (seed) => ({
    ...planOf(seed, flexibleScheme),
    promisesEarly: true,
  }),
  'cabinet elects with t+1 votes instead of n-t': (seed) => planOf(seed, electsByThreshold),
  'a change of t is not logged': (seed) => unloggedThresholds(planOf(seed + 2, flexibleScheme)),
}

const SEEDS = 600

for (const [what, plan] of Object.entries(PLANTED))
  test(`planted and found: ${what}`, { deadlineMs: 30_000 }, () => {
    for (let seed = 1; seed <= SEEDS; seed++) if (new RandomCluster(plan(seed), seed).run().violation !== null) return
    assert.fail(`not found in ${SEEDS} seeds`)
  })
