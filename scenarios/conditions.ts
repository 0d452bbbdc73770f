/**
 * What a run is done under, in one hash: two results may be ranked, one algorithm against another, where it is equal.
 * Left out is what is compared (the algorithms), what varies over the trials (the seed), what is only said about a run
 * (name, description, checks, expectations) and where it is written (file, lines). Two files that differ in nothing
 * else are the same experiment, however they are laid out and whichever defaults they spell out.
 */
import { createHash } from 'node:crypto'
import type { Scenario } from './scenario.ts'

export function conditionsOf({
  cluster,
  workload,
  network,
  tuning,
  faults,
}: Pick<Scenario, 'cluster' | 'workload' | 'network' | 'tuning' | 'faults'>): string {
  const steps = faults.map(({ line: _, ...step }) => step)
  return createHash('sha256')
    .update(canonical({ cluster, workload, network, tuning, faults: steps }))
    .digest('hex')
}

/** JSON whose keys are sorted, so that the order in which a parser sets them has no part in it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
