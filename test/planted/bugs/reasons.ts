/** Somebody decides by a word again. Caught where every sentence is another. */
import type { Hunt, PlantedBug } from '../planted-bug.ts'

const rewording: Hunt = { kind: 'tests', patterns: ['algorithms/reasons/text'] }

export const REASON_BUGS: readonly PlantedBug[] = [
  {
    name: 'deposed-by-its-words',
    story: 'A coordinator knows that it is deposed by how the refusal begins.',
    edits: [
      {
        file: 'algorithms/failover/administer.ts',
        find: "outcome.why.code === 'deposed'",
        replace: "outcome.reason.startsWith('deposed')",
      },
    ],
    hunts: [rewording],
  },
  {
    name: 'next-coordinator-by-words',
    story: 'A client goes over to the next coordinator when it reads that no source reigns.',
    edits: [
      {
        file: 'scenarios/clients/coordinator-client.ts',
        find: "reply.why.code !== 'nobody-reigns'",
        replace: "reply.reason !== 'no source reigns'",
      },
    ],
    hunts: [rewording],
  },
  {
    name: 'excused-by-words',
    story: 'A run without a source at its end is excused by the words in which the coordinator refuses.',
    edits: [
      {
        file: 'scenarios/swarm/outcome.ts',
        find: "last.alarm !== null || last.why.code !== 'rule'",
        replace: '!/^the quorum rule needs/.test(last.reason)',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['swarm/outcome'] }],
  },
]
