/**
 * The law against what the policies do: for every policy the family of replica sets that acknowledge a write, by running
 * its selection and its weights over all subsets and everything they may depend on.
 */
import assert from 'node:assert/strict'
import { labelOf, type PolicySettings, takesThreshold } from '../../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import { heldByAtLeast, NOTHING_HELD, quorumVerdict, type ReplicaView } from '../../../algorithms/quorum/policy.ts'
import type { QuorumKind } from '../../../algorithms/quorum/policy-kind.ts'
import { sameRule } from '../../../algorithms/quorum/same-rule.ts'
import { weightedUpTo } from '../../../algorithms/quorum/weighted-rounds.ts'
import { feasibleRatios, largestFailureThreshold, weightsByMember } from '../../../algorithms/quorum/weights.ts'
import { test } from '../../support/test.ts'

const SOURCE = 0
const MOST_NODES = 6

const KINDS = Object.values<QuorumKind>(QUORUM_POLICIES)

/** Every policy with every threshold, the largest and two other ratios. */
function* cases(nodes: number): Generator<{ kind: QuorumKind; settings: PolicySettings }> {
  const most = largestFailureThreshold(nodes)
  for (const kind of KINDS)
    for (let t = takesThreshold(kind) ? 1 : 0; t <= (takesThreshold(kind) ? most : 0); t++) {
      yield { kind, settings: { failureThreshold: t, weightRatio: 'largest' } }
      if (!kind.parameters.includes('weightRatio')) continue
      const { least, most: highest } = feasibleRatios(nodes, t)
      for (const share of [0.05, 0.5])
        yield { kind, settings: { failureThreshold: t, weightRatio: least + share * (highest - least) } }
    }
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

/** What any moment may have made of it: whom it selected, by every order of the replicas, and who is how heavy. */
function acknowledging(
  kind: QuorumKind,
  settings: PolicySettings,
  nodes: number,
): { always: string; sometimes: string } {
  const policy = kind.make(settings)
  const replicas = Array.from({ length: nodes - 1 }, (_, i) => i + 1)
  const required = policy.replicasRequired(nodes)
  const scheme = policy.weigh?.(nodes)
  const always: string[] = []
  const sometimes: string[] = []
  const orders = permutations(replicas)
  for (let subset = 0; subset < 2 ** replicas.length; subset++) {
    const progress = Array.from({ length: nodes }, (_, member) =>
      member !== SOURCE && (subset >> (member - 1)) & 1 ? 7 : NOTHING_HELD,
    )
    const verdicts = orders.map((order) => {
      const views = order.map((member, place): ReplicaView => view(member, place))
      const isSelected = quorumVerdict(policy.select(views, required), progress, 7) === 'won'
      const isHeavy =
        scheme === undefined ||
        weightedUpTo(weightsByMember(scheme, [SOURCE, ...order]), scheme.threshold, SOURCE, progress) >= 7
      return isSelected && isHeavy && heldByAtLeast(required, progress) >= 7
    })
    const name = subset.toString(2)
    if (verdicts.every((won) => won)) always.push(name)
    if (verdicts.some((won) => won)) sometimes.push(name)
  }
  return { always: always.join(), sometimes: sometimes.join() }
}

function view(member: number, place: number): ReplicaView {
  const common = { healthy: true, lag: 0, uptimeUs: 1, crashes: 0, held: 7 }
  return { node: `node${member + 1}`, member, latencyUs: 100 * (place + 1), ...common }
}

function anyOf(k: number, nodes: number): string {
  const sets = Array.from({ length: 2 ** (nodes - 1) }, (_, subset) => subset.toString(2))
  return sets.filter((name) => name.replaceAll('0', '').length >= k).join()
}

test('any k replicas are enough where a policy says so, and only there, over all subsets and orders of up to six servers', () => {
  const counts = { any: 0, own: 0 }
  for (let nodes = 2; nodes <= MOST_NODES; nodes++)
    for (const { kind, settings } of cases(nodes)) {
      const { always, sometimes } = acknowledging(kind, settings, nodes)
      const rule = kind.anyReplicas(nodes, settings)
      const label = `${labelOf(kind, settings)} on ${nodes}`
      if (rule === null) {
        counts.own++
        assert.notEqual(always, sometimes, `${label}: it does not matter who they are`)
      } else {
        counts.any++
        assert.equal(always, anyOf(rule.k, nodes), label)
        assert.equal(sometimes, always, label)
        assert.equal(rule.k, kind.make(settings).replicasRequired(nodes), `${label}: the k that a take-over counts on`)
      }
    }
  assert.ok(counts.any > 20 && counts.own > 5, JSON.stringify(counts))
})

const settings = (failureThreshold: number): PolicySettings => ({ failureThreshold, weightRatio: 'largest' })

test('on four servers with t = 1 cabinet is flexible(1) is semi-sync with one acknowledgement', () => {
  const { cabinet, flexible } = QUORUM_POLICIES
  assert.equal(
    sameRule(cabinet, 4, settings(1))?.text,
    'On 4 servers cabinet (t=1) and flexible (t=1) are the same rule, any one replica (under cabinet the source and any one replica outweigh the rest whatever the ratio, as r^3 + 1 - r^2 - r = (r-1)^2 (r+1) > 0): semi-synchronous replication with one acknowledgement.',
  )
  assert.deepEqual(sameRule(flexible, 4, settings(1))?.others, ['cabinet (t=1)'])
  assert.equal(sameRule(cabinet, 7, settings(2)), null)
  assert.equal(sameRule(flexible, 7, settings(2)), null)
})

test('majority is flexible(floor(n/2)); where n = 2t + 1 cabinet is, too; on two servers, all', () => {
  const { majority, all } = QUORUM_POLICIES
  assert.deepEqual(sameRule(majority, 4, settings(1))?.others, ['flexible (t=2)'])
  assert.deepEqual(sameRule(majority, 5, settings(2))?.others, ['cabinet (t=2)', 'flexible (t=2)'])
  assert.deepEqual(sameRule(majority, 2, settings(0))?.others, ['cabinet-top', 'flexible (t=1)', 'all'])
  assert.deepEqual(sameRule(all, 3, settings(1))?.others, ['cabinet-top', 'flexible (t=2)'])
  assert.equal(sameRule(QUORUM_POLICIES.none, 4, settings(1)), null)
})
