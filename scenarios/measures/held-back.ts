/** How long writes waited for the backlog of their replicas (`cluster.maxApplyBacklog`). */
import type { RunRecord } from '../record.ts'
import type { Scenario } from '../scenario.ts'

/** Counters of a run under `received`; of any other none. A wait that was cut short ends with its epoch, or with the run. */
export function heldBackOf(
  { cluster }: Pick<Scenario, 'cluster'>,
  { events, endedUs }: Pick<RunRecord, 'events' | 'endedUs'>,
): Readonly<Record<string, number>> {
  if (cluster.protocol !== 'mysql' || cluster.acknowledge !== 'received') return {}
  let heldUs = 0
  let writes = 0
  let sinceUs: number | null = null
  const end = (atUs: number) => {
    if (sinceUs !== null) heldUs += atUs - sinceUs
    sinceUs = null
  }
  for (const event of events) {
    if (event.kind === 'reign') end(event.atUs)
    if (event.kind !== 'held-back') continue
    end(event.atUs)
    if (event.heldUs === null) sinceUs = event.atUs
    else writes += event.writes
  }
  end(endedUs)
  return { backlogHeldMs: heldUs / 1000, backlogHeldWrites: writes }
}
