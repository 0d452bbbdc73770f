/** Bugs in the timestamp servers and their clients. */
import type { PlantedBug } from '../planted-bug.ts'

const taas = { kind: 'tests', patterns: ['timestamps/taas-session'] } as const
const SESSION = 'algorithms/timestamps/taas-session.ts'

export const TIMESTAMP_BUGS: readonly PlantedBug[] = [
  {
    name: 'taas-largest-reply',
    story: 'The candidate is the M-th largest reply instead of the M-th smallest.',
    edits: [
      {
        file: SESSION,
        find: 'replies.sort(compareTimestamps)[this.#quorum - 1]!',
        replace: 'replies.sort(compareTimestamps)[replies.length - this.#quorum]!',
      },
    ],
    hunts: [taas],
  },
  {
    name: 'taas-one-clock-too-few',
    story: 'A candidate is returned when one clock fewer than N-M+1 is known to have reached it.',
    edits: [{ file: SESSION, find: 'servers - this.#quorum + 1)', replace: 'servers - this.#quorum)' }],
    hunts: [taas],
  },
  {
    name: 'taas-never-asks-again',
    story: 'A tick that was lost is never repeated, so a session may wait for ever.',
    edits: [{ file: SESSION, find: '    this.#asked.fill(-1)\n', replace: '' }],
    hunts: [{ kind: 'tests', patterns: ['timestamps/taas'] }],
  },
  {
    name: 'taas-late-reply-used',
    story: 'A late reply to a session that is over counts as a reply to the session that runs now.',
    edits: [
      {
        file: 'algorithms/timestamps/taas.ts',
        find: '  const quorum = Math.floor(servers.length / 2) + 1\n',
        replace: '  const quorum = Math.floor(servers.length / 2) + 1\n  const running = { now: null }\n',
      },
      {
        file: 'algorithms/timestamps/taas.ts',
        find: 'session: new TaasSession(cache, quorum), news: deferred() }\n',
        replace: 'session: new TaasSession(cache, quorum), news: deferred(), running }\n      running.now = exchange\n',
      },
      {
        file: 'algorithms/timestamps/taas.ts',
        find: '  exchange.session.reply(server, outcome.reply.timestamp)\n',
        replace:
          '  if (exchange.session.result !== null) exchange = exchange.running.now\n  exchange.session.reply(server, outcome.reply.timestamp)\n',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['timestamps/taas.test'] }],
  },
  {
    name: 'limit-forgotten',
    story: 'A restarted timestamp server counts from the beginning, not from its durable limit.',
    edits: [
      {
        file: 'algorithms/timestamps/limited-counter.ts',
        find: 'this.#counter = durableLimit === null ? 0 : durableLimit + 1',
        replace: 'this.#counter = 0',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['timestamps/taas'] }],
  },
  {
    name: 'limit-not-waited-for',
    story: 'A number above the durable limit goes out before the new limit is on disk.',
    edits: [
      {
        file: 'algorithms/timestamps/limited-counter.ts',
        find: '    return counter <= this.#limit\n',
        replace: '    return counter > 0\n',
      },
    ],
    hunts: [{ kind: 'tests', patterns: ['timestamps/taas'] }],
  },
]
