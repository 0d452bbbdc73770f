/**
 * The seed's "SEER": .4 latency + .4 stability + .2 lag, highest wins, unhealthy 0. Lag has the least weight and no
 * veto, so it may prefer a fast replica that lacks acknowledged writes; the failover procedure makes it fetch them
 * before it may write.
 */

import type { ReplicaView } from '../quorum/policy.ts'
import { counted } from '../wording.ts'
import { type ElectionKind, type ElectionPolicy, rankBy } from './policy.ts'

export function seerScore(replica: ReplicaView): number {
  if (!replica.healthy) return 0
  const uptimeS = replica.uptimeUs / 1_000_000
  const latency = 1 / (replica.latencyUs / 1000 + 1)
  const stability = uptimeS / (uptimeS + 100 * replica.crashes + 1)
  const lag = 1 / (replica.lag + 1)
  return 0.4 * latency + 0.4 * stability + 0.2 * lag
}

const seerScorePolicy: ElectionPolicy = {
  name: 'seer-score',
  rank: (candidates) =>
    rankBy(
      candidates,
      seerScore,
      (c) =>
        `latency ${(c.latencyUs / 1000).toFixed(2)} ms, up ${(c.uptimeUs / 1_000_000).toFixed(0)} s, ${counted(c.crashes, 'crash', 'crashes')}, lacks ${counted(c.lag, 'transaction')}`,
    ),
}

export const SEER_SCORE: ElectionKind = {
  name: 'seer-score',
  parameters: [],
  colour: 0,
  promise: 'a ranking by latency, stability and lag',
  noPromise: 'that the winner holds every acknowledged transaction: the take-over sees to that',
  isClairvoyant: false,
  learns: false,
  leadsRaft: false,
  row: {
    ranksBy: '.4 latency + .4 stability + .2 lag, highest first',
    costs: 'nothing beyond the probes',
    source: 'the original prototype',
  },
  make: () => seerScorePolicy,
}
