import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Seer, type SeerOptions } from '../../../../algorithms/election/seer/seer.ts'
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import { test } from '../../../support/test.ts'

const OPTIONS: SeerOptions = { model: 'elastic-net', predictEveryUs: 2e6, noveltyEveryUs: 20e6, hysteresis: 0 }
const NODES = ['node1', 'node2', 'node3', 'node4']

interface Move {
  readonly atUs: number
  readonly to: string
  readonly why: string
}

/** A cluster whose leader obeys at once: processor shares in, one zone's commit delay out. */
function play(seer: Seer, seconds: number, cpuOf: (node: string, atUs: number) => number): Move[] {
  const stream = new RandomStreams(3).stream('play')
  const moves: Move[] = []
  let leader = 'node1'
  for (let atUs = 0; atUs < seconds * 1e6; atUs += 100_000) {
    for (const node of NODES) {
      const features = [cpuOf(node, atUs) * (0.95 + 0.1 * stream.uniform()), 0.3 + 0.02 * stream.uniform()]
      seer.observe(node, features)
      if (node === leader) seer.sample(node, features, [1 + 10 * features[0]! + features[1]!])
    }
    const decision = seer.decide(atUs, leader, NODES)
    if (decision.kind !== 'move') continue
    leader = decision.to
    moves.push({ atUs, to: leader, why: decision.why })
  }
  return moves
}

test('every candidate is tried once, then the leader with the shortest predicted delay stays', () => {
  for (const model of ['elastic-net', 'least-squares'] as const) {
    const seer = new Seer({ ...OPTIONS, model, hysteresis: 0.1 })
    const moves = play(seer, 120, (node) => (node === 'node3' ? 0.1 : 0.5))
    assert.deepEqual(
      moves.filter(({ why }) => why === 'explore').map(({ to }) => to),
      ['node2', 'node3', 'node4'],
    )
    assert.equal(moves.at(-1)!.to, 'node3')
    assert.ok(moves.length <= 5, JSON.stringify(moves))
  }
})

test('a leader that becomes slow is left, and a candidate in a new state is explored', () => {
  const seer = new Seer({ ...OPTIONS, hysteresis: 0.1 })
  const moves = play(seer, 160, (node, atUs) => (node === 'node1' && atUs > 90e6 ? 0.95 : node === 'node1' ? 0.1 : 0.4))
  const settled = moves.filter(({ atUs }) => atUs < 90e6).at(-1)!
  assert.equal(settled.to, 'node1')
  const left = moves.find(({ atUs }) => atUs > 90e6)!
  assert.notEqual(left.to, 'node1')
  assert.ok(left.atUs < 100e6, `left after ${left.atUs / 1e6 - 90} s`)
})

test('nothing new, no exploration', () => {
  const moves = play(new Seer({ ...OPTIONS, hysteresis: 0.5 }), 200, () => 0.3)
  assert.deepEqual(
    moves.filter(({ why, atUs }) => why === 'explore' && atUs > 50e6),
    [],
  )
})

test('the changes of the leader are never more than 1 / min(T_P, T_N) a second, whatever it is told', () => {
  const ms = fc.integer({ min: 1, max: 4_000 })
  const value = fc.oneof(fc.double({ min: 0, max: 1e3, noNaN: true }), fc.constantFrom(0, 1e-9, 1e9))
  const step = fc.record({
    pauseMs: fc.integer({ min: 0, max: 3_000 }),
    features: fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 4 }),
    delays: fc.array(fc.array(value, { minLength: 2, maxLength: 2 }), { minLength: 8, maxLength: 8 }),
    repeats: fc.integer({ min: 1, max: 12 }),
    obeys: fc.boolean(),
    failsOver: fc.integer({ min: 0, max: 11 }),
  })
  fc.assert(
    fc.property(
      ms,
      ms,
      fc.constantFrom('elastic-net' as const, 'least-squares' as const),
      fc.array(step, { maxLength: 40 }),
      (tp, tn, model, steps) => {
        const options = { model, predictEveryUs: tp * 1000, noveltyEveryUs: tn * 1000, hysteresis: 0 }
        assertBounded(options, new Seer(options), steps)
      },
    ),
    { numRuns: 60 },
  )
})

