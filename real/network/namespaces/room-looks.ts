/** Looks at one direction between two rooms: does a datagram come through, and how much of them in a second. */
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicUs } from '../../drivers/driver.ts'
import type { LinkSight } from '../network.ts'
import type { Outpost } from './outpost.ts'

/** What has not come by then does not come. */
const SILENT_MS = 250
/** A link that is held to a rate may have a queue. */
const QUEUE_MS = 2_000
/** With the headers of UDP and IP, a datagram fills a frame. */
const DATAGRAM_BYTES = 1_400
const HEADER_BYTES = 28
/** As many as a limited link carries in so long. */
const MEASURED_S = 0.15
const FEWEST_DATAGRAMS = 30
const MOST_DATAGRAMS = 3_000

export interface End {
  readonly name: string
  /** Null: nobody has lived there yet. */
  readonly outpost: Outpost | null
}

/** `limit`: what the link is held to, bytes a second; null: to nothing. */
export async function delivery(from: End, to: End, limit: number | null): Promise<LinkSight> {
  const sentUs = monotonicUs()
  const limitMs = SILENT_MS + (limit === null ? 0 : QUEUE_MS)
  const { arrived, lastUs } = await exchange(from, to, 1, 0, limitMs)
  const name = `a datagram from ${from.name} to ${to.name}`
  if (arrived === 0)
    return { delivers: false, amount: 0, text: `${name} did not arrive within ${limitMs} ms`, seenUs: sentUs }
  const text = `${name} arrived after ${((lastUs - sentUs) / 1_000).toFixed(2)} ms`
  return { delivers: true, amount: lastUs - sentUs, text, seenUs: lastUs }
}

export async function bandwidth(from: End, to: End, limit: number | null): Promise<LinkSight> {
  const frame = DATAGRAM_BYTES + HEADER_BYTES
  const wanted = limit === null ? FEWEST_DATAGRAMS : Math.ceil((limit * MEASURED_S) / frame)
  const count = Math.min(MOST_DATAGRAMS, Math.max(FEWEST_DATAGRAMS, wanted))
  const sentUs = monotonicUs()
  const limitMs = limit === null ? SILENT_MS : QUEUE_MS + ((count * frame) / limit) * 1_000
  const { arrived, lastUs } = await exchange(from, to, count, DATAGRAM_BYTES, limitMs)
  const perSec = Math.round((arrived * frame) / (Math.max(1, lastUs - sentUs) / 1_000_000))
  const text = `${from.name}->${to.name}: ${arrived * frame} bytes arrived at ${Math.round(perSec / 1_000)} kB/s`
  return { delivers: arrived > 0, amount: perSec, text, seenUs: lastUs }
}

interface Exchange {
  readonly arrived: number
  /** When the last of them arrived: CLOCK_MONOTONIC, microseconds. */
  readonly lastUs: number
}

async function exchange(from: End, to: End, count: number, bytes: number, limitMs: number): Promise<Exchange> {
  let arrived = 0
  let lastUs = monotonicUs()
  let over: () => void = () => {}
  const all = new Promise<void>((resolve) => {
    over = resolve
  })
  if (from.outpost === null || to.outpost === null) return { arrived, lastUs }
  const sending = from.outpost.send(to.outpost, count, bytes, () => {
    lastUs = monotonicUs()
    if (++arrived === count) over()
  })
  const waiting = new AbortController()
  await Promise.race([all, sleep(limitMs, undefined, { signal: waiting.signal }).catch(() => {})])
  waiting.abort()
  sending.end()
  return { arrived, lastUs }
}
