/**
 * What the clients saw of a fault: from their first operation that did not succeed to the first of a whole second in
 * which every operation did.
 *
 * Operations are placed by their intended start, because the load is offered on schedule: an operation that failed
 * late still belongs to the moment at which a user wanted it. An operation that was in flight when the fault struck
 * and did not come back counts from the fault. Failed, unknown and never sent all count: the user has no result.
 */
import type { Operation } from './record.ts'

export type ClientOutage =
  /** Every operation after the fault succeeded (some, perhaps, late: latency tells). */
  | { readonly kind: 'none' }
  /** `beganUs`: when the first operation that did not succeed was wanted, or the fault if that struck it in flight. */
  | { readonly kind: 'ended'; readonly beganUs: number; readonly durationUs: number }
  /** No second of success was seen before the workload ended. */
  | { readonly kind: 'open'; readonly beganUs: number }

const SUSTAINED_US = 1_000_000

/**
 * `operations` in order of intended start. An outage that begins at or after `untilUs` belongs to something else.
 * `endedUs`: when the workload stopped offering.
 */
export function clientOutage(
  operations: readonly Operation[],
  faultUs: number,
  untilUs: number,
  endedUs: number,
): ClientOutage {
  let beganUs: number | null = null
  let successUs: number | null = null
  let answeredUs = 0
  for (const operation of operations) {
    const { intendedUs, endUs } = operation
    if (successUs !== null && intendedUs - successUs >= SUSTAINED_US) break
    if (operation.outcome !== 'ok') {
      if (intendedUs < faultUs && endUs !== null && endUs <= faultUs) continue
      if (beganUs === null) {
        if (intendedUs >= untilUs) return { kind: 'none' }
        beganUs = Math.max(intendedUs, faultUs)
      }
      successUs = null
    } else if (beganUs !== null && intendedUs >= faultUs && endUs !== null) {
      if (successUs === null) {
        successUs = intendedUs
        answeredUs = endUs
      } else if (endUs < answeredUs) answeredUs = endUs
    }
  }
  if (beganUs === null) return { kind: 'none' }
  if (successUs === null || endedUs - successUs < SUSTAINED_US) return { kind: 'open', beganUs }
  return { kind: 'ended', beganUs, durationUs: answeredUs - beganUs }
}
