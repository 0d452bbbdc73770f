import { type ElectionPolicy, rankBy } from './policy.ts'

/** Who holds the most transactions, applied or in the relay log: the least to fetch. */
export const mostAdvanced: ElectionPolicy = {
  name: 'most-advanced',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? c.held : -1),
      (c) => `holds ${c.held} transactions, lacks ${c.lag}`,
    ),
}
