/** Failovers that meet something in their way, as scenarios for both worlds. */

interface Hard {
  readonly name: string
  readonly text: string
}

function scenario(name: string, faults: readonly string[], acknowledge: 'applied' | 'received' = 'applied'): Hard {
  const text = `
name: ${name.toLowerCase().replaceAll(' ', '-')}
cluster:    { nodes: 4, coordinators: 2, acknowledge: ${acknowledge} }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 150, clients: 16, reads: 0.3, keys: 10, consistency: STRONG, duration: 12s, warmup: 500ms, deadline: 3s }
liveness:   3s
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable, live-after-healing]
faults:     [${faults.join(', ')}]
`
  return { name, text }
}

const KILLED_UNDER_WAY = ['{ at: 5s, crash: source, for: 3s }']

export const HARD: readonly Hard[] = [
  scenario(
    'whoever is elected is behind',
    [
      ...['node2', 'node3', 'node4'].map((node) => `{ at: 2s, block-applier: ${node}, for: 3s }`),
      '{ at: 4900ms, crash: source, for: 3s }',
    ],
    'received',
  ),
  scenario('the next source dies within a second', [
    '{ at: 3s, crash: source, for: 3s }',
    '{ after: { failoverStep: serving, delay: 300ms }, crash: source, for: 3s }',
  ]),
  scenario('the next source dies while others are pointed at it', [
    '{ at: 3s, crash: source, for: 4s }',
    '{ after: { command: point }, crash: source, for: 2s }',
  ]),
]

/** Without what is done beside their faults. */
export const HARD_BESIDE = {
  largeTransaction: scenario('a transaction of 100 MB is under way', []),
  largeCommit: scenario('a transaction of 100 MB commits', []),
  alterAtKill: scenario('an ALTER waits and the source dies', KILLED_UNDER_WAY),
  alterAtMove: scenario('an ALTER waits and the source is to move', ['{ at: 5s, switchover: replica }']),
}
