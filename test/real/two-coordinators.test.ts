import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { reignsOf } from '../../scenarios/measures/reigns.ts'
import { test } from '../support/test.ts'

const SCENARIO = parseScenario(
  `
name: two-coordinators
description: The reigning coordinator sleeps and wakes, then the other one dies.
cluster:    { nodes: 4, coordinators: 2 }
workload:   { ratePerSec: 100, clients: 16, reads: 0.3, keys: 20, consistency: STRONG, duration: 14s, warmup: 1s, deadline: 1s }
faults:
  - { at: 2s, pause: coordinator, for: 4s }
  - { at: 8s, crash: coordinator-2, for: 4s }
  - { at: 9s, lose-journal: coordinator-2 }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
`,
  'two-coordinators.yaml',
)

test('a coordinator that sleeps or dies is replaced by the other one, on real servers', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-two-'))
  try {
    const driver = await createLocalDriver({ nodes: SCENARIO.cluster.nodes })
    const record = await runReal(SCENARIO, { seed: 1, driver, outDir })
    const stamp = { startedAt: '', versions: { quorumlab: '-', node: process.version }, machine: {} }
    const { checks } = judge(SCENARIO, [record], { ...stamp, coordinator: 'service' })
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== 'pass').map(({ name, detail }) => `${name}: ${detail}`),
      [],
    )
    const leaders = reignsOf(record.events).map(({ process, epoch }) => `${process} ${epoch % 2}`)
    assert.deepEqual(leaders, ['coordinator 0', 'coordinator-2 1', 'coordinator 0'])
    const served = record.operations.filter(({ sentUs, outcome }) => sentUs! > 12e6 && outcome === 'ok')
    assert.ok(served.length > 100)
  } finally {
    rmSync(outDir, { recursive: true })
  }
})
