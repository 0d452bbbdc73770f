import assert from 'node:assert/strict'
import { STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import { parseScenario, scenarioOf } from '../../../scenarios/file/load.ts'
import { writtenText } from '../../../scenarios/file/written.ts'
import { coordinatorNames, type Scenario } from '../../../scenarios/scenario.ts'
import { drawScenario } from '../../../scenarios/swarm/draw.ts'
import { spaceOf } from '../../../scenarios/swarm/space.ts'
import { test } from '../../support/test.ts'

const SEEDS = 400
const EVERYTHING = spaceOf({ name: 'everything' }, 'everything.yaml')

function drawn(): Scenario[] {
  return Array.from({ length: SEEDS }, (_, seed) => scenarioOf(drawScenario(EVERYTHING, seed), `seed ${seed}`))
}

/** Without what says where the scenario came from. */
function content({ file: _, hash: __, text: ___, faults, expectations, ...rest }: Scenario): object {
  return {
    ...rest,
    faults: faults.map(({ line: _, ...step }) => step),
    expectations: expectations.map(({ line: _, ...one }) => one),
  }
}

test(`whatever the seed, the drawn scenario is one that a file may hold (${SEEDS} seeds)`, () => {
  assert.equal(drawn().length, SEEDS)
})

test('the same seed draws the same scenario, and another seed another', () => {
  const text = (seed: number) => writtenText(drawScenario(EVERYTHING, seed))
  assert.equal(text(7), text(7))
  assert.equal(new Set(Array.from({ length: 100 }, (_, seed) => text(seed))).size, 100)
})

test('a drawn scenario that is printed and read again is the same scenario', () => {
  for (let seed = 0; seed < 50; seed++) {
    const written = drawScenario(EVERYTHING, seed)
    const read = parseScenario(writtenText(written), 'printed.yaml')
    assert.deepEqual(content(read), content(scenarioOf(written, 'drawn')))
  }
})

test('every kind of fault, cluster size and algorithm is drawn, and every kind of fault is missing from many runs', () => {
  const scenarios = drawn()
  for (const verb of EVERYTHING.verbs) {
    const share = scenarios.filter(({ faults }) => faults.some((step) => step.verb === verb)).length / SEEDS
    assert.ok(share > 0.015 && share < 0.9, `${verb} in ${share}`)
  }
  for (const nodes of EVERYTHING.nodes) assert.ok(scenarios.some(({ cluster }) => cluster.nodes === nodes))
  for (const family of ['timestamps', 'quorum', 'election'] as const)
    for (const name of EVERYTHING[family])
      assert.ok(
        scenarios.some(({ algorithms }) => algorithms[family] === name),
        name,
      )
})

test('what the file states is fixed, what its `fuzz:` block lists bounds the rest', () => {
  const space = spaceOf(
    {
      name: 'bounded',
      cluster: { semiSync: true },
      algorithms: { election: 'most-advanced' },
      workload: { ratePerSec: 77 },
      checks: ['single-writer'],
      fuzz: { nodes: [3, 5], quorum: ['majority'], faults: ['pause', 'crash'] },
    },
    'bounded.yaml',
  )
  for (let seed = 0; seed < 100; seed++) {
    const { cluster, algorithms, workload, checks, faults } = scenarioOf(drawScenario(space, seed), 'bounded')
    assert.deepEqual(cluster.semiSync, STRICT_SEMI_SYNC)
    assert.ok([3, 5].includes(cluster.nodes))
    assert.equal(algorithms.election, 'most-advanced')
    assert.equal(algorithms.quorum, 'majority')
    assert.ok(workload.mode === 'open' && workload.ratePerSec === 77)
    assert.deepEqual(checks, ['single-writer'])
    for (const { verb } of faults) assert.ok(['pause', 'resume', 'crash', 'restart'].includes(verb), verb)
  }
})

test('faults that the file states are not drawn', () => {
  const space = spaceOf(
    { name: 'fixed', workload: { duration: '4s' }, faults: [{ at: '1s', crash: 'source' }] },
    'fixed.yaml',
  )
  for (let seed = 0; seed < 20; seed++)
    assert.deepEqual(
      scenarioOf(drawScenario(space, seed), 'fixed').faults.map(({ verb, atUs }) => [verb, atUs]),
      [['crash', 1_000_000]],
    )
})

test('over every drawn link a server that is well can answer a probe in time', () => {
  let slow = 0
  for (let seed = 0; seed < 2_000; seed++) {
    const { network, tuning } = scenarioOf(drawScenario(EVERYTHING, seed), `seed ${seed}`)
    const slowestUs = Math.max(0, ...network.links.map(({ delay }) => (delay.kind === 'constant' ? delay.us : 0)))
    if (slowestUs === 40_000) slow++
    assert.ok(tuning.probeTimeoutUs > 2 * slowestUs + 10_000, `seed ${seed}`)
  }
  assert.ok(slow > 100)
})

const AIMED = spaceOf({ name: 'aimed', cluster: { acknowledge: 'received' }, fuzz: { aim: 'losses' } }, 'aimed.yaml')

/** Does nothing that is drawn hurt it, cut it off or slow what it hears? */
function keepsLooking({ faults }: Scenario, process: string): boolean {
  return faults.every(({ verb, target, split, link, except }) => {
    if (target.includes(process) || split.flat().includes(process)) return false
    if (link !== null) return ![link.from, link.to].some((end) => end === process || end === '*')
    return verb !== 'partition' || target.length === 0 || except.includes(process)
  })
}

test('relay logs that hold what is acknowledged are lost, and journals, only while a coordinator looks', () => {
  let [relayLogs, journals] = [0, 0]
  for (const space of [EVERYTHING, AIMED])
    for (let seed = 0; seed < SEEDS; seed++) {
      const scenario = scenarioOf(drawScenario(space, seed), `seed ${seed}`)
      const { cluster, faults } = scenario
      const lost = faults.filter(({ verb }) => verb === 'lose-relay-logs' && cluster.acknowledge === 'received')
      const forgotten = faults.filter(({ verb }) => verb === 'lose-journal')
      if (lost.length > 0) relayLogs++
      if (forgotten.length > 0) journals++
      if (lost.length === 0 && forgotten.length === 0) continue
      const names = coordinatorNames(cluster.coordinators)
      if (names.length > 1)
        assert.ok(
          names.some((name) => keepsLooking(scenario, name)),
          `seed ${seed}`,
        )
      else {
        assert.deepEqual(forgotten, [], `seed ${seed}`)
        // A server starts again within a second, and is asked and journalled soon.
        const seenUs = lost[0]!.atUs + 1_500_000
        const down = faults.filter(
          ({ verb, target }) => ['crash', 'stop'].includes(verb) && target.includes('coordinator'),
        )
        assert.ok(
          down.every(({ atUs }) => atUs > seenUs),
          `seed ${seed}`,
        )
      }
    }
  assert.ok(relayLogs > 0.9 * SEEDS, `${relayLogs} of ${2 * SEEDS}`)
  assert.ok(journals > 0.1 * SEEDS, `${journals} of ${2 * SEEDS}`)
})

test('a swarm that is aimed at losses loses relay logs in nearly every run, with one to three coordinators', () => {
  const counts = [0, 0, 0]
  for (let seed = 0; seed < SEEDS; seed++) {
    const { cluster, faults } = scenarioOf(drawScenario(AIMED, seed), `seed ${seed}`)
    if (faults.some(({ verb }) => verb === 'lose-relay-logs')) counts[cluster.coordinators - 1]!++
  }
  assert.ok(
    counts.every((count) => count > 0.1 * SEEDS),
    counts.join(),
  )
  assert.ok(counts.reduce((a, b) => a + b) > 0.9 * SEEDS, counts.join())
})

test('a threshold is changed only where the quorum takes one', () => {
  for (const { algorithms, faults } of drawn())
    if (faults.some(({ verb }) => verb === 'change-threshold'))
      assert.ok(['cabinet', 'flexible'].includes(algorithms.quorum))
})

test('links come and go, are narrow or uneven, and forget what was open, where a file asks for it; nothing else changes', () => {
  const others = ['crash', 'pause', 'partition', 'slow', 'errant-write', 'stall-disk']
  const space = (faults: readonly string[]) => spaceOf({ name: 'links', fuzz: { faults } }, 'links.yaml')
  const [without, asked] = [space(others), space([...others, 'flap', 'reset'])]
  const found = { flap: 0, reset: 0, jitter: 0, bandwidth: 0, close: 0 }
  for (let seed = 0; seed < 200; seed++) {
    const [before, written] = [drawScenario(without, seed), drawScenario(asked, seed)]
    scenarioOf(written, `seed ${seed}`)
    const [some, all] = [before, written].map(({ faults }) => faults as readonly Record<string, unknown>[])
    assert.deepEqual(all!.slice(0, some!.length), some)
    for (const key of Object.keys(found) as (keyof typeof found)[]) if (all!.some((step) => key in step)) found[key]++
  }
  for (const [key, count] of Object.entries(found)) assert.ok(count > 10, `${key} in ${count}`)
})

test('who may still be busy with a fault after its end is given the time for it', () => {
  const space = spaceOf({ name: 'full', fuzz: { faults: ['crash', 'fill-disk'] } }, 'full.yaml')
  for (let seed = 0; seed < 50; seed++) {
    const { faults, livenessUs } = scenarioOf(drawScenario(space, seed), `seed ${seed}`)
    assert.equal(livenessUs, faults.some(({ verb }) => verb === 'fill-disk') ? 68_000_000 : 8_000_000)
  }
})
