/**
 * What becomes of a message on a link that loses, repeats or reorders. Two kinds of link suffer differently:
 *
 * - To and from timestamp servers go single messages (datagrams): a lost one is gone, a repeated one arrives twice, one
 *   out of order comes up to REORDER_US later while others pass it. Whoever asked has to ask again.
 * - Everything else is TCP (`tcp-flow.ts`): what is lost is sent again, and what was sent after it on its connection waits.
 *   TCP hides repetition and order, so scenarios may not ask for them there.
 */
import type { RandomStream } from '../../scenarios/chance/random.ts'

export interface Trouble {
  readonly kind: 'lose' | 'duplicate' | 'reorder'
  /** Above 0, at most 1. */
  readonly ratio: number
}

/** One arrival of a message. In order: not before anything that was sent earlier. */
interface Arrival {
  readonly extraUs: number
  readonly inOrder: boolean
}

const REORDER_US = 10_000

export const ON_TIME: readonly Arrival[] = [{ extraUs: 0, inOrder: true }]

/** Of a datagram: when it arrives, how often, or never. */
export function fateOf(troubles: readonly Trouble[], stream: RandomStream): readonly Arrival[] {
  let arrivals = ON_TIME
  for (const { kind, ratio } of troubles) {
    if (stream.uniform() >= ratio) continue
    if (kind === 'lose') arrivals = []
    else if (kind === 'duplicate') arrivals = [...arrivals, ...arrivals]
    else arrivals = arrivals.map(() => ({ extraUs: Math.floor(stream.uniform() * REORDER_US), inOrder: false }))
    if (arrivals.length === 0) return arrivals
  }
  return arrivals
}

/** Is a segment lost that is sent now? */
export function isLost(troubles: readonly Trouble[], stream: RandomStream): boolean {
  let lost = false
  // Each is asked, so that the draws of one do not hang on those of another.
  for (const { kind, ratio } of troubles) if (kind === 'lose' && stream.uniform() < ratio) lost = true
  return lost
}
