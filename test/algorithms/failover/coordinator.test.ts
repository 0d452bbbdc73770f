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
