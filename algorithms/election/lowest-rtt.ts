import { type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'

/**
 * The shortest round trip of a probe. The baseline that SEER's paper leaves out: no model, no samples, and no idea of
 * how far a candidate is from the other replicas. Scores are milliseconds, negated.
 */
export const lowestRtt: ElectionPolicy = {
  name: 'lowest-rtt',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? -c.latencyUs / 1000 : UNHEALTHY_SCORE),
      (c) => `round trip ${(c.latencyUs / 1000).toFixed(2)} ms`,
    ),
}
