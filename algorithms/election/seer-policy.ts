/**
 * SEER as an election policy: ranks by predicted commit delay, and as an adviser proposes moves while the source is
 * healthy. Whoever has no model yet comes after all that have one, by round trip: after a crash somebody must lead.
 */
import { decimals } from '../wording.ts'
import { type Candidate, type ElectionKind, type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'
import { Seer, type SeerOptions } from './seer/seer.ts'

/** Scores are negated milliseconds; no prediction comes near this. */
const UNKNOWN_SCORE = UNHEALTHY_SCORE / 2

function seerPolicy(options: SeerOptions): ElectionPolicy {
  const seer = new Seer(options)
  const score = (c: Candidate) => {
    if (!c.healthy) return UNHEALTHY_SCORE
    const predicted = seer.predict(c.node)
    return predicted === null ? UNKNOWN_SCORE - c.latencyUs / 1000 : Math.max(UNKNOWN_SCORE, -predicted)
  }
  const reason = (c: Candidate) => {
    const predicted = seer.predict(c.node)
    return predicted === null
      ? `never sampled, round trip ${(c.latencyUs / 1000).toFixed(2)} ms`
      : `predicted commit delay ${decimals(predicted, 2)} ms`
  }
  return { name: 'seer', adviser: seer, rank: (candidates) => rankBy(candidates, score, reason) }
}

export const SEER: ElectionKind = {
  name: 'seer',
  parameters: [],
  colour: 7,
  promise: 'the shortest *predicted* commit delay, and moves away from a slow source, at most one in `predictEvery`',
  noPromise: 'that the prediction is right; a gain where all servers are equal',
  isClairvoyant: false,
  learns: true,
  leadsRaft: true,
  row: {
    ranksBy: 'predicted commit delay; who was never sampled comes last, by round trip',
    costs: 'a usage request per server and 100 ms; its own moves, each some 35 ms without service in the simulator',
    source: 'Sakic, Vizarreta, Kellerer, arXiv 2104.01355',
  },
  make: ({ seer }) => seerPolicy(seer),
}
