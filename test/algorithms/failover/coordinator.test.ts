import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

test('servers that were rebuilt and have proved themselves count again, also for the next coordinator', () => {
  // Each paused source wakes with writes of its own and is rebuilt; without both of them a restart has no quorum.
  const text = `
name: rebuilt-twice
description: Two of four servers were rebuilt before the coordinator is restarted.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 400, clients: 32, reads: 0.3, consistency: STRONG, duration: 20s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge]
faults:
  - { at: 2s, pause: source, for: 2s }
  - { at: 9s, pause: source, for: 2s }
  - { at: 17s, crash: coordinator, for: 500ms }
`
  const record = simulate(parseScenario(text, 'rebuilt-twice.yaml'), { seed: 1 })
  assert.equal(record.events.filter(({ kind }) => kind === 'rebuilt').length, 2)
  const late = record.operations.filter(
    ({ kind, outcome, sentUs }) => kind === 'write' && outcome === 'ok' && sentUs! > 19e6,
  )
  assert.ok(late.length > 100)
})

test('a server so far away that its commands take longer than `adminTimeout` is commanded all the same', () => {
  // A command is up to eight round trips of 80 ms each.
  const far = (node: string) => `${node}->coordinator: { delay: 40ms }, coordinator->${node}: { delay: 40ms }`
  for (const node of ['node1', 'node3']) {
    const text = `
name: far-away
description: One server is far from the coordinator.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: flexible, election: seer-score }
workload:   { ratePerSec: 100, clients: 8, reads: 0.3, consistency: STRONG, duration: 3s, warmup: 500ms }
network:    { links: { ${far(node)} } }
tuning:     { adminTimeout: 300ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge]
`
    const { events } = simulate(parseScenario(text, 'far-away.yaml'), { seed: 1 })
    const reigns = events.flatMap((event) => (event.kind === 'reign' ? [event.source] : []))
    assert.deepEqual(reigns, ['node1'])
    assert.equal(events.filter(({ kind }) => kind === 'rejoined').length, 3)
    const failed = events.filter((event) => event.kind === 'note' && /could not|was not/.test(event.text))
    assert.deepEqual(failed, [])
  }
})

test('what replicas received and did not apply before they restarted is applied by a take-over, and not waited for in vain', () => {
  // Both replicas stand behind a lock, so acknowledged writes lie in relay logs alone; then everybody dies at once, and
  // the replicas boot with their appliers stopped.
  const text = `
name: unapplied
description: The source is gone for good, and its writes are in relay logs that nobody applies.
cluster:    { nodes: 3, acknowledge: received }
algorithms: { timestamps: taas, quorum: all, election: most-advanced }
workload:   { ratePerSec: 100, clients: 8, reads: 0.3, consistency: STRONG, duration: 5s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, linearizable]
faults:
  - { at: 1s, block-applier: [node2, node3] }
  - { at: 1500ms, crash: [node2, node3], for: 200ms }
  - { at: 1500ms, crash: node1 }
`
  const scenario = parseScenario(text, 'unapplied.yaml')
  const record = simulate(scenario, { seed: 1 })
  const ok = record.operations.filter(({ outcome, epoch }) => outcome === 'ok' && epoch === 1)
  assert.ok(ok.some(({ sentUs }) => sentUs! > 1_200_000))
  assert.equal(
    record.events.filter(({ kind, atUs }) => kind === 'reign' && atUs > 1_500_000 && atUs < 5_000_000).length,
    1,
  )
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
})

test('a stalled reign gives a replica that comes back the time to follow, before it moves the source', () => {
  // One replica is rebuilt, one away: nothing is acknowledged. What the second has received from the old source and
  // nobody has acknowledged is not made good by a take-over.
  const text = `
name: back-again
description: A replica comes back to a reign that has waited for it.
cluster:    { nodes: 3 }
algorithms: { timestamps: taas, quorum: all, election: most-advanced }
workload:   { ratePerSec: 100, clients: 8, reads: 0, consistency: STRONG, duration: 6s, warmup: 500ms }
tuning:     { stalled: 800ms, quorumTimeout: 500ms }
checks:     [acknowledged-writes-survive, single-writer]
faults:     [{ at: 1s, crash: [node2, node3], for: 2s }]
`
  const { events, operations } = simulate(parseScenario(text, 'back-again.yaml'), { seed: 1 })
  assert.ok(events.some((event) => event.kind === 'refused' && /the quorum rule needs 2/.test(event.reason)))
  assert.equal(events.filter(({ kind }) => kind === 'reign').length, 1)
  assert.ok(operations.some(({ outcome, sentUs }) => outcome === 'ok' && sentUs! > 4_500_000))
})

test('a server whose rebuild was decided and not done still counts, also for the next coordinator', () => {
  // The old source is to be cloned from node3, which dies meanwhile, and so does the coordinator. Nothing was lost.
  const text = `
name: rebuilt-in-vain
description: A rebuild that fails, and nobody who hears of it.
cluster:    { nodes: 3 }
algorithms: { timestamps: taas, quorum: majority, election: most-advanced }
workload:   { ratePerSec: 200, clients: 16, reads: 0.3, consistency: STRONG, duration: 9s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, linearizable, replicas-converge]
faults:
  - { at: 1s, pause: source, for: 2s }
  - { at: 4s, crash: node3, for: 2s }
  - { at: 4100ms, crash: coordinator, for: 800ms }
`
  const scenario = parseScenario(text, 'rebuilt-in-vain.yaml')
  const record = simulate(scenario, { seed: 1 })
  assert.ok(record.events.some(({ kind }) => kind === 'quarantined'))
  assert.deepEqual(
    record.losses!.filter(({ atUs }) => atUs < 6_000_000),
    [],
  )
  assert.ok(record.events.some(({ kind, atUs }) => kind === 'reign' && atUs > 4_900_000 && atUs < 9_000_000))
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
})
