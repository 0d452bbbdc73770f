/**
 * Hybrid logical clocks (Kulkarni et al., OPODIS 2014): a server's number is the reading of its wall clock, or one more
 * than the largest it gave or was told of, whichever is larger. One round trip to any one server, and any server will
 * do: nobody waits for anybody.
 *
 * What it gives: unique numbers, ascending per server, and causal order: a session that tells the largest timestamp it
 * has seen gets a larger one. What it does not give: real-time order. Two sessions that have never heard of each other
 * are ordered by the clocks of the servers they ask, which differ by the skew.
 *
 * The paper's pair (physical, logical) is one integer here: LOGICAL numbers for each microsecond, and where they do not
 * suffice the logical part runs on into the next one. So numbers stay exact, below 2^53 until 2037. As CockroachDB
 * does, a server keeps a durable limit and waits for its clock to reach that after a restart, though not for longer
 * than a limit is ahead: its clock may have been set back.
 */
import { sleep } from '../effects.ts'
import type { TimestampAlgorithm } from './algorithm.ts'
import { askAnyServer } from './any-server.ts'
import { startTickServer } from './tick-server.ts'

/** Numbers for each microsecond of the wall clock. */
export const LOGICAL = 16
const RESERVE_US = 500_000

export const HYBRID: TimestampAlgorithm = {
  name: 'hybrid',
  parameters: [],
  colour: 3,
  promise: 'unique, ascending per server, causal order',
  noPromise: 'real-time order between servers whose clocks differ',
  guarantees: ['unique-timestamps', 'timestamps-in-session'],
  hasIssuer: false,
  column: {
    unique: 'always',
    order: 'causal; real time up to the skew',
    goesOnWhile: 'one answers',
    deadServerCosts: 'nothing',
    messages: '2',
    roundTrips: '1 to any',
    disk: 'every quarter of a second under load, ahead of need',
  },
  servers: 2,

  startServer(process, place) {
    const { world } = process
    return startTickServer(process, place, {
      reserve: RESERVE_US * LOGICAL,
      floor: () => world.wallClock() * LOGICAL - 1,
      *recover(durableLimit) {
        const aheadUs = Math.ceil(durableLimit / LOGICAL) - world.wallClock()
        if (aheadUs > 0) yield* sleep(Math.min(aheadUs, RESERVE_US))
      },
    })
  },

  client: (servers, { requestUs }) => ({
    next: (after) => askAnyServer(servers, { kind: 'tick', after: after?.counter ?? 0 }, requestUs),
  }),
}
