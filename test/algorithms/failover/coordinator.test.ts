import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/load.ts'
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
