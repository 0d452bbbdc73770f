/** Bugs in taking over, in the quorum rule and in bringing servers back. */
import type { PlantedBug } from '../planted-bug.ts'

const hunt = {
  kind: 'tests',
  patterns: [
    'failover/quorum-rule',
    'failover/monitor',
    'failover/take-over',
    'failover/epoch',
    'failover/coordinator',
    'sim/mysql/',
  ],
} as const

export const FAILOVER_BUGS: readonly PlantedBug[] = [
  {
    name: 'old-source-counted',
    story: 'The living epoch’s own source counts among the stopped, since it is a replica by now.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: '(m) => m !== living?.member && !stopped.excluded.has(m)',
        replace: '(m) => !stopped.excluded.has(m)',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'relay-logs-dropped-by-pointing',
    story: 'A replica is pointed at the new source with both its threads stopped.',
    edits: [
      {
        file: 'sim/mysql/procedures.ts',
        find: "    yield [{ kind: 'start applier' }]\n    yield [change]",
        replace: "    yield [{ kind: 'stop applier' }]\n    yield [change]\n    yield [{ kind: 'start applier' }]",
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'no-row-no-epoch',
    story: 'Where no row is seen, no epoch is thought to have begun, and a majority is enough.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'Math.max(leastK === 0 ? 0 : nodes - leastK, Math.floor(nodes / 2) + 1)',
        replace: 'Math.floor(nodes / 2) + 1',
      },
    ],
    // End to end it cannot be had: a run begins when the first epoch's row is everywhere.
    hunts: [{ kind: 'tests', patterns: ['failover/take-over-law'] }],
  },
  {
    name: 'older-epochs-left-out',
    story: 'Whatever nobody can deliver is left out of the target, older epochs included.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: '    if (uuid !== sourceUuid) return false\n',
        replace: '    if (uuid !== sourceUuid) continue\n',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'left-out-without-counting',
    story: 'What nobody can deliver is left out without asking how many may hold it.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'holdersInF + (nodes - 1 - counted) < living.k\n',
        replace: 'counted > 0\n',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'rebuilt-replica-counted-at-once',
    story: 'A replica that was rebuilt counts toward the quorum from its first answer on.',
    edits: [
      { file: 'algorithms/failover/rejoin.ts', find: '  markLost(coordinator, member, rebuiltUs)\n', replace: '' },
      {
        file: 'algorithms/failover/monitor.ts',
        find: 'isAnother(coordinator, member, state) || (shrank && !overlaps)',
        replace: 'shrank && !overlaps && state.uuid === before?.uuid',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'lost-data-not-noticed',
    story: 'A replica whose relay log shrank goes on counting.',
    edits: [
      {
        file: 'algorithms/failover/monitor.ts',
        find: ' || (shrank && !overlaps)) markLost(',
        replace: ') markLost(',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'received-is-enough-to-be-promoted',
    story: 'The winner is promoted when it has received the target, not when it has applied it.',
    edits: [
      {
        file: 'algorithms/failover/catch-up.ts',
        find: 'applied(coordinator, winner, target, epoch)',
        replace: "arrived(coordinator, winner, target, 'received')",
      },
      {
        file: 'sim/mysql/procedures.ts',
        find: '  if (unapplied > 0) return',
        replace: '  if (unapplied < 0) return',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'no-catch-up',
    story: 'The winner is promoted with what it has.',
    edits: [
      {
        file: 'algorithms/failover/catch-up.ts',
        find: '  let missing: GtidSet = seen.minus(winner.held)\n',
        replace:
          '  if (coordinator !== null) return winner.state!.executed\n  let missing: GtidSet = seen.minus(winner.held)\n',
      },
      {
        file: 'sim/mysql/procedures.ts',
        find: '  if (unapplied > 0) return',
        replace: '  if (unapplied < 0) return',
      },
    ],
    hunts: [{ kind: 'swarm', swarm: 'two-coordinators', seeds: [15, 46, 52], checks: ['acknowledged-writes-survive'] }],
  },
  {
    name: 'second-promotion-in-one-epoch',
    story: 'After a promotion of unknown outcome the next candidate is promoted under the same epoch.',
    edits: [
      {
        file: 'algorithms/failover/take-over.ts',
        find: "    if (outcome.kind === 'unknown')\n      return { kind: 'refused',",
        replace: "    if (outcome.kind === 'unknown')\n      return { kind: 'unable',",
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'deposed-sessions-go-on',
    story: 'A coordinator that wakes up goes on where it was: no session is refused for a newer epoch.',
    edits: [
      {
        file: 'algorithms/failover/epoch.ts',
        find: '  if (server.promised > session.epoch)\n',
        replace: '  if (server.promised >= 0) return null\n  if (server.promised > session.epoch)\n',
      },
    ],
    hunts: [hunt],
  },
  {
    name: 'rejoined-without-comparison',
    story: 'A returning server with extra transactions is pointed at the source as it is.',
    edits: [
      {
        file: 'algorithms/failover/rejoin.ts',
        find: '  const executedExtras = executed.minus(known)\n',
        replace: '  const executedExtras = executed.minus(executed)\n',
      },
    ],
    hunts: [hunt],
  },
]
