/**
 * A distributed timestamp: ordered by `counter`, then by `server`. Odd-even's servers hand out plain integers
 * (its counters never collide, so `server` never decides); TaaS needs the pair.
 */
export interface Timestamp {
  readonly counter: number
  readonly server: number
}

export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.counter - b.counter || a.server - b.server
}
