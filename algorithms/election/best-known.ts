import { type ElectionKind, type ElectionPolicy, rankBy, UNHEALTHY_SCORE } from './policy.ts'

/**
 * The clairvoyant's choice: the shortest commit delay by the simulator's own network and processors. No real
 * coordinator can know it; it is what the others are measured against. Scores are milliseconds, negated.
 */
const bestKnown: ElectionPolicy = {
  name: 'best-known',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy && c.trueDelayUs !== null ? Math.max(UNHEALTHY_SCORE, -c.trueDelayUs / 1000) : UNHEALTHY_SCORE),
      (c) => reasonOf(c.trueDelayUs),
    ),
}

function reasonOf(trueDelayUs: number | null): string {
  if (trueDelayUs === null) return 'unknown'
  if (trueDelayUs === Number.POSITIVE_INFINITY) return 'too few replicas are alive to commit'
  return `commits would take ${(trueDelayUs / 1000).toFixed(2)} ms`
}

export const BEST_KNOWN: ElectionKind = {
  name: 'best-known',
  parameters: [],
  colour: 2,
  promise: 'the shortest true commit delay of an idle system',
  noPromise: 'existence outside of the simulator',
  isClairvoyant: true,
  learns: false,
  leadsRaft: true,
  row: {
    ranksBy: "the simulator's own medians of links and processors (no queues)",
    costs: 'cannot exist: `--on local` refuses it',
    source: 'ours, as the yardstick',
  },
  make: () => bestKnown,
}
