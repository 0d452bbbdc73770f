import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import type { RealRunOptions } from '../../real/run-options.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
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

const PAUSE = parseScenario(
  `
name: paused-source
description: The source is paused under load, replaced, and wakes up with transactions that nobody else has.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: cabinet-top, election: most-advanced }
workload:   { ratePerSec: 200, clients: 16, reads: 0, consistency: STRONG, duration: 8s, warmup: 1s }
faults:
  - { at: 2s, pause: source }
  - { at: 5s, resume: node1 }
  - { at: 6s, crash: coordinator }
  - { at: 6500ms, restart: coordinator }
checks:     [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge]
`,
  'paused-source.yaml',
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
async function run(options: Partial<RealRunOptions>, scenario: Scenario = SCENARIO): Promise<RunRecord> {
  const before = children()
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-run-'))
  const driver = await createLocalDriver({ nodes: scenario.cluster.nodes })
  try {
    return await runReal(scenario, { seed: 1, driver, outDir, ...options })
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

/** Name and verdict of each check; the detail of those that do not pass. */
function verdictsOf(scenario: Scenario, record: RunRecord): string[][] {
  const stamp = { startedAt: '', versions: { quorumlab: '-', node: process.version }, machine: {} }
  return judge(scenario, [record], { ...stamp, coordinator: 'service' }).checks.map(({ name, verdict, detail }) => [
    name,
    verdict,
    verdict === 'pass' ? '' : detail,
  ])
}

test('a killed source is replaced, nothing acknowledged is lost, and the old source comes back', MYSQL, async () => {
  const record = await run({})
  assert.equal(record.complete, true)
  assert.deepEqual(
    verdictsOf(SCENARIO, record),
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

test(
  'a source that wakes up with transactions of its own is quarantined, its extras are saved, and it is rebuilt',
  MYSQL,
  async () => {
    const record = await run({}, PAUSE)
    assert.deepEqual(
      verdictsOf(PAUSE, record),
      PAUSE.checks.map((name) => [name, 'pass', '']),
    )
    const of = (kind: TraceEvent['kind']) => record.events.filter((event) => event.kind === kind)
    const [quarantined] = of('quarantined') as Extract<TraceEvent, { kind: 'quarantined' }>[]
    assert.equal(quarantined?.node, 'node1')
    assert.notEqual(quarantined.extras, '')
    assert.notEqual(quarantined.savedAs, null)
    const reigns = of('reign') as Extract<TraceEvent, { kind: 'reign' }>[]
    const end = record.nodes.find(({ node }) => node === 'node1')!
    assert.notEqual(end.uuid, reigns[0]!.sourceUuid, 'its old server_uuid would issue the lost GTIDs again')
    assert.equal(end.role, 'replica')
    assert.ok(reigns.length >= 3, 'the failover, and the epoch of the restarted coordinator')
  },
)

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
