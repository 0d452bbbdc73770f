/** Failovers that meet something in their way, as scenarios for both worlds. */

interface Hard {
  readonly name: string
  readonly text: string
}

/** Runs with something done beside their faults end with it: they have no probes afterwards. */
const PROBES = { liveness: '3s', check: ', live-after-healing' }
const NO_PROBES = { liveness: '0s', check: '' }

function scenario(
  name: string,
  faults: readonly string[],
  acknowledge: 'applied' | 'received' = 'applied',
  { liveness, check } = PROBES,
): Hard {
  const text = `
name: ${name.toLowerCase().replaceAll(' ', '-')}
cluster:    { nodes: 4, coordinators: 2, acknowledge: ${acknowledge} }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 150, clients: 16, reads: 0.3, keys: 10, consistency: STRONG, duration: 12s, warmup: 500ms, deadline: 3s }
liveness:   ${liveness}
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable${check}]
faults:     [${faults.join(', ')}]
`
  return { name, text }
}

function beside(name: string, faults: readonly string[]): Hard {
  return scenario(name, faults, 'applied', NO_PROBES)
}

const KILLED_UNDER_WAY = ['{ at: 5s, crash: source, for: 3s }']

/** 100 MB. */
const A_MILLION_ROWS = ['{ at: 3s, long-transaction: source, rows: 1000000 }', '{ at: 4s, crash: source, for: 3s }']

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
  scenario('a million rows are written and the source dies', A_MILLION_ROWS),
  scenario('a million rows are received and the source dies', A_MILLION_ROWS, 'received'),
  scenario('a transaction is open and the source dies', [
    '{ at: 3s, long-transaction: source, open: 8s }',
    '{ at: 4s, crash: source, for: 3s }',
  ]),
  scenario('an ALTER is in flight and the source dies', [
    '{ at: 3s, alter: source, hold: 8s }',
    '{ at: 4s, crash: source, for: 3s }',
  ]),
  scenario('an ALTER is in flight and the source sleeps', [
    '{ at: 3s, alter: source, hold: 5s }',
    '{ at: 4s, pause: source, for: 3s }',
  ]),
  scenario('an ALTER is in flight and the source is to move', [
    '{ at: 3s, alter: source, hold: 3s }',
    '{ at: 4s, switchover: replica }',
  ]),
]

/** Without what is done beside their faults. */
export const HARD_BESIDE = {
  largeTransaction: beside('a transaction of 100 MB is under way', []),
  largeCommit: beside('a transaction of 100 MB commits', []),
  alterAtKill: beside('an ALTER waits and the source dies', KILLED_UNDER_WAY),
  alterAtMove: beside('an ALTER waits and the source is to move', ['{ at: 5s, switchover: replica }']),
}
