/**
 * SEER's question at the size of its paper: by how much is the commit delay lowered by who leads? Seven replicas in
 * seven cities of Internet2, propagation at 2e5 km/s, clients in every city, and every 5 s one more injection: a link
 * delay of 5 to 35 ms at one replica, or a contended processor (70 to 90 % taken). The same injections for each policy.
 */

import { RandomStreams } from '../../scenarios/chance/random.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { simulate } from '../../sim/run.ts'

/** Kilometres east and north, roughly. */
const CITIES = [
  ['seattle', 0, 2600],
  ['losangeles', 300, 1000],
  ['denver', 1650, 1750],
  ['houston', 2550, 750],
  ['chicago', 3050, 2100],
  ['atlanta', 3400, 1150],
  ['newyork', 4200, 2050],
] as const

const POLICIES = [
  'native',
  'lowest-rtt',
  'best-known',
  'seer, seer: { model: elastic-net }',
  'seer, seer: { model: least-squares }',
]
const INJECTIONS = 30
const SEEDS = 3

type Injection = 'link delay' | 'processor contention'

function textOf(policy: string, injection: Injection, seed: number): string {
  const zones = CITIES.map(([name]) => `{ name: ${name}, nodes: 1, clients: 1 }`)
  const matrix = CITIES.map(([, x, y]) => {
    const row = CITIES.map(([, u, v]) => Math.round(Math.sqrt((x - u) ** 2 + (y - v) ** 2) / 0.2) + 100)
    return `[${row.map((us) => `{ lognormal: { median: ${us}us, sigma: 0.05 } }`).join(', ')}]`
  })
  return `
name: leaders
cluster: { protocol: raft, nodes: 7, zones: [${zones.join(', ')}] }
network: { matrix: [${matrix.join(', ')}] }
algorithms: { quorum: majority, election: ${policy} }
raft: { message: 1ms, send: 0.2ms }
workload: { ratePerSec: 117, clients: 200, reads: 0, duration: ${20 + 5 * INJECTIONS}s, warmup: 20s }
faults: [${injections(injection, seed).join(', ')}]
`
}

function injections(injection: Injection, seed: number): string[] {
  const random = new RandomStreams(seed).stream('injections')
  return Array.from({ length: INJECTIONS }, (_, i) => {
    const node = `node${1 + Math.floor(random.uniform() * CITIES.length)}`
    const at = `at: ${20 + 5 * i}s`
    const draw = random.uniform()
    if (injection === 'link delay')
      return `{ ${at}, slow: { link: "${node}->*" }, delay: ${(5 + 30 * draw).toFixed(1)}ms, for: 4900ms }`
    return `{ ${at}, slow: ${node}, cpu: ${(1 - (0.7 + 0.2 * draw)).toFixed(3)}, for: 4900ms }`
  })
}

export function raftLeaders(): void {
  for (const injection of ['link delay', 'processor contention'] as const) {
    console.log(`\n7 Raft replicas, ${injection} every 5 s: mean commit delay, against native (${SEEDS} seeds)`)
    let nativeMs = 0
    for (const policy of POLICIES) {
      let sumMs = 0
      let count = 0
      let changes = 0
      for (let seed = 1; seed <= SEEDS; seed++) {
        const scenario = parseScenario(textOf(policy, injection, seed), 'leaders.yaml')
        const { operations, counters } = simulate(scenario, { seed })
        changes += counters.leaderChanges!
        for (const { outcome, intendedUs, endUs } of operations) {
          if (outcome !== 'ok' || intendedUs < scenario.workload.warmupUs) continue
          sumMs += (endUs! - intendedUs) / 1000
          count++
        }
      }
      const meanMs = sumMs / count
      if (policy === 'native') nativeMs = meanMs
      const change = `${(100 * (meanMs / nativeMs - 1)).toFixed(1)} %`
      console.log(
        `  ${policy.padEnd(36)} ${meanMs.toFixed(1).padStart(6)} ms ${change.padStart(8)}   ${(changes / SEEDS).toFixed(0)} leader changes`,
      )
    }
  }
  console.log(
    '  (paper, 7 replicas: link delay -23.4 % elastic net, -11.3 % least squares; contention -32.07 % elastic net)',
  )
}
