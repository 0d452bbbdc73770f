/** What the simulator convicts, real servers convict too, wherever the faults are ones that real servers can have. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { CONVICTIONS, type Conviction, checksOf, scenarioOf } from '../algorithms/failover/unsafe/convictions.ts'
import { test } from '../support/test.ts'

async function verdicts(conviction: Conviction, unsafe: boolean): Promise<string[]> {
  const scenario = scenarioOf(conviction, unsafe)
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

for (const conviction of CONVICTIONS.filter(({ real }) => real)) {
  const { form, fails } = conviction
  test(`${form}: ${fails.join(' and ')} fails on real servers too`, {
    needs: 'mysql',
    deadlineMs: 120_000,
  }, async () => {
    assert.deepEqual(
      await verdicts(conviction, true),
      fails.map((name) => `${name}: fail`),
    )
  })
}

test('under the faults that convict promotion-without-catch-up the sound form passes on real servers', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  const conviction = CONVICTIONS.find(({ form }) => form === 'promotion-without-catch-up')!
  assert.deepEqual(await verdicts(conviction, false), [])
})
