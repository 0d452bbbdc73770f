/** Who reigned when, from the trace: one entry for each `reign` event, ascending by epoch. */
import type { TraceEvent } from '../../algorithms/trace.ts'

export type Reign = Extract<TraceEvent, { kind: 'reign' }>

export function reignsOf(events: readonly TraceEvent[]): Reign[] {
  return events
    .filter((event): event is Reign => event.kind === 'reign')
    .sort((a, b) => a.epoch - b.epoch || a.atUs - b.atUs)
}

/** Of the newest epoch, which need not be the last event: a coordinator that was paused tells of its own late. */
export function newestReign(events: readonly TraceEvent[]): Reign | null {
  let newest: Reign | null = null
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]!
    if (event.kind === 'reign' && (newest === null || event.epoch > newest.epoch)) newest = event
  }
  return newest
}

/**
 * The reign in force at a moment: the newest epoch begun by then; null before the first. A reign stays in force here
 * until the next one begins, because nothing records the moment at which a source stops answering.
 */
export function reignAt(reigns: readonly Reign[], atUs: number): Reign | null {
  let found: Reign | null = null
  for (const reign of reigns) if (reign.atUs <= atUs) found = reign
  return found
}
