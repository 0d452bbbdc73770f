/**
 * Who waits on this server for GTIDs: asked after each change of the set, never polled. A waiter whose caller has
 * hung up is dropped when it is next looked at.
 */
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { Call } from '../call.ts'
import type { EventHandle } from '../event-queue.ts'
import { EVENT, type Kernel } from '../kernel.ts'
import type { Life } from '../process.ts'

export interface GtidWaiter {
  readonly call: Call
  readonly gtids: GtidSet
  /** `covered`: false when the time is up. */
  readonly done: (call: Call, covered: boolean) => void
}

interface Entry extends GtidWaiter {
  readonly waiters: GtidWaiters
  timer: EventHandle
}

export class GtidWaiters {
  readonly kernel: Kernel
  readonly life: Life
  readonly #entries: Entry[] = []

  constructor(kernel: Kernel, life: Life) {
    this.kernel = kernel
    this.life = life
  }

  /** `timeoutUs` null: until the caller hangs up. */
  add(waiter: GtidWaiter, timeoutUs: number | null): void {
    const entry: Entry = { call: waiter.call, gtids: waiter.gtids, done: waiter.done, waiters: this, timer: -1 }
    if (timeoutUs !== null) entry.timer = this.kernel.queue.after(timeoutUs, timeIsUp, entry)
    this.#entries.push(entry)
  }

  /** `set` has grown. */
  check(set: GtidSet): void {
    const entries = this.#entries
    if (entries.length === 0) return
    let kept = 0
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!
      const { call } = entry
      if (call.isOpen && call.isWanted && !set.covers(entry.gtids)) {
        entries[kept++] = entry
        continue
      }
      this.kernel.queue.cancel(entry.timer)
      if (call.isOpen && call.isWanted) entry.done(call, true)
      else if (call.isOpen) call.lose('connection lost')
    }
    entries.length = kept
  }

  remove(entry: object): void {
    const index = this.#entries.indexOf(entry as Entry)
    if (index >= 0) this.#entries.splice(index, 1)
  }
}

function timeIsUp(entry: Entry): void {
  const { waiters } = entry
  if (waiters.life.holdsBack(timeIsUp, entry)) return
  waiters.kernel.hash.mix(waiters.kernel.queue.now, EVENT.waiterTimeout, waiters.life.process.index, 0)
  waiters.remove(entry)
  if (entry.call.isOpen) entry.done(entry.call, false)
}
