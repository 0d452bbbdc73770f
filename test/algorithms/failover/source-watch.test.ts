import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { reignsOf } from '../../../scenarios/measures/reigns.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

/** Every check holds. */
function run(text: string, seed = 1): RunRecord {
  const scenario = parseScenario(text, 'a.yaml')
  const record = simulate(scenario, { seed })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `seed ${seed}: ${name}: ${detail}`)
  return record
}

const scenario = (cluster: string, faults: string, workload = 'ratePerSec: 400, clients: 32, reads: 0.3') => `
name: watched
cluster: { ${cluster} }
workload: { ${workload}, duration: 10s, warmup: 1s }
faults:
${faults}
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
`

/** When the source was given up, and why. */
const alarms = ({ events }: RunRecord) =>
  events.flatMap((event) =>
    event.kind === 'phase' && event.phase === 'detect' ? [{ atUs: event.atUs, reason: event.detail }] : [],
  )
const reigns = ({ events }: RunRecord) => reignsOf(events).filter(({ atUs }) => atUs > 0)

test('a paused source is given up within half a second, by what client, probe and replicas say, busy or idle', {
  deadlineMs: 60_000,
}, () => {
  for (const ratePerSec of [400, 2])
    for (const seed of [1, 2, 3]) {
      const workload = `ratePerSec: ${ratePerSec}, clients: 32, reads: 0.3`
      const [alarm] = alarms(run(scenario('nodes: 4', '  - { at: 5s, pause: source, for: 3s }', workload), seed))
      assert.ok(alarm!.atUs > 5_350_000 && alarm!.atUs < 5_550_000, `${ratePerSec}/s: at ${alarm!.atUs} us`)
      assert.match(alarm!.reason, /no answer to client and probe for 4\d\d ms, and 3 of 3 replicas hear nothing/)
    }
})

test('a source that stands still for 300 ms, again and again, stays', { deadlineMs: 60_000 }, () => {
  const faults = [3, 4, 5, 6, 7, 8].map((at) => `  - { at: ${at}s, pause: source, for: 300ms }`).join('\n')
  for (const seed of [1, 2, 3]) assert.deepEqual(alarms(run(scenario('nodes: 4', faults), seed)), [])
})

test('a source that only its coordinator cannot reach has all the time there is, for its replicas are fed', {
  deadlineMs: 60_000,
}, () => {
  const links = ['coordinator->node1', 'node1->coordinator']
  const faults = links.map((link) => `  - { at: 5s, lose: { link: "${link}" }, ratio: 1, for: 3s }`).join('\n')
  const [alarm] = alarms(run(scenario('nodes: 4', faults)))
  assert.ok(alarm!.atUs > 5_950_000 && alarm!.atUs < 6_100_000, `at ${alarm!.atUs} us`)
  assert.match(alarm!.reason, /unreachable for 1(\.0\d)? s \(3 of 3 replicas are still fed\)/)
})

test('a coordinator that was paused alarms nobody when it wakes', { deadlineMs: 60_000 }, () => {
  for (const forMs of [250, 450, 900, 3000]) {
    const record = run(scenario('nodes: 4', `  - { at: 5s, pause: coordinator, for: ${forMs}ms }`))
    assert.deepEqual(alarms(record), [], `after ${forMs} ms`)
  }
})

test('one that wakes and finds a successor takes its own sleep for no silence of the source', {
  deadlineMs: 60_000,
}, () => {
  const file = new URL('../../fixtures/cases/woken-coordinator.yaml', import.meta.url)
  for (const { reason } of alarms(run(readFileSync(file, 'utf8')))) assert.match(reason, /was promised or has begun/)
})

test('a killed coordinator is succeeded within 800 ms, a paused one within a second', { deadlineMs: 60_000 }, () => {
  for (const [fault, withinUs] of [
    ['crash: coordinator', 800_000],
    ['pause: coordinator, for: 3s', 1_000_000],
  ] as const)
    for (const seed of [1, 2, 3]) {
      const [first] = reigns(run(scenario('nodes: 4, coordinators: 2', `  - { at: 5s, ${fault} }`), seed))
      assert.equal(first!.process, 'coordinator-2')
      assert.ok(first!.atUs < 5_000_000 + withinUs, `${fault}: at ${first!.atUs} us`)
    }
})

test('clients do not wait for a coordinator that stands still when another one reigns', { deadlineMs: 60_000 }, () => {
  for (const seed of [1, 2, 3]) {
    const record = run(scenario('nodes: 4, coordinators: 2', '  - { at: 5s, pause: coordinator, for: 4s }'), seed)
    const [second] = reigns(record)
    const served = record.operations.filter(
      ({ kind, outcome, epoch }) => kind === 'write' && outcome === 'ok' && epoch === second!.epoch,
    )
    const firstUs = Math.min(...served.filter(({ intendedUs }) => intendedUs > 5_000_000).map(({ endUs }) => endUs!))
    assert.ok(firstUs < 6_000_000, `seed ${seed}: served at ${firstUs} us`)
  }
})

test('of two that stand by, only the first takes over', { deadlineMs: 60_000 }, () => {
  for (const seed of [1, 2, 3]) {
    const all = reigns(run(scenario('nodes: 4, coordinators: 3', '  - { at: 5s, crash: coordinator }'), seed))
    assert.deepEqual(
      all.map(({ process }) => process),
      ['coordinator-2'],
    )
  }
})

test('a coordinator that its peers cannot hear keeps its reign while it has its source execute something', {
  deadlineMs: 60_000,
}, () => {
  const links = ['coordinator->coordinator-2', 'coordinator-2->coordinator']
  const faults = links.map((link) => `  - { at: 5s, lose: { link: "${link}" }, ratio: 1, for: 4s }`).join('\n')
  assert.deepEqual(reigns(run(scenario('nodes: 4, coordinators: 2', faults))), [])
})

test('a coordinator that slept while its writes waited does not take that for a stall, and finds its successor', {
  deadlineMs: 60_000,
}, () => {
  for (const seed of [1, 2, 3]) {
    const record = run(scenario('nodes: 4, coordinators: 2', '  - { at: 3s, pause: coordinator, for: 4s }'), seed)
    assert.deepEqual(
      reigns(record).map(({ process }) => process),
      ['coordinator-2'],
    )
  }
})

test('a source that is slow but alive is left once, and whoever has stalled before is given more time', {
  deadlineMs: 60_000,
}, () => {
  const times = Array.from({ length: 9 }, (_, i) => 1.5 + i * 0.9)
  const steps = (target: string) => times.map((at) => `  - { at: ${at}s, pause: ${target}, for: 600ms }`).join('\n')
  for (const seed of [1, 2]) {
    assert.ok(reigns(run(scenario('nodes: 4', steps('node1')), seed)).length <= 1)
    // Each server's first long stall surprises.
    assert.ok(reigns(run(scenario('nodes: 4', steps('source')), seed)).length <= 4)
  }
})

test('a source that another coordinator still hears is not gone sooner than it may be alone', {
  deadlineMs: 60_000,
}, () => {
  const cut = '  - { at: 5s, partition: { split: [[node1], [coordinator, node2, node3, node4]] }, for: 3s }'
  for (const seed of [1, 2]) {
    const [alarm] = alarms(run(scenario('nodes: 4, coordinators: 2', cut), seed))
    assert.ok(alarm!.atUs > 5_950_000 && alarm!.atUs < 6_150_000, `at ${alarm!.atUs} us`)
    assert.match(alarm!.reason, /another coordinator hears it/)
  }
})
