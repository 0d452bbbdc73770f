/** The witness of one direction: a datagram is sent in one room, and the kernel of the other has counted it or has not. */
import { monotonicUs } from '../../drivers/driver.ts'
import type { RoomRules } from './room-rules.ts'

interface Arrival {
  readonly delivers: boolean
  /** One line for people. */
  readonly text: string
  /** When the datagram left: CLOCK_MONOTONIC, microseconds. */
  readonly seenUs: number
}

/** One that a rule dropped is known at once; one that waits in a queue takes its time. */
const WITHIN_MS = 2_000
const POLL_MS = 5

export async function arrival(from: RoomRules, to: RoomRules): Promise<Arrival> {
  const sender = from.room.address
  const before = await to.counts(sender)
  const seenUs = monotonicUs()
  await from.send(to.room.address)
  const endMs = performance.now() + WITHIN_MS
  const direction = `a datagram from ${from.room.name} to ${to.room.name}`
  for (;;) {
    const { dropped, arrived } = await to.counts(sender)
    if (arrived > before.arrived) return { delivers: true, text: `${direction} arrived`, seenUs }
    if (dropped > before.dropped)
      return { delivers: false, text: `${direction} was dropped, the ${nth(dropped)} packet since the cut`, seenUs }
    if (performance.now() > endMs)
      return { delivers: false, text: `${direction} did not arrive within ${WITHIN_MS / 1_000} s`, seenUs }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function nth(count: number): string {
  const ending = count % 100 > 10 && count % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}
