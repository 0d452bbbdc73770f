/** How much later than intended the clients sent, counted in microseconds: medians of a run on a busy machine tell. */
import type { Operation } from '../../scenarios/record.ts'

export function latenessOf(operations: readonly Operation[]): Readonly<Record<string, number>> {
  const late = operations
    .flatMap(({ sentUs, intendedUs }) => (sentUs === null ? [] : [sentUs - intendedUs]))
    .sort((a, b) => a - b)
  return {
    clientLatenessP50Us: late[late.length >> 1] ?? 0,
    clientLatenessP99Us: late[Math.floor(late.length * 0.99)] ?? 0,
  }
}
