/** A fault of the source that no failover followed: whether clients were served after it, and whether they had stopped. */

import type { FaultRecord, Operation, RunRecord } from '../record.ts'
import { type ClientOutage, outageWithin } from './client-outage.ts'

interface WithoutFailover {
  /** True as well where nobody asked any more, and nobody still waited. */
  readonly served: boolean
  readonly note: string
}

/** Shorter than this is what an operation may take anyway. */
const STOPPED_US = 1_000_000

/** `wanted`: what a failover would have ended with. `operations` in order of intended start. */
export function withoutFailover(
  fault: FaultRecord,
  wanted: Operation['kind'],
  operations: readonly Operation[],
  outages: readonly ClientOutage[],
  { events, endedUs }: Pick<RunRecord, 'events' | 'endedUs'>,
): WithoutFailover {
  const startUs = fault.witness.seenUs ?? fault.atUs
  const after = operations.filter(({ kind, intendedUs }) => kind === wanted && intendedUs > startUs)
  // In a closed loop all clients may wait until the end for what they had asked before: silent, but not content.
  const waits = operations.some(
    ({ kind, outcome, sentUs, endUs }) =>
      kind === wanted &&
      outcome !== 'ok' &&
      sentUs !== null &&
      sentUs <= startUs &&
      (endUs === null || endUs > startUs),
  )
  let firstUs: number | null = null
  for (const { outcome, endUs } of after)
    if (outcome === 'ok' && endUs !== null && (firstUs === null || endUs < firstUs)) firstUs = endUs
  const outage = outageWithin(outages, fault.atUs, fault.healedUs ?? endedUs)
  const stopped = outage !== null || (firstUs !== null && firstUs - startUs >= STOPPED_US)
  const refusal = events.filter((event) => event.kind === 'refused' && event.atUs >= fault.atUs).at(-1)
  const why = refusal?.kind === 'refused' ? ` (refused: ${refusal.reason})` : ''
  const what = { write: 'acknowledged', read: 'answered' }[wanted]
  const ending =
    firstUs === null
      ? `no ${wanted} was ${what} after it`
      : stopped
        ? `${wanted}s were ${what} again without one`
        : `${wanted}s went on being ${what}`
  return {
    served: firstUs !== null || (after.length === 0 && !waits),
    note: `no failover followed ${fault.label} at ${fault.atUs / 1e6} s${why}; ${ending}`,
  }
}
