/** The planned switchover on real servers: asked for over the network, witnessed by the servers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { refuseUnsupported } from '../../real/faults/unsupported.ts'
import { runReal } from '../../real/run.ts'
import { loadScenario, parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { test } from '../support/test.ts'

test('best-known is refused on real servers, in a clear sentence', () => {
  const scenario = parseScenario('name: clairvoyant\nalgorithms: { election: best-known }', 'clairvoyant.yaml')
  assert.throws(
    () => refuseUnsupported(scenario, 'local'),
    /clairvoyant\.yaml: election `best-known` .* run .* --on sim/,
  )
})

test('a planned switchover on real servers loses nothing, and no operation is unknown or fails because of it', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  const library = loadScenario('planned-switchover')
  // A shared machine is not what this measures: few operations, and patience with its processors.
  const workload = { ...library.workload, ratePerSec: 40, durationUs: 9_000_000 }
  const scenario = { ...library, workload }
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-switchover-'))
  try {
    const driver = await createLocalDriver({ nodes: 4 })
    const record = await runReal(scenario, { seed: 1, driver, outDir })
    const result = judge(scenario, [record], {
      startedAt: '',
      versions: { quorumlab: '', node: '' },
      machine: {},
      coordinator: 'service',
    })
    assert.deepEqual(
      result.checks.filter(({ verdict }) => verdict !== 'pass'),
      [],
    )
    const reasons = record.operations
      .filter(({ outcome }) => outcome !== 'ok')
      .map(({ kind, intendedUs, sentUs, endUs, reason }) => [kind, intendedUs, sentUs, endUs, reason].join(' '))
    assert.deepEqual(
      reasons.filter((text) => !text.includes('no timestamp server answers')),
      [],
    )
    // seer may propose moves of its own on a busy machine.
    const moves = record.events.flatMap((event) =>
      event.kind === 'switched' && event.by === 'request' ? [event.verdict] : [],
    )
    assert.deepEqual(moves, ['moved', 'moved'])
    const [first] = record.faults
    assert.match(first!.witness.before, /^writable: node1, with rows of k = 1$/)
    assert.match(first!.witness.during, /moved: node3 reigns, .*; writable: node3, with rows of k = 1$/)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
})
