/** A closed loop of hot keys on real servers: the same clients, and the same promises about them, as in the simulator. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { Progress } from '../../scenarios/progress.ts'
import { assertClosedLoop } from '../scenarios/clients/closed-loop.ts'
import { STAMP } from '../scenarios/stamp.ts'
import { test } from '../support/test.ts'

const CLOSED = `
name: closed-on-real-servers
cluster: { nodes: 3 }
workload: { mode: closed, clients: 4, thinkTime: 20ms, keys: { zipf: 0.99, count: 50 }, duration: 3s }
checks: [acknowledged-writes-survive, timestamps-unique, replicas-converge, linearizable]
`

test('a closed loop on real servers never has more than its clients in flight, and leaves nothing unsent', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  const scenario = parseScenario(CLOSED, 'closed.yaml')
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-closed-'))
  try {
    const driver = await createLocalDriver({ nodes: 3 })
    const seen: Progress[] = []
    const record = await runReal(scenario, { seed: 1, driver, outDir, onProgress: (progress) => seen.push(progress) })
    assertClosedLoop(record.operations, 4)
    const { summary, checks } = judge(scenario, [record], STAMP)
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict !== 'pass'),
      [],
    )
    assert.ok(summary.operations.ok > 50, `${summary.operations.ok}`)
    assert.equal(summary.operations.unsent, 0)
    assert.equal(summary.generator, undefined)
    const keys = record.operations.map(({ key }) => key)
    const hottest = keys.filter((key) => key === 0).length / keys.length
    assert.ok(hottest > 0.1 && hottest < 0.4, `the first of 50 keys has 22 % in the mean, found ${hottest}`)
    const last = seen.at(-1)!
    assert.equal(last.offered, record.operations.length)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
})
