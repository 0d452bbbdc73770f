/** Bugs in who counts after a loss of data, and in what proves that it does again. */
import { type Hunt, type PlantedBug, testsOf } from '../planted-bug.ts'

/** The scenarios that lost acknowledged writes, or their source for good. */
const cases = testsOf('failover/lost-relay-logs')

function lossIn(swarm: string, ...seeds: number[]): Hunt {
  return { kind: 'swarm', swarm, seeds, checks: ['acknowledged-writes-survive', 'single-writer'] }
}

export const LOSS_BUGS: readonly PlantedBug[] = [
  {
    name: 'holders-counted-live',
    story: 'Who holds what nobody can deliver is counted as it is now, against a D from before the loss.',
    edits: [
      {
        file: 'algorithms/failover/catch-up.ts',
        find: '!missing.minus(read.get(member)!.held).equals(missing)',
        replace: '!missing.minus(member.held).equals(missing)',
      },
      {
        file: 'algorithms/failover/take-over.ts',
        find: "    if (isOutdated(snapshot)) return { kind: 'outdated' }\n",
        replace: '',
      },
    ],
    hunts: [cases, testsOf('failover/snapshot-law'), lossIn('left-out-after-a-loss', 1, 2, 3)],
  },
  {
    name: 'loss-unlearnt-by-a-peers-word',
    story: 'A coordinator that saw a loss forgets it when a peer, which may not have looked since, counts the server.',
    edits: [
      {
        file: 'algorithms/failover/peers.ts',
        find: '  if (loss?.seen == null || told.loss !== null || told.provedAgeUs === null) return\n',
        replace:
          '  if (told.loss === null) member.loss = null\n  if (loss?.seen == null || told.provedAgeUs === null) return\n',
      },
    ],
    hunts: [cases, testsOf('failover/peers'), lossIn('cut-off-from-a-loss', 1, 2, 3)],
  },
  {
    name: 'second-term-asks-for-data',
    story: 'A replica that lost its relay log, and still keeps its promise, counts in neither term of the quorum rule.',
    edits: [
      {
        file: 'algorithms/failover/loss.ts',
        find: '  return loss === null || !isRebuilt(loss) || loss.joined\n',
        replace: '  return loss === null\n',
      },
    ],
    hunts: [
      testsOf('failover/quorum-rule'),
      { kind: 'swarm', swarm: 'promises-only', seeds: [1, 2, 3], checks: ['live-after-healing'] },
    ],
  },
  {
    name: 'second-proof-for-a-rebuilt-server',
    story:
      'A rebuilt server, which has forgotten what it promised, counts as soon as it follows and holds what its source had.',
    edits: [
      {
        file: 'algorithms/failover/rejoin.ts',
        find: '  if (loss === null || isRebuilt(loss)) return true\n',
        replace: '  if (loss === null) return true\n',
      },
    ],
    hunts: [testsOf('checks/live-after-healing'), lossIn('rebuilt-and-pledged', 1, 16, 19)],
  },
  {
    name: 'numbers-vouched-for-without-a-journal',
    story: 'A coordinator that lost its journal tells its peers that it never opened epochs which it cannot know of.',
    edits: [
      {
        file: 'algorithms/failover/passed-over.ts',
        find: 'if (coordinator.journalIsWhole || !members.every(({ metUnused }) => metUnused)) return coordinator.journalIsWhole',
        replace: 'if (coordinator.journalIsWhole || members.length === 0) return coordinator.journalIsWhole',
      },
    ],
    hunts: [testsOf('failover/passed-over')],
  },
  {
    name: 'skipped-numbers-not-told',
    story: 'Nobody says of a number that it was skipped, so that an epoch may have begun under it for good.',
    edits: [
      {
        file: 'algorithms/failover/passed-over.ts',
        find: "    if (yield* journal(coordinator, { kind: 'given-up', epoch })) givenUp.add(epoch)\n",
        replace: '',
      },
    ],
    hunts: [testsOf('failover/passed-over')],
  },
]
