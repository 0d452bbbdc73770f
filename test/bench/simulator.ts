/**
 * The whole simulator: primary-crash at 2,000 operations a second for 60 simulated seconds, and all five checks.
 * The real-time factor is explained by the other two figures: events per operation, and events per second. Machines and
 * versions of Node differ by half, so simjs runs in between, on the event core's own work: the goals were set where it
 * does 3.3 million events a second.
 */
import assert from 'node:assert/strict'
import { loadScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { Result } from '../../scenarios/result.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { simulate } from '../../sim/run.ts'
import { simjsQuorumEcho } from './event-core.ts'
import { ROUNDS } from './measure.ts'

/** Until then the processor time of a round still falls. */
const WARM_UP_ROUNDS = 3
/** Million events a second of simjs where the goals were set, and the goal for the simulator. */
const SIMJS_THEN = 3.3
const GOAL = 3
const RATE_PER_SEC = 2_000

const STAMP = { startedAt: '', versions: { quorumlab: '', node: '' }, machine: {}, coordinator: 'service' } as const

export function simulator(): void {
  const scenario = heavyPrimaryCrash()
  // The first round is what a single run on the command line sees; it takes some more until the compiler is done.
  const cold = measureOnce(scenario)
  for (let round = 1; round < WARM_UP_ROUNDS; round++) measureOnce(scenario)
  simjsQuorumEcho()
  // Only numbers are kept: a record is large, and whoever holds several makes the garbage collector work for them.
  const warm: Seconds[] = []
  const simjs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    warm.push(measureOnce(scenario).seconds)
    const started = process.cpuUsage()
    simjs.push(simjsQuorumEcho() / cpuSeconds(started) / 1e6)
  }
  const { digest, counters, result } = cold
  const simulation = median(warm.map((seconds) => seconds.simulation))
  const whole = median(warm.map((seconds) => seconds.whole))
  const wall = median(warm.map((seconds) => seconds.wall))
  const duration = scenario.workload.durationUs / 1e6
  console.log(`\nsimulator: ${scenario.name}, ${RATE_PER_SEC} operations/s for ${duration} s`)
  console.log(
    `  (Node ${process.versions.node}, processor time, medians of ${ROUNDS} rounds after ${WARM_UP_ROUNDS}; digest ${digest})`,
  )
  const line = (what: string, value: string, remark = '') =>
    console.log(`  ${what.padEnd(26)} ${value.padStart(14)}  ${remark}`)
  line('times real time', (duration / whole).toFixed(1), 'goal: 50; simulation and checks')
  line('by the clock on the wall', (duration / wall).toFixed(1), 'the same, on a machine that may be busy')
  line('events', counters.events!.toLocaleString('en'))
  line('events per operation', counters.eventsPerOperation!.toFixed(1))
  const speed = counters.events! / simulation / 1e6
  line('million events/s', speed.toFixed(2), `goal: ${GOAL}; simulation alone`)
  line('simjs, on quorum echo', median(simjs).toFixed(2), `${SIMJS_THEN} where the goals were set`)
  line(
    'of simjs',
    (speed / median(simjs)).toFixed(2),
    `goal: ${GOAL} / ${SIMJS_THEN} = ${(GOAL / SIMJS_THEN).toFixed(2)}`,
  )
  line('simulation', `${simulation.toFixed(3)} s`)
  line('checks and summary', `${(whole - simulation).toFixed(3)} s`)
  line('first, cold round', `${cold.seconds.whole.toFixed(3)} s`, `${(duration / cold.seconds.whole).toFixed(1)} times`)
  describe(result)
}

interface Seconds {
  readonly simulation: number
  readonly whole: number
  readonly wall: number
}

function measureOnce(scenario: Scenario) {
  const started = process.cpuUsage()
  const startedMs = performance.now()
  const record = simulate(scenario, { seed: 1 })
  const simulation = cpuSeconds(started)
  const result = judge(scenario, [record], STAMP)
  const seconds = { simulation, whole: cpuSeconds(started), wall: (performance.now() - startedMs) / 1000 }
  return { seconds, digest: record.digest, counters: record.counters, result }
}

function heavyPrimaryCrash(): Scenario {
  const scenario = loadScenario('primary-crash')
  const { workload } = scenario
  assert.equal(workload.mode, 'open')
  return {
    ...scenario,
    workload: { ...workload, ratePerSec: RATE_PER_SEC, durationUs: 60_000_000 },
    checks: [
      'acknowledged-writes-survive',
      'timestamps-unique',
      'timestamps-ordered',
      'single-writer',
      'replicas-converge',
    ],
  }
}

/** A fast simulation of the wrong thing is worth nothing: say what came out. */
function describe({ summary, checks }: Result): void {
  const { ok, failed, unknown, unsent } = summary.operations
  console.log(
    `  ${ok} ok, ${failed} failed, ${unknown} unknown, ${unsent} unsent; failover ${summary.failoverMs.p50} ms`,
  )
  console.log(`  ${checks.map(({ name, verdict }) => `${name}: ${verdict}`).join(', ')}`)
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
