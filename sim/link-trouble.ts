/**
 * What becomes of a message on a link that loses, repeats or reorders. Two kinds of link suffer differently:
 *
 * - To and from timestamp servers go single messages (datagrams): a lost one is gone, a repeated one arrives twice, one
 *   out of order comes up to REORDER_US later while others pass it. Whoever asked has to ask again.
 * - Everything else is a TCP connection: what is lost is sent again after RETRANSMIT_US, twice as long at every further
 *   loss, and what was sent after it waits. TCP hides repetition and order, so scenarios may not ask for them there.
 */
import type { RandomStream } from '../scenarios/random.ts'

export interface Trouble {
  readonly kind: 'lose' | 'duplicate' | 'reorder'
  /** Above 0, at most 1. */
  readonly ratio: number
}

/** One arrival of a message. In order: not before anything that was sent earlier. */
export interface Arrival {
  readonly extraUs: number
  readonly inOrder: boolean
}

const REORDER_US = 10_000
/** Linux's smallest retransmission timeout. */
const RETRANSMIT_US = 200_000
/** After so many the connection would be given up; the caller's deadline has passed long before. */
const RETRANSMITS = 8

const ON_TIME: readonly Arrival[] = [{ extraUs: 0, inOrder: true }]

export function fateOf(troubles: readonly Trouble[], isDatagram: boolean, stream: RandomStream): readonly Arrival[] {
  let arrivals = ON_TIME
  for (const { kind, ratio } of troubles) {
    if (stream.uniform() >= ratio) continue
    if (kind === 'lose') arrivals = isDatagram ? [] : [{ extraUs: retransmittedUs(ratio, stream), inOrder: true }]
    else if (kind === 'duplicate') arrivals = [...arrivals, ...arrivals]
    else arrivals = arrivals.map(() => ({ extraUs: Math.floor(stream.uniform() * REORDER_US), inOrder: false }))
    if (arrivals.length === 0) return arrivals
  }
  return arrivals
}

function retransmittedUs(ratio: number, stream: RandomStream): number {
  let totalUs = RETRANSMIT_US
  for (let waitUs = 2 * RETRANSMIT_US, i = 1; i < RETRANSMITS && stream.uniform() < ratio; waitUs *= 2, i++)
    totalUs += waitUs
  return totalUs
}
