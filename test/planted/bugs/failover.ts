/** Bugs in taking over, in the quorum rule and in bringing servers back. */
import { type Hunt, type PlantedBug, testsOf } from '../planted-bug.ts'

/** The law over drawn histories. */
const law = testsOf('failover/take-over-law')

function lossIn(swarm: string, ...seeds: number[]): Hunt {
  return { kind: 'swarm', swarm, seeds, checks: ['acknowledged-writes-survive', 'single-writer'] }
}

export const FAILOVER_BUGS: readonly PlantedBug[] = [
  {
    name: 'target-read-before-the-stop',
    story: 'The target is what the last probes showed, not what the servers hold once their receivers are stopped.',
    edits: [
      {
        file: 'algorithms/failover/take-over.ts',
        find: "import { markerOf } from './epoch.ts'",
        replace: "import { markerOf, unionOf } from './epoch.ts'",
      },
      {
        file: 'algorithms/failover/take-over.ts',
        find: '  // 2. Promise and stop everywhere, fence what can still write.\n',
        replace: '  const seen = unionOf(coordinator.members.map((m) => m.held))\n',
      },
      {
        file: 'algorithms/failover/take-over.ts',
        find: '    const snapshot = procedures.judge(coordinator, gathered)\n',
        replace: '    const snapshot = { ...procedures.judge(coordinator, gathered), seen }\n',
      },
    ],
    hunts: [law, lossIn('lagging-replica', 0, 1, 5, 7)],
  },
  {
    name: 'counted-among-the-reachable',
    story: 'The quorum rule counts over the servers that can be reached, not over those that are configured.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: '  const nodes = servers.length\n',
        replace: "  const nodes = servers.filter(({ standing }) => standing !== 'silent').length\n",
      },
    ],
    hunts: [law, lossIn('left-alone', 1, 2, 3)],
  },
  {
    name: 'dead-source-counts-as-a-reader',
    story: 'The source counts as one of those that were stopped and read, although it does not answer.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: "standing === 'stopped' && m !== living?.member)",
        replace: "(standing === 'stopped' || m === living?.member))",
      },
    ],
    hunts: [testsOf('failover/quorum-rule'), lossIn('left-alone', 1, 2, 3)],
  },
  {
    name: 'fencing-skipped',
    story: 'A source that can still be written to is told of the new epoch and passes for fenced.',
    edits: [
      {
        file: 'algorithms/failover/gather.ts',
        find: '    let outcome = yield* administer(coordinator, member, { epoch, source: null }, { command, promise: epoch })',
        replace:
          "    let outcome = yield* administer(coordinator, member, { epoch, source: null }, { command: 'detach', promise: epoch })",
      },
      {
        file: 'algorithms/failover/gather.ts',
        find: "    if (outcome.kind === 'ok' && !outcome.reply.superReadOnly) {",
        replace: "    if (outcome.kind === 'ok' && !outcome.reply.superReadOnly && command === 'detach') {",
      },
    ],
    hunts: [law, { kind: 'swarm', swarm: 'unfenced-source', seeds: [0, 4, 5], checks: ['single-writer'] }],
  },
  {
    name: 'k-lowered-by-a-failover',
    story: 'A new epoch asks for what its coordinator was configured with, however much the one before it asked for.',
    edits: [
      {
        file: 'algorithms/failover/take-over.ts',
        find: 'coordinator.quorum.replicasRequired(coordinator.members.length), living?.k ?? 0)',
        replace: 'coordinator.quorum.replicasRequired(coordinator.members.length), living === null ? 0 : 0)',
      },
    ],
    hunts: [law, lossIn('raised-threshold', 0, 1, 2)],
  },
  {
    name: 'old-source-counted',
    story: 'The living epoch’s own source counts among the stopped, since it is a replica by now.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: "standing === 'stopped' && m !== living?.member)",
        replace: "standing === 'stopped' && m >= 0)",
      },
    ],
    hunts: [testsOf('failover/quorum-rule')],
  },
  {
    name: 'relay-logs-dropped-by-pointing',
    story: 'A replica is pointed at the new source with both its threads stopped.',
    edits: [
      {
        file: 'sim/mysql/admin-procedures.ts',
        find: "    yield [{ kind: 'start applier' }]\n    yield [change]",
        replace: "    yield [{ kind: 'stop applier' }]\n    yield [change]\n    yield [{ kind: 'start applier' }]",
      },
    ],
    hunts: [testsOf('sim/mysql/administrator')],
  },
  {
    name: 'no-row-no-epoch',
    story: 'Where no row is seen, no epoch is thought to have begun, and a majority is enough.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'data: leastK === 0 ? 0 : nodes - leastK, promises',
        replace: 'data: 0, promises',
      },
    ],
    // End to end it cannot be had: a run begins when the first epoch's row is everywhere.
    hunts: [law],
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
    hunts: [testsOf('failover/quorum-rule')],
  },
  {
    name: 'left-out-without-counting',
    story: 'What nobody can deliver is left out without asking how many may hold it.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'holders + (nodes - 1 - counted) < living.k\n',
        replace: 'counted > 0\n',
      },
    ],
    hunts: [testsOf('failover/quorum-rule')],
  },
  {
    name: 'rebuilt-replica-counted-at-once',
    story: 'A replica that was rebuilt counts toward the quorum from its first answer on.',
    edits: [
      {
        file: 'algorithms/failover/rejoin.ts',
        find: "  markLost(coordinator, member, 'rebuilt', startedUs)\n",
        replace: '',
      },
      {
        file: 'algorithms/failover/rejoin.ts',
        find: "  markLost(coordinator, member, 'rebuilt', rebuiltUs)\n",
        replace: '',
      },
      {
        file: 'algorithms/failover/monitor.ts',
        find: 'if (isAnother(coordinator, member, state)) markDoubted(',
        replace:
          'if (state.uuid !== before?.uuid) member.knownUuid = state.uuid\n  else if (before === null) markDoubted(',
      },
    ],
    hunts: [testsOf('failover/monitor')],
  },
  {
    name: 'lost-data-not-noticed',
    story: 'A replica whose relay log shrank goes on counting.',
    edits: [
      {
        file: 'algorithms/failover/monitor.ts',
        find: '  else if (shrank && !overlaps) markLost(',
        replace: '  else if (shrank && overlaps && member.index < 0) markLost(',
      },
    ],
    hunts: [testsOf('failover/monitor')],
  },
  {
    name: 'raised-threshold-counts-for-an-unseen-row',
    story: 'Where nobody shows a row, the first epoch is taken to have begun with the threshold that was set since.',
    edits: [
      {
        file: 'algorithms/failover/change-threshold.ts',
        find: 'coordinator.leastK = Math.min(coordinator.leastK, coordinator.quorum.replicasRequired(coordinator.members.length))',
        replace: 'coordinator.leastK = coordinator.quorum.replicasRequired(coordinator.members.length)',
      },
    ],
    hunts: [testsOf('failover/change-threshold')],
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
        file: 'sim/mysql/admin-procedures.ts',
        find: '  if (unapplied > 0) return',
        replace: '  if (unapplied < 0) return',
      },
    ],
    hunts: [testsOf('failover/coordinator.test'), lossIn('two-coordinators', 25, 49)],
  },
  {
    name: 'taken-from-who-has-diverged',
    story: 'The winner fetches what it lacks from a server that holds what the newest epoch left out.',
    edits: [
      {
        file: 'algorithms/failover/catch-up.ts',
        find: '(seen.covers(held) ? [{ member, held }] : [])',
        replace: '[{ member, held }]',
      },
    ],
    hunts: [testsOf('failover/take-over.test')],
  },
  {
    name: 'no-catch-up',
    story: 'The winner is promoted with what it has.',
    edits: [
      {
        file: 'algorithms/failover/catch-up.ts',
        find: '  let missing: GtidSet = seen.minus(read.get(winner)!.held)\n',
        replace:
          '  if (coordinator !== null) return winner.state!.executed\n  let missing: GtidSet = seen.minus(read.get(winner)!.held)\n',
      },
      {
        file: 'sim/mysql/admin-procedures.ts',
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
        find: "if (outcome.kind === 'unknown') return { kind: 'refused',",
        replace: "if (outcome.kind === 'unknown') return { kind: 'unable',",
      },
    ],
    hunts: [testsOf('failover/take-over.test')],
  },
  {
    name: 'large-transaction-is-a-stall',
    story: 'Writes that wait behind a large transaction, of which more comes in all the time, are taken for a stall.',
    edits: [
      {
        file: 'algorithms/failover/monitor.ts',
        find: '  if (hasAdvanced(before, state)) member.advancedUs = answeredUs\n',
        replace: '',
      },
    ],
    hunts: [testsOf('failover/arriving')],
  },
  {
    name: 'unanswered-command-is-forgotten',
    story: 'A server that was pointed and whose answer was lost follows, and nobody ever says that it is back.',
    edits: [
      {
        file: 'algorithms/failover/rejoin.ts',
        find: "  if (outcome.kind !== 'ok') member.pointedUnanswered = true\n",
        replace: '',
      },
    ],
    hunts: [testsOf('failover/rejoin')],
  },
  {
    name: 'slow-server-is-never-given-longer',
    story: 'A command that takes a living server longer than commands may take is given up again and again.',
    edits: [
      {
        file: 'algorithms/failover/administer.ts',
        find: '  if (ranOut) member.patience = Math.min(2 * member.patience, MOST_PATIENCE)\n  else if',
        replace: '  if',
      },
    ],
    hunts: [testsOf('failover/administer')],
  },
  {
    name: 'coordinator-wakes-and-goes-on',
    story: 'A coordinator that slept through a take-over reigns on: a newer epoch that a server knows of ends nothing.',
    edits: [
      {
        file: 'algorithms/failover/source-watch.ts',
        find: '  if (coordinator.highestEpoch > reign.epoch) {',
        replace: '  if (coordinator.highestEpoch < reign.epoch) {',
      },
      {
        file: 'algorithms/failover/ruling.ts',
        find: '  if (newest <= reign.epoch) return false\n',
        replace: '  if (newest >= 0) return false\n',
      },
    ],
    hunts: [{ kind: 'swarm', swarm: 'woken-reader', seeds: [1, 2, 3], checks: ['linearizable'] }],
  },
  {
    name: 'sleeper-keeps-its-session',
    story:
      'Whoever opens a session on a server leaves the one before it open, and what comes through that is still done.',
    edits: [
      {
        file: 'sim/mysql/administrator-lock.ts',
        find: '      this.#holder?.kill()\n',
        replace: '',
      },
      {
        file: 'sim/mysql/administrator-lock.ts',
        find: "else if (holder === null) call.refuse({ code: 'session-killed' })\n    else holder.run(step.text, call)",
        replace: 'else (holder ?? new Holder(this, this.#server, session)).run(step.text, call)',
      },
    ],
    hunts: [testsOf('sim/mysql/administrator')],
  },
  {
    name: 'deposed-coordinator-reconnects',
    story: 'A coordinator that was deposed opens new sessions and changes servers: none is refused for a newer epoch.',
    edits: [
      {
        file: 'algorithms/failover/epoch.ts',
        find: '  if (server.promised > session.epoch)\n',
        replace: '  if (server.promised >= 0) return null\n  if (server.promised > session.epoch)\n',
      },
    ],
    hunts: [testsOf('failover/epoch.test'), testsOf('sim/mysql/administrator')],
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
    hunts: [
      testsOf('failover/coordinator.test'),
      { kind: 'swarm', swarm: 'two-coordinators', seeds: [8, 10], checks: ['replicas-converge'] },
    ],
  },
]
