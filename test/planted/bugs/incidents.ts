/** Bugs in what is made of replicas that have gone their own way, and of a source that came back writable. */
import type { Hunt, PlantedBug } from '../planted-bug.ts'

const APART: readonly Hunt[] = [{ kind: 'swarm', swarm: 'operators', seeds: [0, 1], checks: ['replicas-converge'] }]

export const INCIDENT_BUGS: readonly PlantedBug[] = [
  {
    name: 'lets-errant-writes-be',
    story: 'A replica that follows is taken for sound, whatever it has executed beside its source.',
    edits: [
      {
        file: 'algorithms/failover/unfit.ts',
        find: '  if (reign.known.covers(executed)) return null',
        replace: '  if (executed !== undefined) return null',
      },
    ],
    hunts: APART,
  },
  {
    name: 'starts-a-broken-applier-again',
    story: 'An applier that stopped at a row that is not its source’s is started again, and stops again, for ever.',
    edits: [
      {
        file: 'algorithms/failover/unfit.ts',
        find: "  return isBroken(state) ? { code: 'applier-failed', errno: state.applierErrno! } : null",
        replace: '  return null',
      },
    ],
    hunts: APART,
  },
  {
    name: 'keeps-a-source-that-restarted',
    story: 'A source that has restarted goes on reigning if it is writable.',
    edits: [
      {
        file: 'algorithms/failover/source-watch.ts',
        find: 'source.crashes > reign.sourceCrashes',
        replace: 'source.crashes < 0',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['sim/faults/incidents'] }],
  },
]
