/** Transactions of several statements with payloads on real servers: the promises of the simulated ones, held to the same. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { assertAllOrNothing, endedBy } from '../scenarios/clients/transactions.ts'
import { assertFollowsSchema } from '../scenarios/result-schema.ts'
import { STAMP } from '../scenarios/stamp.ts'
import { test } from '../support/test.ts'

const SCENARIO = `
name: transactions-on-real-servers
cluster: { nodes: 3 }
workload:
  ratePerSec: 300
  clients: 32
  keys: { zipf: 0.99, count: 20 }
  transaction: { statements: 3 }
  payload: { lognormal: { median: 1kB, sigma: 1 } }
  duration: 6s
faults: [{ at: 2s, crash: source, for: 2s }]
checks: [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge, linearizable]
`

test('transactions on real servers through a crash of the source: all or nothing, and every row keeps its promises', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  const scenario = parseScenario(SCENARIO, 'transactions.yaml')
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-transactions-'))
  try {
    const driver = await createLocalDriver({ nodes: 3 })
    const record = await runReal(scenario, { seed: 1, driver, outDir })
    assertAllOrNothing(record, 3)
    const result = judge(scenario, [record], STAMP)
    assertFollowsSchema(result)
    const { summary, checks } = result
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== 'pass'),
      [],
    )
    assert.ok(summary.operations.ok > 500, `${summary.operations.ok}`)
    assert.equal(summary.failovers.length, 1)
    const written = record.operations.filter(({ kind, outcome }) => kind === 'write' && outcome === 'ok')
    assert.ok(written.every(({ gtid, payloadBytes }) => gtid !== null && payloadBytes! > 0))
    // Twenty hot keys in the order in which they were drawn: some give way to others, as in the simulator.
    assert.ok(endedBy(record, 'deadlock') > 0, `${endedBy(record, 'deadlock')} deadlocks`)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
})
