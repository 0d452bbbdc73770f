/** Bugs in the quorum policies, and in the algorithms around them. */
import { type PlantedBug, testsOf } from '../planted-bug.ts'

export const QUORUM_BUGS: readonly PlantedBug[] = [
  {
    name: 'cabinet-agrees-at-the-threshold',
    story: 'A weight of exactly half the total counts as agreement.',
    edits: [
      {
        file: 'algorithms/quorum/weights.ts',
        find: '  return weight > scheme.threshold\n',
        replace: '  return weight >= scheme.threshold\n',
      },
    ],
    hunts: [testsOf('quorum/weights', 'quorum/weighted-rounds')],
  },
  {
    name: 'majority-of-the-replicas',
    story: 'k of majority is floor((n-1)/2): with the source, only half of four servers.',
    edits: [
      {
        file: 'algorithms/quorum/majority.ts',
        find: 'Math.floor(nodes / 2)',
        replace: 'Math.floor((nodes - 1) / 2)',
      },
    ],
    hunts: [testsOf('algorithms/quorum', 'failover/quorum-rule')],
  },
  {
    name: 'second-term-of-the-rule-forgotten',
    story: 'Two take-overs need not meet: only the first term of the quorum rule is asked for.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'promises: Math.floor((nodes - 1) / 2) + 1 }',
        replace: 'promises: 0 }',
      },
    ],
    hunts: [testsOf('failover/quorum-rule')],
  },
  {
    name: 'seer-without-its-term',
    story: 'seer may propose a change at every prediction that differs, however young the term is.',
    edits: [
      {
        file: 'algorithms/election/seer/seer.ts',
        find: "    if (nowUs < dueUs) return stay('the term is young')\n",
        replace: '',
      },
      {
        file: 'algorithms/election/seer/seer.ts',
        find: "    if (nowUs < this.#predictAtUs) return stay('not the time to predict')\n",
        replace: '',
      },
    ],
    hunts: [testsOf('election/seer')],
  },
  {
    name: 'stale-metrics',
    story: 'What the first probe of a server said is believed for ever.',
    edits: [
      {
        file: 'algorithms/failover/monitor.ts',
        find: '  member.state = state\n',
        replace: '  member.state ??= state\n',
      },
    ],
    hunts: [testsOf('failover/monitor')],
  },
]
