/**
 * How long an old source stayed writable after it was reached again (failover/rules.md, end of section 2): from the moment in
 * which a coordinator sent it the fence until it had the answer that nobody writes there any more.
 */
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { FencedSource } from '../result-durations.ts'

export function fencedSourcesOf(events: readonly TraceEvent[]): readonly FencedSource[] {
  return events.flatMap((event) =>
    event.kind === 'fenced' && event.atUs >= 0
      ? [{ node: event.node, atMs: event.atUs / 1000, writableMs: event.writableForUs / 1000 }]
      : [],
  )
}
