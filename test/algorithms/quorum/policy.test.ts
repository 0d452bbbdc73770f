import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CABINET_TOP, cabinetTopWeight } from '../../../algorithms/quorum/cabinet-top.ts'
import { MAJORITY } from '../../../algorithms/quorum/majority.ts'
import { heldByAtLeast, NOTHING_HELD, quorumVerdict, type ReplicaView } from '../../../algorithms/quorum/policy.ts'
import { test } from '../../support/test.ts'

const SETTINGS = { failureThreshold: 1, weightRatio: 'largest' } as const
const majority = MAJORITY.make(SETTINGS)
const cabinetTop = CABINET_TOP.make(SETTINGS)

const view = (member: number, over: Partial<ReplicaView> = {}): ReplicaView => ({
  node: `node${member + 1}`,
  member,
  healthy: true,
  latencyUs: 1_000,
  lag: 0,
  uptimeUs: 1_000_000,
  crashes: 0,
  held: 0,
  ...over,
})

/** All subsets of four servers, as progress: a member of the subset holds number 10, the others nothing. */
function* subsetsOfFour(): Iterable<{ members: number[]; progress: number[] }> {
  for (let bits = 0; bits < 16; bits++) {
    const members = [0, 1, 2, 3].filter((m) => bits & (1 << m))
    yield { members, progress: [0, 1, 2, 3].map((m) => (members.includes(m) ? 10 : NOTHING_HELD)) }
  }
}

test('majority of four servers is won by any two replicas, over all 16 subsets', () => {
  const source = 0
  const selection = majority.select([view(1), view(2), view(3)], majority.replicasRequired(4))
  for (const { members, progress } of subsetsOfFour()) {
    progress[source] = NOTHING_HELD
    const replicas = members.filter((m) => m !== source).length
    assert.equal(quorumVerdict(selection, progress, 10), replicas >= 2 ? 'won' : 'pending', `subset ${members}`)
    // With the source, the holders are a majority of the configured four exactly when the verdict is won.
    assert.equal(replicas + 1 > 4 / 2, replicas >= 2)
  }
})

test('cabinet-top waits for all it selected, over all 16 subsets', () => {
  const selection = cabinetTop.select([view(1), view(2, { latencyUs: 9_000 }), view(3)], cabinetTop.replicasRequired(4))
  assert.deepEqual(selection, { members: [1, 3], needed: 2 })
  for (const { members, progress } of subsetsOfFour())
    assert.equal(quorumVerdict(selection, progress, 10), members.includes(1) && members.includes(3) ? 'won' : 'pending')
})

test('cabinet-top weighs by latency and lag, and an unhealthy replica weighs nothing', () => {
  assert.equal(cabinetTopWeight(view(1, { latencyUs: 1_000, lag: 2 })), 1 / 4)
  assert.equal(cabinetTopWeight(view(1, { healthy: false })), 0)
})

test('cabinet-top selects ceil((replicas + 1) / 2), and never fewer than the reign requires', () => {
  const replicas = [view(1), view(2), view(3), view(4), view(5), view(6)]
  assert.equal(cabinetTop.replicasRequired(4), 2)
  assert.equal(cabinetTop.replicasRequired(7), 4)
  assert.equal(cabinetTop.select(replicas, 4).needed, 4)
  assert.equal(cabinetTop.select(replicas, 5).members?.length, 5)
})

test('a quorum is lost when too few of the selected can ever answer', () => {
  const selection = { members: [1, 2], needed: 2 }
  assert.equal(quorumVerdict(selection, [NOTHING_HELD, 10, NOTHING_HELD, 10], 10, new Set([2])), 'lost')
  assert.equal(
    quorumVerdict({ members: null, needed: 2 }, [NOTHING_HELD, 10, NOTHING_HELD, NOTHING_HELD], 10, new Set([0, 2])),
    'pending',
  )
})

test('heldByAtLeast agrees with counting holders one number at a time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1, max: 20 }), { minLength: 1, maxLength: 9 }),
      fc.nat(9),
      (progress, k) => {
        const upTo = heldByAtLeast(k, progress)
        for (let number = 0; number <= 21; number++) {
          const holders = progress.filter((p) => p >= number).length
          assert.equal(upTo >= number, holders >= k, `number ${number}`)
        }
      },
    ),
  )
})
