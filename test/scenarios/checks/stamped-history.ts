/** Short histories with timestamps, crowded enough for repetitions, overlaps and inversions to be common. */
import fc from 'fast-check'
import type { Operation } from '../../../scenarios/record.ts'
import { operation } from '../healthy-history.ts'

export const anyItem = fc.record({
  sentUs: fc.option(fc.nat(60), { freq: 10 }),
  tookUs: fc.option(fc.nat(20), { freq: 10 }),
  timestamp: fc.option(fc.record({ counter: fc.nat(15), server: fc.nat(2) }), { freq: 10 }),
  outcome: fc.constantFrom('ok' as const, 'failed' as const, 'unknown' as const),
})

type Item = typeof anyItem extends fc.Arbitrary<infer T> ? T : never

export function historyOf(items: readonly Item[]): Operation[] {
  return items.map(({ sentUs, tookUs, timestamp, outcome }, op) =>
    operation({ op, sentUs, endUs: sentUs === null || tookUs === null ? null : sentUs + tookUs, timestamp, outcome }),
  )
}
