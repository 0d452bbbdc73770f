/**
 * What a run is done under, in one hash: two results may be ranked, one algorithm against another, where it is equal.
 * Left out is what is compared (the algorithms), what varies over the trials (the seed), what is only said about a run
 * (name, description, checks, expectations) and where it is written (file, lines). Two files that differ in nothing
 * else are the same experiment, however they are laid out and whichever defaults they spell out.
 */
import { createHash } from 'node:crypto'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { Scenario } from '../scenario.ts'

type Conditions = Pick<Scenario, 'cluster' | 'raft' | 'workload' | 'network' | 'tuning' | 'faults'>
type Algorithms = Pick<Scenario['algorithms'], 'timestamps'>

export function conditionsOf(conditions: Conditions, algorithms: Algorithms): string {
  return createHash('sha256')
    .update(canonical(conditionsShape(conditions, algorithms)))
    .digest('hex')
}

/** What the hash is of, for whoever has to say where two of them differ. */
export function conditionsShape(
  { cluster, raft, workload, network, tuning, faults }: Conditions,
  { timestamps }: Algorithms,
): Readonly<Record<string, unknown>> {
  const steps = faults.map(({ line: _, ...step }) => step)
  // As many timestamp servers as the algorithm needs are a part of the algorithm.
  const ownServers = timestamps === 'none' ? 0 : TIMESTAMP_ALGORITHMS[timestamps].servers
  const servers = cluster.timestampServers === ownServers ? 0 : cluster.timestampServers
  // So are quorum, election and t of a Raft group.
  const group = raft === null ? null : { ...raft, quorum: '', election: '', failureThreshold: 0, weightRatio: 0 }
  return {
    cluster: { ...cluster, timestampServers: servers },
    raft: group,
    workload,
    network,
    tuning,
    faults: steps,
  }
}

/** JSON whose keys are sorted, so that the order in which a parser sets them has no part in it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
