/** What the simulator convicts, real servers convict too, wherever the faults are ones that real servers can have. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { CONVICTIONS, checksOf, scenarioOf } from '../algorithms/failover/unsafe/convictions.ts'
import { test } from '../support/test.ts'

const PROMOTION = CONVICTIONS.find(({ form }) => form === 'promotion-without-catch-up')!

async function verdicts(unsafe: boolean): Promise<string[]> {
  const scenario = scenarioOf(PROMOTION, unsafe)
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-unsafe-'))
  try {
    const driver = await createLocalDriver({ nodes: scenario.cluster.nodes })
    const record = await runReal(scenario, { seed: 1, driver, outDir })
    return checksOf(scenario, record)
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ name, verdict }) => `${name}: ${verdict}`)
  } finally {
    rmSync(outDir, { recursive: true })
  }
}

test('promotion-without-catch-up loses acknowledged writes on real servers, the sound form does not', {
  needs: 'mysql',
  deadlineMs: 180_000,
}, async () => {
  assert.deepEqual(await verdicts(true), ['acknowledged-writes-survive: fail'])
  assert.deepEqual(await verdicts(false), [])
})
