/** Scenarios drawn from a seed for the tests of the whole coordinator, and how a run of one is judged. */

import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge } from '../../../scenarios/judge.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import type { Result } from '../../../scenarios/result.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { type SimulateOptions, simulate } from '../../../sim/run.ts'

const TARGETS = ['source', 'replica', 'coordinator', 'node1', 'node2', 'node3', 'node4', 'timestamp-1']

type Pick = <T>(items: readonly T[]) => T

/** One to four faults, each on a target of its own, overlapping as they like. */
function scattered(below: (n: number) => number, pick: Pick): string[] {
  const targets = [...TARGETS]
  let cut = false
  return Array.from({ length: 1 + below(4) }, () => {
    const target = targets.splice(below(targets.length), 1)[0]!
    const atMs = 1000 + below(6000)
    const forMs = Math.min(200 + below(5000), 7900 - atMs)
    const isNode = !target.includes('-') && target !== 'coordinator'
    // At most one partition: a second one of the same server, by its role, would have no effect, and that is an error.
    const verb = pick(['crash', 'crash', 'stop', 'pause', ...(cut ? [] : ['partition']), ...(isNode ? ['slow'] : [])])
    cut ||= verb === 'partition'
    if (verb === 'slow') return `{ at: ${atMs}ms, slow: ${target}, cpu: 0.2, for: ${forMs}ms }`
    const direction = verb === 'partition' ? `, direction: ${pick(['both', 'in', 'out'])}` : ''
    return `{ at: ${atMs}ms, ${verb}: ${target}${direction}, for: ${forMs}ms }`
  })
}

/**
 * What a careless take-over loses writes to: one or two replicas are left behind, then the source and perhaps a
 * replica that was up to date are gone at nearly the same moment as the laggards are back.
 */
function leftBehind(below: (n: number) => number, pick: Pick): string[] {
  const replicas = ['node2', 'node3', 'node4']
  const behind = Array.from({ length: 1 + below(2) }, () => replicas.splice(below(replicas.length), 1)[0]!)
  const backMs = 3500 + below(600)
  const goneMs = 3500 + below(600)
  const away = pick(['pause', 'crash', 'stop'])
  const faults = behind.map((node) => `{ at: ${1500 + below(1500)}ms, ${away}: ${node}, for: ${backMs}ms }`)
  // `for` counts from the fault, so the ends are set by hand.
  const ended = faults.map((fault) => {
    const atMs = Number(/at: (\d+)ms/.exec(fault)![1])
    return fault.replace(/for: \d+ms/, `for: ${backMs - atMs}ms`)
  })
  const source = `{ at: ${goneMs}ms, ${pick(['crash', 'pause', 'stop'])}: node1, for: ${500 + below(3000)}ms }`
  const others = replicas
    .filter(() => below(2) === 0)
    .map(
      (node) => `{ at: ${goneMs + below(30)}ms, ${pick(['crash', 'pause'])}: ${node}, for: ${1500 + below(2500)}ms }`,
    )
  return [...ended, source, ...others]
}

/** A scenario drawn from the seed. */
export function randomScenario(seed: number): string {
  const stream = new RandomStreams(seed).stream('random-faults')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const pick: Pick = (items) => items[below(items.length)]!
  const faults = seed % 2 === 0 ? scattered(below, pick) : leftBehind(below, pick)
  return `
name: random-faults
description: Drawn from seed ${seed}.
cluster:    { nodes: 4, acknowledge: ${pick(['applied', 'received'])}, semiSync: ${pick(['false', 'false', 'true'])} }
algorithms: { timestamps: odd-even, quorum: ${pick(['majority', 'cabinet-top'])}, election: ${pick(['seer-score', 'most-advanced'])} }
workload:   { ratePerSec: 200, clients: 16, reads: 0.4, keys: 10, consistency: ${pick(['STRONG', '{ STRONG: 0.4, SESSION: 0.6 }'])}, duration: 8s, warmup: 500ms }
liveness:   5s
checks:     [acknowledged-writes-survive, single-writer, elections-safe, replicas-converge, linearizable, read-your-writes, monotonic-sessions, live-after-healing]
faults:
${faults.map((fault) => `  - ${fault}`).join('\n')}
`
}

interface Judged {
  readonly scenario: Scenario
  readonly record: RunRecord
  readonly result: Result
  /** Names and details of the checks that failed. A refusal that lasts is no loss: then nothing has to converge. */
  readonly failed: readonly string[]
  readonly refuses: boolean
}

export function judged(text: string, options: SimulateOptions): Judged {
  const scenario = parseScenario(text, `seed-${options.seed}.yaml`)
  const record = simulate(scenario, options)
  const stamp = { startedAt: '', versions: { quorumlab: '', node: '' }, machine: {}, coordinator: 'service' } as const
  const result = judge(scenario, [record], stamp)
  // Two rebuilt replicas at once may leave too few that count: then the rule refuses for good.
  const refuses = record.events.slice(-4).some(({ kind }) => kind === 'refused')
  const failed = result.checks
    .filter(({ name, verdict }) => verdict !== 'pass' && (!refuses || name !== 'replicas-converge'))
    .map(({ name, detail }) => `${name}: ${detail}`)
  return { scenario, record, result, failed, refuses }
}
