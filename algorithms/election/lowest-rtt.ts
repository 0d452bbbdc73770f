import { type ElectionKind, type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'

/**
 * The shortest round trip of a probe. The baseline that SEER's paper leaves out: no model, no samples, and no idea of
 * how far a candidate is from the other replicas. Scores are milliseconds, negated.
 */
const lowestRtt: ElectionPolicy = {
  name: 'lowest-rtt',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? -c.latencyUs / 1000 : UNHEALTHY_SCORE),
      (c) => `round trip ${(c.latencyUs / 1000).toFixed(2)} ms`,
    ),
}

export const LOWEST_RTT: ElectionKind = {
  name: 'lowest-rtt',
  parameters: [],
  colour: 6,
  promise: 'the shortest probe round trip',
  noPromise: 'that commits are fast there: the way to the other replicas is not in it',
  isClairvoyant: false,
  learns: false,
  leadsRaft: true,
  row: {
    ranksBy: "the probe's smoothed round trip",
    costs: 'nothing',
    source: "the baseline SEER's paper leaves out",
  },
  make: () => lowestRtt,
}