interface Step {
  readonly pauseMs: number
  readonly features: readonly (readonly number[])[]
  readonly delays: readonly (readonly number[])[]
  readonly repeats: number
  readonly obeys: boolean
  readonly failsOver: number
}

function assertBounded(options: SeerOptions, seer: Seer, steps: readonly Step[]): void {
  const shortestUs = Math.min(options.predictEveryUs, options.noveltyEveryUs)
  let atUs = 0
  let leader = 'node1'
  let changedUs = Number.NEGATIVE_INFINITY
  let proposedUs = Number.NEGATIVE_INFINITY
  for (const step of steps) {
    atUs += step.pauseMs * 1000
    for (let i = 0; i < step.repeats; i++)
      for (const [n, node] of NODES.entries()) seer.observe(node, step.features[n]!)
    const before = leader
    for (const delays of step.delays) seer.sample(leader, step.features[NODES.indexOf(leader)]!, delays)
    const decision = seer.decide(atUs, leader, NODES)
    if (decision.kind === 'move') {
      assert.notEqual(decision.to, leader)
      assert.ok(atUs - proposedUs >= shortestUs, `moves ${atUs - proposedUs} us apart, at least ${shortestUs} allowed`)
      assert.ok(atUs - changedUs >= options.predictEveryUs, 'a term shorter than T_P')
      proposedUs = atUs
      if (step.obeys) leader = decision.to
    } else if (step.failsOver < NODES.length) leader = NODES[step.failsOver]!
    if (leader === before) continue
    changedUs = atUs
    // The change is seen when it has happened, not when it was proposed.
    assert.equal(seer.decide(atUs, leader, NODES).kind, 'stay')
  }
}

test('an adversary that makes the leader the worst at every prediction gets one change a term and no more', () => {
  const seer = new Seer({ ...OPTIONS, noveltyEveryUs: 2e6 })
  let leader = 'node1'
  const changes: number[] = []
  for (let atUs = 0; atUs < 200e6; atUs += 50_000) {
    for (const node of NODES) seer.observe(node, [node === leader ? 100 : (atUs / 1e6) % 7])
    seer.sample(leader, [100], [1000 + (atUs % 13)])
    const decision = seer.decide(atUs, leader, NODES)
    if (decision.kind !== 'move') continue
    leader = decision.to
    changes.push(atUs)
  }
  assert.ok(changes.length > 20, `${changes.length} changes: the adversary is not one`)
  for (const [i, atUs] of changes.entries()) if (i > 0) assert.ok(atUs - changes[i - 1]! >= 2e6)
  assert.ok(changes.length / 200 <= 1 / 2)
})

test('only who is eligible is proposed', () => {
  const seer = new Seer({ ...OPTIONS, noveltyEveryUs: 2e6 })
  const stream = new RandomStreams(3).stream('eligible')
  for (let atUs = 0; atUs < 60e6; atUs += 100_000) {
    for (const node of NODES) seer.observe(node, [stream.uniform()])
    seer.sample('node1', [stream.uniform()], [50])
    const decision = seer.decide(atUs, 'node1', ['node1', 'node4'])
    if (decision.kind === 'move') assert.equal(decision.to, 'node4')
  }
})

test('feature vectors of another length are another model: the old one is dropped, not asked', () => {
  const seer = new Seer({ ...OPTIONS, predictEveryUs: 1e6 })
  for (let atUs = 0; atUs <= 3e6; atUs += 100_000) {
    seer.observe('node1', [1, 2])
    seer.sample('node1', [1, 2], [5])
    seer.decide(atUs, 'node1', NODES)
  }
  assert.equal(seer.predict('node1'), 5)
  seer.observe('node1', [1])
  assert.equal(seer.predict('node1'), null)
})
