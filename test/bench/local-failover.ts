/**
 * Failover on four real servers, trial by trial: from the source seen dead by SIGKILL to the first acknowledged STRONG
 * write of the new epoch, and what was lost on the way. Each trial is a cluster of its own, from nothing to nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { Result } from '../../scenarios/result.ts'

const TRIALS = 5
const TARGET_READY_MS = 10_000
const TARGET_FAILOVER_MS = 600

const SCENARIO = parseScenario(
  `
name: bench-local-failover
description: The source is killed under load; nobody restarts it before the end.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 400, clients: 32, reads: 0.3, consistency: STRONG, duration: 8s, warmup: 1s }
faults:
  - { at: 4s, crash: source }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge]
`,
  'test/bench/local-failover.ts',
)

export async function localFailover(): Promise<void> {
  const readyMs: number[] = []
  const failoverMs: number[] = []
  let lost = 0
  console.log(`\nFailover on four local servers, ${TRIALS} trials of ${SCENARIO.workload.durationUs / 1e6} s`)
  for (let trial = 1; trial <= TRIALS; trial++) {
    const result = await once(trial)
    const [failover] = result.summary.failovers
    const { clusterReadyMs = Number.NaN } = result.summary.counters
    readyMs.push(clusterReadyMs)
    failoverMs.push(failover?.durationMs ?? Number.POSITIVE_INFINITY)
    lost += result.summary.failovers.reduce((sum, { lostAcknowledged }) => sum + lostAcknowledged, 0)
    const phases = Object.entries(failover?.phases ?? {}).map(([phase, ms]) => `${phase} ${ms?.toFixed(0) ?? '-'}`)
    const checks = result.checks.map(({ name, verdict }) => `${name} ${verdict}`)
    console.log(
      `  trial ${trial}: ready in ${clusterReadyMs.toFixed(0)} ms, failover ` +
        `${failover?.durationMs?.toFixed(0) ?? 'none'} ms (${phases.join(', ')}); ${checks.join(', ')}`,
    )
  }
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
  const against = (value: number, target: number) => `${(value / target).toFixed(2)} of the ${target} ms aimed at`
  console.log(`  ready:    ${median(readyMs).toFixed(0)} ms, ${against(median(readyMs), TARGET_READY_MS)}`)
  console.log(`  failover: ${median(failoverMs).toFixed(0)} ms, ${against(median(failoverMs), TARGET_FAILOVER_MS)}`)
  console.log(`  acknowledged writes lost: ${lost}`)
}

async function once(seed: number): Promise<Result> {
  const outDir = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  try {
    const driver = await createLocalDriver({ nodes: SCENARIO.cluster.nodes })
    const record = await runReal(SCENARIO, { seed, driver, outDir })
    const versions = { quorumlab: '-', node: process.version }
    return judge(SCENARIO, [record], { startedAt: '', versions, machine: {}, coordinator: 'service' })
  } finally {
    rmSync(outDir, { recursive: true })
  }
}
