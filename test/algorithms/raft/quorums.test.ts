/** Every commit quorum meets every election quorum: all subsets of all small groups, of every scheme. */
import assert from 'node:assert/strict'
import { cabinetScheme } from '../../../algorithms/raft/cabinet.ts'
import { flexibleScheme } from '../../../algorithms/raft/flexible.ts'
import { evenGroups } from '../../../algorithms/raft/grouping.ts'
import { hierarchicalScheme } from '../../../algorithms/raft/hierarchical.ts'
import { majorityScheme } from '../../../algorithms/raft/majority.ts'
import type { QuorumScheme } from '../../../algorithms/raft/quorum-system.ts'
import { test } from '../../support/test.ts'

interface Case {
  readonly scheme: QuorumScheme
  readonly nodes: number
  readonly t: number
}

function* cases(): Generator<Case> {
  for (let nodes = 3; nodes <= 10; nodes++) {
    yield { scheme: majorityScheme(nodes), nodes, t: 1 }
    yield { scheme: hierarchicalScheme(evenGroups(nodes)), nodes, t: 1 }
    for (let t = 1; t <= Math.floor((nodes - 1) / 2); t++) {
      yield { scheme: flexibleScheme(nodes), nodes, t }
      yield { scheme: cabinetScheme(nodes), nodes, t }
    }
  }
}

function membersOf(subset: number, nodes: number): number[] {
  return Array.from({ length: nodes }, (_, node) => node).filter((node) => (subset >> node) & 1)
}

function commits({ scheme, t }: Case, members: readonly number[]): boolean {
  const tally = scheme.reign(0).begin({ least: t, most: t })
  return members.map((node) => tally.add(node)).at(-1) === 'won'
}

function elects({ scheme, t }: Case, members: readonly number[]): boolean {
  const tally = scheme.election({ least: t, most: t })
  return members.map((node) => tally.vote(node, 'granted')).at(-1) === 'won'
}

test('no commit quorum misses an election quorum, in any scheme with 3 to 10 servers', () => {
  let commitQuorums = 0
  for (const one of cases()) {
    const everybody = 2 ** one.nodes - 1
    for (let subset = 0; subset <= everybody; subset++) {
      if (!commits(one, membersOf(subset, one.nodes))) continue
      commitQuorums++
      // Quorums grow: if even all the others together cannot elect, nobody can without a member of this one.
      const others = membersOf(everybody - subset, one.nodes)
      assert.ok(!elects(one, others), `${one.scheme.name} n=${one.nodes} t=${one.t}: ${others} elect without ${subset}`)
    }
  }
  assert.ok(commitQuorums > 10_000)
})

test('a committed round has at least as many servers as its scheme says', () => {
  for (const one of cases()) {
    let fewest = one.nodes
    for (let subset = 1; subset < 2 ** one.nodes; subset++) {
      const members = membersOf(subset, one.nodes)
      if (members.length < fewest && commits(one, members)) fewest = members.length
    }
    assert.equal(fewest, one.scheme.fewest({ least: one.t, most: one.t }), `${one.scheme.name} n=${one.nodes}`)
  }
})

test('an election is lost as soon as nobody who is left could win it, and not earlier', () => {
  for (const one of cases()) {
    if (one.nodes > 7) continue
    const everybody = 2 ** one.nodes - 1
    for (let refusing = 1; refusing <= everybody; refusing++) {
      const tally = one.scheme.election({ least: one.t, most: one.t })
      const verdict = membersOf(refusing, one.nodes)
        .map((node) => tally.vote(node, 'refused'))
        .at(-1)
      const possible = elects(one, membersOf(everybody - refusing, one.nodes))
      assert.equal(verdict, possible ? 'pending' : 'lost', `${one.scheme.name} n=${one.nodes}: ${refusing} refuse`)
    }
  }
})

test('while a change of t is open, commits take the larger t and elections the smaller', () => {
  const [flexible, cabinet] = [flexibleScheme(9), cabinetScheme(9)]
  assert.equal(flexible.fewest({ least: 1, most: 3 }), 4)
  assert.equal(cabinet.fewest({ least: 1, most: 3 }), 4)
  for (const scheme of [flexible, cabinet]) {
    const votes = scheme.election({ least: 1, most: 3 })
    for (let node = 0; node < 7; node++) assert.equal(votes.vote(node, 'granted'), 'pending')
    assert.equal(votes.vote(7, 'granted'), 'won')
  }
})

test('cabinet: who replies first weighs more in the next round, and the leader always most', () => {
  const rule = cabinetScheme(7).reign(3)
  const tally = rule.begin({ least: 2, most: 2 })
  for (const node of [3, 6, 5]) tally.add(node)
  assert.deepEqual(tally.repliers, [6, 5])
  rule.settle(tally.repliers)
  rule.begin({ least: 2, most: 2 })
  assert.deepEqual(rule.ranking(), [3, 6, 5, 0, 1, 2, 4])
  const weights = rule.ranking().map((node) => rule.weightOf(node))
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => b - a),
  )
  assert.deepEqual({ each: rule.weights()?.each, clock: rule.weights()?.clock }, { each: weights, clock: 1 })
  assert.ok(weights.reduce((sum, weight) => sum + weight, 0) / 2 - rule.weights()!.threshold < 1e-9)
})
