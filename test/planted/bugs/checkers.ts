/** Blind spots of the checks. What must catch them are the hand-written histories of each check's own tests. */
import { type PlantedBug, testsOf } from '../planted-bug.ts'

export const CHECKER_BUGS: readonly PlantedBug[] = [
  {
    name: 'survival-without-rows',
    story: 'A write counts as there when its GTID is executed, whether or not its row is.',
    edits: [
      {
        file: 'scenarios/checks/acknowledged-writes-survive.ts',
        find: 'if (row && gtid) return null',
        replace: 'if (gtid) return null',
      },
    ],
    hunts: [testsOf('acknowledged-writes-survive')],
  },
  {
    name: 'order-lets-equals-pass',
    story: 'Two equal timestamps in a row count as ascending.',
    edits: [
      {
        file: 'scenarios/checks/timestamps-ordered.ts',
        find: 'difference === 0 && server[a]! < server[b]!',
        replace: 'difference === 0 && server[a]! <= server[b]!',
      },
    ],
    hunts: [testsOf('timestamps-ordered')],
  },
  {
    name: 'uniqueness-by-neighbours-only',
    story: 'The last of the sorted timestamps is never compared with the one before it.',
    edits: [
      {
        file: 'scenarios/checks/timestamps-unique.ts',
        find: 'for (let at = 1; at < order.length; at++)',
        replace: 'for (let at = 1; at < order.length - 1; at++)',
      },
    ],
    hunts: [testsOf('timestamps-unique')],
  },
  {
    name: 'single-writer-skips-the-next-epoch',
    story: 'A late acknowledgement is held against every newer epoch but the very next one.',
    edits: [
      {
        file: 'scenarios/checks/single-writer.ts',
        find: 'i >= 0 && reigns[i]!.epoch > epoch; i--',
        replace: 'i >= 0 && reigns[i]!.epoch > epoch + 1; i--',
      },
    ],
    hunts: [testsOf('single-writer')],
  },
  {
    name: 'convergence-one-way',
    story: 'A replica that has more than the source counts as converged.',
    edits: [
      {
        file: 'scenarios/checks/replicas-converge.ts',
        find: '    [member, reference],\n',
        replace: '',
      },
    ],
    hunts: [testsOf('replicas-converge')],
  },
  {
    name: 'unknown-writes-never-happened',
    story: 'Writes of unknown outcome are left out of the search for an order, even where a read shows them.',
    edits: [
      {
        file: 'scenarios/checks/linearizability/completed.ts',
        find: ' || certain || firstReadEndUs.has(value))',
        replace: ' || certain)',
      },
    ],
    hunts: [testsOf('linearizab')],
  },
  {
    name: 'ties-of-a-session-are-open',
    story: 'An operation sent in the microsecond of the last answer of its own session may come before it.',
    edits: [
      {
        file: 'scenarios/checks/linearizability/completed.ts',
        find: '  return before.endUs === after.startUs && before.operation.op < after.operation.op\n',
        replace: '  return before.endUs < after.startUs && before.operation.op < after.operation.op\n',
      },
    ],
    hunts: [testsOf('checks/linearizable')],
  },
]
