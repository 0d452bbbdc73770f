/** Bugs in what is left out of a take-over, and in refusing one. */
import type { PlantedBug } from '../planted-bug.ts'

export const REFUSAL_BUGS: readonly PlantedBug[] = [
  {
    name: 'refuses-always',
    story: "A coordinator takes over from nobody, and says in the quorum rule's own words why.",
    edits: [
      {
        file: 'algorithms/failover/take-over.ts',
        find: '  if (!rule.allowed) return',
        replace: '  if (!rule.allowed || living !== null) return',
      },
    ],
    hunts: [
      {
        kind: 'swarm',
        swarm: 'two-coordinators',
        seeds: [0, 1, 3],
        checks: ['live-after-healing', 'replicas-converge'],
      },
    ],
  },
  {
    name: 'brings-back-what-was-left-out',
    story: 'A take-over brings back whatever anybody holds, also what an older epoch wrote and a newer one left out.',
    edits: [
      {
        file: 'algorithms/failover/quorum-rule.ts',
        find: 'unionOf(newest === null ? held :',
        replace: 'unionOf(newest !== undefined ? held :',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['failover/take-over-law'] }],
  },
  {
    name: 'asks-the-rebuilt',
    story: 'A fenced source stands for its epoch although somebody who may have been promoted since was rebuilt.',
    edits: [
      {
        file: 'algorithms/failover/snapshot.ts',
        find: 'isRead(member) && !(member.loss !== null && isRebuilt(member.loss))',
        replace: 'isRead(member)',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['failover/snapshot'] }],
  },
]
