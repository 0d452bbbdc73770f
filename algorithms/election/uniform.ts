import { type ElectionKind, type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'

/** Anybody who answers, each with the same chance: what Raft's random election timeouts amount to. */
const uniform: ElectionPolicy = {
  name: 'uniform',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? c.draw : UNHEALTHY_SCORE),
      (c) => `drew ${c.draw.toFixed(3)}`,
    ),
}

export const UNIFORM: ElectionKind = {
  name: 'uniform',
  parameters: [],
  colour: 4,
  promise: 'everybody who answers has the same chance',
  noPromise: 'anything about speed or lag',
  isClairvoyant: false,
  learns: false,
  leadsRaft: false,
  row: {
    ranksBy: 'a draw from the stream `election`',
    costs: 'nothing',
    source: "what Raft's random timeouts amount to",
  },
  make: () => uniform,
}
