/** Scenarios with two coordinators, drawn from a seed: what is hurt is above all the coordinators and who reaches whom. */
import { RandomStreams } from '../../../scenarios/chance/random.ts'

type Pick = <T>(items: readonly T[]) => T

const COORDINATORS = ['coordinator', 'coordinator-2'] as const
const NODES = ['node1', 'node2', 'node3', 'node4'] as const

/** A coordinator dies, sleeps and wakes, or loses the other one, some servers, or everybody. */
function ofCoordinators(below: (n: number) => number, pick: Pick, when: () => string): string[] {
  const one = pick(COORDINATORS)
  const first = below(NODES.length)
  const some = Array.from({ length: 1 + below(3) }, (_, i) => NODES[(first + i) % NODES.length])
  return [
    `{ ${pick(['crash', 'pause', 'pause', 'stop'])}: ${one}, ${when()} }`,
    `{ partition: { split: [[coordinator], [coordinator-2]] }, ${when()} }`,
    `{ partition: { split: [[${one}], [${some.join(', ')}]] }, ${when()} }`,
    `{ partition: ${one}, direction: ${pick(['both', 'in', 'out'])}, ${when()} }`,
  ]
}

function ofServers(pick: Pick, when: () => string): string[] {
  const target = pick(['source', 'replica', ...NODES])
  const cut = pick(NODES)
  return [
    `{ ${pick(['crash', 'stop', 'pause', 'pause'])}: ${target}, ${when()} }`,
    `{ slow: ${target}, cpu: 0.2, ${when()} }`,
    `{ partition: { split: [[${cut}], [${NODES.filter((node) => node !== cut).join(', ')}]] }, ${when()} }`,
  ]
}

export function twoCoordinators(seed: number): string {
  const stream = new RandomStreams(seed).stream('two-coordinators')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const pick: Pick = (items) => items[below(items.length)]!
  const startMs = 1000 + below(1500)
  // Close together, so that they meet.
  const when = () => {
    const atMs = startMs + below(2500)
    return `at: ${atMs}ms, for: ${600 + below(3500)}ms`
  }
  const faults = [pick(ofCoordinators(below, pick, when))]
  if (below(3) > 0) faults.push(pick(ofCoordinators(below, pick, when)))
  for (let i = below(3); i > 0; i--) faults.push(pick(ofServers(pick, when)))
  // Two partitions may share a link, and two faults of one kind on one target cannot be told apart when they are undone.
  const kinds = faults.map((fault) =>
    fault.includes('coordinator') && fault.includes('partition') ? 'partition' : fault.replace(/, (at|for): .*$/, ''),
  )
  const distinct = faults.filter((_, i) => kinds.indexOf(kinds[i]!) === i)
  return `
name: two-coordinators
description: Drawn from seed ${seed}.
cluster:    { nodes: 4, coordinators: 2, acknowledge: ${pick(['applied', 'received'])}, semiSync: ${pick(['false', 'false', 'true'])} }
algorithms: { timestamps: odd-even, quorum: ${pick(['majority', 'cabinet-top', 'cabinet', 'flexible'])}, election: ${pick(['seer-score', 'most-advanced'])} }
workload:   { ratePerSec: 150, clients: 16, reads: 0.4, keys: 10, consistency: STRONG, duration: 9s, warmup: 500ms, deadline: 1500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
faults:
${distinct.map((fault) => `  - ${fault}`).join('\n')}
`
}

/**
 * Take-overs that meet: the network is slow, so a take-over lasts a good part of a second; the source is gone, the
 * coordinators cannot hear each other, and each is as patient as the other one's detector.
 */
export function meetingTakeOvers(seed: number): string {
  const stream = new RandomStreams(seed).stream('meeting-take-overs')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const pick: Pick = (items) => items[below(items.length)]!
  const faults = [`{ ${pick(['pause', 'pause', 'crash'])}: node1, at: 2s, for: ${1000 + below(2500)}ms }`]
  const sometimes = (oneIn: number, fault: () => string) => {
    if (below(oneIn) > 0) faults.push(fault())
  }
  sometimes(
    4,
    () => `{ partition: { split: [[coordinator], [coordinator-2]] }, at: 1900ms, for: ${1500 + below(2500)}ms }`,
  )
  sometimes(3, () => `{ pause: ${pick(COORDINATORS)}, at: ${2350 + below(700)}ms, for: ${500 + below(1500)}ms }`)
  sometimes(
    2,
    () =>
      `{ partition: { split: [[${pick(COORDINATORS)}], [${pick(['node2', 'node3', 'node4', 'node2, node3'])}]] }, at: ${2200 + below(600)}ms, for: ${400 + below(2000)}ms }`,
  )
  sometimes(
    2,
    () => `{ pause: ${pick(['node2', 'node3', 'node4'])}, at: ${2000 + below(2500)}ms, for: ${300 + below(2000)}ms }`,
  )
  return `
name: meeting-take-overs
description: Drawn from seed ${seed}.
cluster:    { nodes: 4, coordinators: 2, acknowledge: ${pick(['applied', 'received'])} }
algorithms: { timestamps: odd-even, quorum: ${pick(['majority', 'flexible', 'cabinet'])}, election: ${pick(['seer-score', 'most-advanced'])} }
network:    { default: { delay: ${2 + below(14)}ms } }
tuning:     { unreachable: 400ms, probeTimeout: 200ms, probeInterval: ${pick([100, 300])}ms, minimumTerm: 100ms }
workload:   { ratePerSec: 150, clients: 32, reads: 0.3, keys: 8, duration: 7s, deadline: 1s }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
faults:
${faults.map((fault) => `  - ${fault}`).join('\n')}
`
}
