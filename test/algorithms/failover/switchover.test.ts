/** The planned move of the source, in the simulator: what it costs when all is well, and when something breaks in the middle. */
import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import { test } from '../../support/test.ts'
import { judged } from './random-scenario.ts'

function scenario(steps: readonly string[], more: { readonly semiSync?: boolean; readonly acknowledge?: string } = {}) {
  return `
name: switchover
description: for tests
cluster:    { nodes: 4, acknowledge: ${more.acknowledge ?? 'applied'}, semiSync: ${more.semiSync ?? false} }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 300, clients: 32, reads: 0.3, keys: 10, consistency: STRONG, duration: 5s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
faults:
${steps.map((step) => `  - { ${step} }`).join('\n')}
`
}

function switched(record: RunRecord) {
  return record.events.filter((event) => event.kind === 'switched')
}

test('a planned move loses nothing, fails nothing, and holds clients back for well under a second', () => {
  for (const more of [{}, { semiSync: true }, { acknowledge: 'received' }])
    for (let seed = 0; seed < 3; seed++) {
      const { record, result, failed } = judged(scenario(['at: 2s, switchover: node3'], more), { seed })
      assert.deepEqual(failed, [])
      const { operations, failovers } = result.summary
      assert.deepEqual([operations.failed, operations.unknown, operations.unsent], [0, 0, 0])
      assert.deepEqual(
        failovers.map(({ startMs, oldSource, newSource }) => ({ startMs, oldSource, newSource })),
        [{ startMs: 2000, oldSource: 'node1', newSource: 'node3' }],
      )
      const [end] = switched(record)
      assert.equal(end!.verdict, 'moved')
      assert.ok(end!.heldUs! < 250_000, `held back for ${end!.heldUs} us`)
      const [step] = record.faults
      assert.match(step!.witness.before, /writable: node1/)
      assert.match(step!.witness.during, /moved.*writable: node3/)
    }
})

test('a move is measured from its request, and its phases add up', () => {
  const { result } = judged(scenario(['at: 2s, switchover: node3']), { seed: 1 })
  const [failover] = result.summary.failovers
  assert.match(failover!.reason, /switchover node1 -> node3/)
  const sum = Object.values(failover!.phases).reduce((total: number, ms) => total + (ms ?? 0), 0)
  assert.ok(Math.abs(sum - failover!.durationMs!) < 1e-6)
})

test('a move to a server that is down, to the source itself or during another move is refused, and nobody waits', () => {
  const down = judged(scenario(['at: 1s, crash: node3, for: 3s', 'at: 2s, switchover: node3']), { seed: 1 })
  assert.deepEqual(down.failed, [])
  const [end] = switched(down.record)
  assert.equal(end!.verdict, 'refused')
  assert.equal(end!.heldUs, null)
  assert.match(end!.reason, /node3 does not (answer|follow)/)
  assert.deepEqual(down.result.summary.failovers, [])
  assert.match(down.record.faults.at(-1)!.witness.during, /refused/)
  const self = judged(scenario(['at: 2s, switchover: node1']), { seed: 1 })
  assert.match(self.record.faults[0]!.witness.during, /node1 is the source already/)
  const twice = judged(scenario(['at: 2s, switchover: node2', 'at: 2001ms, switchover: node3']), { seed: 1 })
  assert.match(twice.record.faults[1]!.witness.during, /another move is under way|no source reigns/)
  assert.equal(twice.result.summary.failovers.length, 1)
})

test('a role names the successor', () => {
  const { record, failed } = judged(scenario(['at: 2s, switchover: fastest', 'at: 4s, switchover: replica']), {
    seed: 1,
  })
  assert.deepEqual(failed, [])
  assert.deepEqual(
    switched(record).map(({ verdict }) => verdict),
    ['moved', 'moved'],
  )
})

test('with two coordinators the one that reigns is found and asked', () => {
  const text = scenario(['at: 1s, crash: coordinator', 'at: 4s, switchover: node3']).replace(
    'nodes: 4,',
    'nodes: 4, coordinators: 2,',
  )
  const { record, failed } = judged(text, { seed: 1 })
  assert.deepEqual(failed, [])
  const [end] = switched(record)
  assert.deepEqual([end!.verdict, end!.process, end!.source], ['moved', 'coordinator-2', 'node3'])
})

const SEEDS = 60

test(`something breaks in the middle of a planned move, ${SEEDS} seeds: nothing is lost and no client is held for ever`, {
  deadlineMs: 120_000,
}, () => {
  const ends = new Map<string, number>()
  for (let seed = 0; seed < SEEDS; seed++) {
    const stream = new RandomStreams(seed).stream('switchover')
    const below = (n: number) => Math.floor(stream.uniform() * n)
    const pick = <T>(items: readonly T[]): T => items[below(items.length)]!
    const victim = pick(['node1', 'node1', 'node3', 'node3', 'node2', 'coordinator'])
    const verb = pick(['crash', 'pause', ...(victim === 'coordinator' ? [] : ['partition'])])
    const steps = [
      'at: 2s, switchover: node3',
      `at: ${2_000_000 + below(50_000)}us, ${verb}: ${victim}, for: ${300 + below(2_000)}ms`,
    ]
    const text = scenario(steps, { semiSync: below(3) === 0, acknowledge: pick(['applied', 'received']) })
    const { record, failed } = judged(text, { seed })
    assert.deepEqual(failed, [], `seed ${seed}\n${text}`)
    const verdict = switched(record)[0]?.verdict ?? 'forgotten with its coordinator'
    ends.set(verdict, (ends.get(verdict) ?? 0) + 1)
    // Whatever happened, writes are acknowledged again before the run ends.
    const last = record.operations.filter(({ kind, intendedUs }) => kind === 'write' && intendedUs > 4_800_000)
    assert.ok(
      last.some(({ outcome }) => outcome === 'ok'),
      `seed ${seed}\n${text}`,
    )
  }
  assert.ok((ends.get('moved') ?? 0) > SEEDS / 10, JSON.stringify([...ends]))
  assert.ok(
    (ends.get('elsewhere') ?? 0) + (ends.get('forgotten with its coordinator') ?? 0) > SEEDS / 20,
    JSON.stringify([...ends]),
  )
})
