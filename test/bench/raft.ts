/**
 * Raft at the size of Cabinet's paper: what a round takes, and whom it needs, with each quorum, beside the figures that
 * were derived from the paper's settings; then how many events a second that takes. The leader is alone in its zone and
 * has the clients; the delay lies on the way back, as netem puts it on a follower's interface.
 */
import { parseScenario } from '../../scenarios/file/load.ts'
import { RaftGroup } from '../../sim/raft/group.ts'
import { simulate } from '../../sim/run.ts'
import { ROUNDS } from './measure.ts'

interface Setting {
  readonly zones: readonly { readonly name: string; readonly nodes: number; readonly delay: string }[]
  readonly quorum: string
  readonly failureThreshold: number
}

interface RoundFigures {
  readonly latencyMs: number
  /** Followers whose replies a round needed, round by round. */
  readonly followers: readonly number[]
  readonly eventsPerSec: number
}

const SKEWED = [100, 300, 500, 700, 900].map((ms, i) => ({
  name: `zone${ms}`,
  nodes: i < 4 ? 10 : 9,
  delay: `{ normal: { mean: ${ms}ms, deviation: 10ms } }`,
}))
const ALIKE = [{ name: 'others', nodes: 49, delay: '{ normal: { mean: 100ms, deviation: 20ms } }' }]

function textOf({ zones, quorum, failureThreshold }: Setting): string {
  const all = [{ name: 'home', nodes: 1 }, ...zones]
  return `
name: rounds
cluster:
  protocol: raft
  nodes: 50
  zones: [${all.map(({ name, nodes }) => `{ name: ${name}, nodes: ${nodes} }`).join(', ')}]
algorithms: { quorum: ${quorum}, failureThreshold: ${failureThreshold} }
network:
  default: { delay: 0ms }
  links: { ${zones.map(({ name, delay }) => `"${name}->home": { delay: ${delay} }`).join(', ')} }
raft: { electionTimeout: 10s, heartbeat: 1s, message: 0us, send: 0us, entry: 0us, fsync: 0ms }
workload: { ratePerSec: 100, clients: 200, reads: 0, duration: 60s }
`
}

/** `killAfterRound`: then the t followers that weigh most are killed. */
function roundsOf(setting: Setting, killAfterRound: number | null = null): RoundFigures {
  const scenario = parseScenario(textOf(setting), 'raft.yaml')
  const group = new RaftGroup(scenario, 1)
  const { queue } = group.kernel
  const latencies: number[] = []
  const followers: number[] = []
  let proposed = 0
  const leader = group.servers[0]!
  group.onRounds = (_, rounds) => {
    for (const { beganUs, repliers, entries } of rounds) {
      if (entries === 0) continue
      latencies.push((queue.now - beganUs) / 1000)
      followers.push(repliers.length)
      if (latencies.length === killAfterRound)
        for (const name of group.namesOf('strongest', [])) group.servers[group.indexOf(name)]!.crash()
    }
  }
  for (const server of group.servers) server.boot()
  const before = process.cpuUsage()
  // One write in each round, the next as soon as the last is committed.
  while (latencies.length < 200 && queue.runNext()) {
    const { node } = leader
    if (node?.role !== 'leader' || latencies.length < proposed) continue
    node.propose([{ op: ++proposed, key: 0 }], queue.now)
    leader.carryOut()
  }
  const { user, system } = process.cpuUsage(before)
  const steady = latencies.slice(10)
  return {
    latencyMs: steady.reduce((sum, ms) => sum + ms, 0) / steady.length,
    followers,
    eventsPerSec: (queue.fired / (user + system)) * 1e6,
  }
}

function line(title: string, figures: string, reference: string): void {
  console.log(`  ${title.padEnd(38)} ${figures.padEnd(58)} ${reference}`)
}

function compareQuorums(title: string, zones: Setting['zones'], failureThreshold: number, reference: string): void {
  const of = (quorum: string) => roundsOf({ zones, quorum, failureThreshold }).latencyMs
  const raft = of('majority')
  const others = ['cabinet', 'flexible', 'hierarchical'].map((quorum) => {
    const ms = of(quorum)
    return `${quorum} ${ms.toFixed(0)} (${(raft / ms).toFixed(2)}x)`
  })
  line(title, `majority ${raft.toFixed(0)} ms, ${others.join(', ')}`, reference)
}

export function raft(): void {
  console.log('\nRaft with 50 servers, latency of a round (reference: algorithms.md, derived from the paper)')
  compareQuorums('five skewed zones, t = 5', SKEWED, 5, 'majority 499, cabinet 102 (4.9x)')
  compareQuorums('five skewed zones, t = 10', SKEWED, 10, 'cabinet 4.3x')
  compareQuorums('all alike, 100 +- 20 ms, t = 5', ALIKE, 5, 'cabinet 1.04x, flexible 1.36x')
  console.log('\nThe t = 5 that weigh most are killed after round 20: followers needed in rounds 19 to 24')
  for (const [quorum, reference] of [
    ['majority', '25'],
    ['cabinet', '14 if they replied in order of weight, then 5'],
    ['flexible', ''],
  ] as const) {
    const { followers } = roundsOf({ zones: SKEWED, quorum, failureThreshold: 5 }, 20)
    line(quorum, followers.slice(18, 24).join(', '), reference)
  }
  speed()
}

/** The whole simulation: clients, processors, disks, lag, all of it. */
function speed(): void {
  console.log(`\nEvents a second of the whole simulation (best of ${ROUNDS})`)
  for (const nodes of [5, 50, 100]) {
    const scenario = parseScenario(
      `name: speed\ncluster: { protocol: raft, nodes: ${nodes} }\nworkload: { ratePerSec: 1000, duration: 10s }\n`,
      'raft.yaml',
    )
    let best = { eventsPerSec: 0, realTime: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const before = process.cpuUsage()
      const { counters } = simulate(scenario, { seed: 1 })
      const { user, system } = process.cpuUsage(before)
      const eventsPerSec = (counters.events! / (user + system)) * 1e6
      if (eventsPerSec > best.eventsPerSec) best = { eventsPerSec, realTime: 10e6 / (user + system) }
    }
    line(
      `${nodes} servers`,
      `${(best.eventsPerSec / 1e6).toFixed(2)} M, ${best.realTime.toFixed(0)} times real time`,
      '',
    )
  }
}
