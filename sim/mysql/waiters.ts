/**
 * Who waits on this server for GTIDs: asked after each change of the set, never polled. A waiter whose caller has
 * hung up is dropped when it is next looked at.
 */
import { type Deadlines, type Expiring, releaseDeadline } from '../../algorithms/deadlines.ts'
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { Call } from '../kernel/call.ts'
import { EVENT } from '../kernel/kernel.ts'
import type { MysqlInstance } from './instance.ts'

/** `covered`: false when the time is up. */
type Done = (call: Call, covered: boolean, server: MysqlInstance) => void

class Entry implements Expiring {
  readonly waiters: GtidWaiters
  readonly call: Call
  readonly gtids: GtidSet
  readonly done: Done
  deadlines: Deadlines | null = null
  deadlinePlace = 0

  constructor(waiters: GtidWaiters, call: Call, gtids: GtidSet, done: Done) {
    this.waiters = waiters
    this.call = call
    this.gtids = gtids
    this.done = done
  }

  expire(): void {
    timeIsUp(this)
  }
}

export class GtidWaiters {
  readonly server: MysqlInstance
  readonly #entries: Entry[] = []

  constructor(server: MysqlInstance) {
    this.server = server
  }

  /** `timeoutUs` null: until the caller hangs up. */
  add(call: Call, gtids: GtidSet, done: Done, timeoutUs: number | null): void {
    const entry = new Entry(this, call, gtids, done)
    if (timeoutUs !== null) this.server.kernel.deadlines.add(entry, timeoutUs)
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
      releaseDeadline(entry)
      if (call.isOpen && call.isWanted) entry.done(call, true, this.server)
      else if (call.isOpen) call.lose()
    }
    // Not by its length, which is slow to set.
    while (entries.length > kept) entries.pop()
  }

  remove(entry: object): void {
    const index = this.#entries.indexOf(entry as Entry)
    if (index >= 0) this.#entries.splice(index, 1)
  }
}

function timeIsUp(entry: Entry): void {
  const { server } = entry.waiters
  if (server.life.holdsBack(timeIsUp, entry)) return
  server.kernel.hash.mix(server.kernel.queue.now, EVENT.waiterTimeout, server.process.index, 0)
  entry.waiters.remove(entry)
  if (entry.call.isOpen) entry.done(entry.call, false, server)
}
