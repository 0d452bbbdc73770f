import type { Fiber } from '../effects.ts'
import type { TimestampServer } from '../servers.ts'
import { oddEvenClient } from './odd-even.ts'
import type { Timestamp } from './timestamp.ts'

/** Where a coordinator gets its timestamps. Null: no server answered; nothing was written yet, so the write fails. */
export interface TimestampClient {
  next(): Fiber<Timestamp | null>
}

/** Every timestamp algorithm by its name in scenarios. A new one is a file beside odd-even.ts and a line here. */
export const TIMESTAMP_CLIENTS = {
  'odd-even': oddEvenClient,
} as const satisfies Record<string, (servers: readonly TimestampServer[], deadlineUs: number) => TimestampClient>
