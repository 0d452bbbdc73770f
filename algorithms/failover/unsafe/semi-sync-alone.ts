/**
 * UNSAFE, kept on purpose: whoever runs plain MySQL with semi-sync takes the source's OK for the replicas' word. That is
 * right as long as the source waits. After `rpl_semi_sync_source_timeout` (MySQL's default: 10 s) it answers alone, and
 * nothing in the answer says so: a failover loses what a client was promised.
 */
import type { Procedures } from '../procedures.ts'

export function semiSyncAlone(procedures: Procedures): Procedures {
  return { ...procedures, acknowledged: believed }
}

function* believed(): ReturnType<Procedures['acknowledged']> {
  return 'acknowledged'
}
