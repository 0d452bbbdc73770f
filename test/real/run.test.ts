import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { type RealRunOptions, runReal } from '../../real/run.ts'
import { judge } from '../../scenarios/judge.ts'
import { parseScenario } from '../../scenarios/load.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { test } from '../support/test.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 120_000 } as const

const SCENARIO = parseScenario(
  `
name: short-crash
description: The source dies and comes back, in seconds.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 100, clients: 16, reads: 0.3, consistency: STRONG, duration: 8s, warmup: 1s }
faults:
  - { at: 2s, crash: source }
  - { at: 4s, restart: crashed }
checks:     [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge]
`,
  'short-crash.yaml',
)

/** Processes whose parent is this one. */
function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(process.pid)
      } catch {
        return false
      }
    })
}

/** Runs, and asserts that nothing is left: no process, no data directory. */
async function run(options: Partial<RealRunOptions>): Promise<RunRecord> {
  const before = children()
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-run-'))
  const driver = await createLocalDriver({ nodes: SCENARIO.cluster.nodes })
  try {
    return await runReal(SCENARIO, { seed: 1, driver, outDir, ...options })
  } finally {
    rmSync(outDir, { recursive: true })
    assert.deepEqual(
      children().filter((pid) => !before.includes(pid)),
      [],
      'processes are left',
    )
    assert.equal(existsSync(driver.storage.directory), false, 'the data directory is left')
  }
}

test('a killed source is replaced, nothing acknowledged is lost, and the old source comes back', MYSQL, async () => {
  const record = await run({})
  assert.equal(record.complete, true)
  const result = judge(SCENARIO, [record], {
    startedAt: '',
    versions: { quorumlab: '-', node: process.version },
    machine: {},
    coordinator: 'service',
  })
  assert.deepEqual(
    result.checks.map(({ name, verdict, detail }) => [name, verdict, verdict === 'pass' ? '' : detail]),
    SCENARIO.checks.map((name) => [name, 'pass', '']),
  )
  const [fault] = record.faults
  assert.match(fault!.label, /^crash node\d \(source\)$/)
  assert.match(fault!.witness.during, /gone/)
  assert.ok(fault!.healedUs !== null)
  assert.ok(record.events.some((event) => event.kind === 'rejoined' && fault!.target.includes(event.node)))
  assert.ok(record.nodes.every(({ role }) => role === 'source' || role === 'replica'))
  assert.equal(record.lag.length, 4)
})

test('an interrupt in the workload gives back the history, marked incomplete, and leaves nothing', MYSQL, async () => {
  const interrupt = new AbortController()
  const record = await run({
    signal: interrupt.signal,
    onProgress: ({ phase, ok }) => {
      if (phase === 'workload' && ok > 20) interrupt.abort(new Error('interrupted'))
    },
  })
  assert.equal(record.complete, false)
  assert.ok(record.operations.filter(({ outcome }) => outcome === 'ok').length > 20)
  assert.ok(record.endedUs < SCENARIO.workload.durationUs)
})

test(
  'an interrupt while the cluster is being set up ends the run with its reason, and leaves nothing',
  MYSQL,
  async () => {
    const interrupt = new AbortController()
    const reason = new Error('interrupted')
    setTimeout(() => interrupt.abort(reason), 700)
    await assert.rejects(run({ signal: interrupt.signal }), reason)
  },
)
