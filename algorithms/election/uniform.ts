import { type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'

/** Anybody who answers, each with the same chance: what Raft's random election timeouts amount to. */
export const uniform: ElectionPolicy = {
  name: 'uniform',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? c.draw : UNHEALTHY_SCORE),
      (c) => `drew ${c.draw.toFixed(3)}`,
    ),
}
