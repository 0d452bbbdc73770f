import { counted } from '../wording.ts'
import { type ElectionKind, type ElectionPolicy, rankBy } from './policy.ts'

/** Who holds the most transactions, applied or in the relay log: the least to fetch. */
const mostAdvanced: ElectionPolicy = {
  name: 'most-advanced',
  rank: (candidates) =>
    rankBy(
      candidates,
      (c) => (c.healthy ? c.held : -1),
      (c) => `holds ${counted(c.held, 'transaction')}, lacks ${c.lag}`,
    ),
}

export const MOST_ADVANCED: ElectionKind = {
  name: 'most-advanced',
  parameters: [],
  colour: 1,
  promise: 'the candidate with the least to fetch first',
  noPromise: 'anything about speed',
  isClairvoyant: false,
  learns: false,
  leadsRaft: false,
  row: {
    ranksBy: 'transactions held, most first',
    costs: 'nothing; the shortest catch-up',
    source: "Raft's vote rule, MySQL practice",
  },
  make: () => mostAdvanced,
}
