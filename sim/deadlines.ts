/**
 * Deadlines that nearly never pass. A dozen calls per operation each have one, and all but a few are taken back long
 * before: as entries of the agenda they would be most of what goes in and out of it. But deadlines of one duration
 * expire in the order they were set, so each duration needs only a list, where setting and taking back are O(1), and
 * one timer: it looks at the head of the list, and if that is not due (those that were are gone) it waits for it anew.
 */
import type { EventQueue } from './event-queue.ts'

/** What can expire; it is a link of its list itself. */
export abstract class Expiring {
  dueUs = 0
  deadlines: Deadlines | null = null
  sooner: Expiring | null = null
  later: Expiring | null = null

  abstract expire(): void

  /** Takes the deadline back. Once it passed or was taken back already, this does nothing. */
  release(): void {
    const { deadlines, sooner, later } = this
    if (deadlines === null) return
    if (sooner === null) deadlines.first = later
    else sooner.later = later
    if (later === null) deadlines.last = sooner
    else later.sooner = sooner
    this.deadlines = this.sooner = this.later = null
  }
}

/** All of one duration. */
export class Deadlines {
  first: Expiring | null = null
  last: Expiring | null = null
  readonly #queue: EventQueue
  readonly #durationUs: number
  readonly #onEmpty: () => void

  /** `onEmpty`: nothing is left to wait for when the timer fires. */
  constructor(queue: EventQueue, durationUs: number, onEmpty: () => void) {
    this.#queue = queue
    this.#durationUs = durationUs
    this.#onEmpty = onEmpty
    queue.after(durationUs, Deadlines.#look, this)
  }

  add(expiring: Expiring): void {
    const { last } = this
    expiring.dueUs = this.#queue.now + this.#durationUs
    expiring.deadlines = this
    expiring.sooner = last
    if (last === null) this.first = expiring
    else last.later = expiring
    this.last = expiring
  }

  static #look(this: void, deadlines: Deadlines): void {
    const queue = deadlines.#queue
    for (let { first } = deadlines; first !== null && first.dueUs <= queue.now; first = deadlines.first) {
      first.release()
      first.expire()
    }
    if (deadlines.first === null) deadlines.#onEmpty()
    else queue.after(deadlines.first.dueUs - queue.now, Deadlines.#look, deadlines)
  }
}
