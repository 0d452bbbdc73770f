/**
 * Deadlines that nearly never pass. A dozen calls and waits per operation each have one, and all but a few are taken
 * back long before: as entries of the agenda they would be most of what goes in and out of it. But deadlines of one
 * duration expire in the order they were set, so each duration needs only a queue, where setting and taking back are
 * O(1), and one timer: it looks at the head of the queue, and if that is not due (those that were are gone) it waits
 * for it anew.
 *
 * The queue is a ring of columns and not a linked list: two links and a boxed time in each of a dozen objects per
 * operation were more to allocate than the ring, whose places are used again.
 */

/** Where time comes from: the simulator's event queue, or a world's clock and timers. */
export interface Agenda {
  readonly now: number
  after<A>(delayUs: number, action: (argument: A) => void, argument: A): unknown
}

/** What can expire. An interface, because a base class's constructor is a call of its own for each of a dozen objects. */
export interface Expiring {
  /** Null: no deadline, or it passed, or it was taken back. */
  deadlines: Deadlines | null
  /** Where in the ring; 0 at first. */
  deadlinePlace: number
  expire(): void
}

/** Takes the deadline back. Once it passed or was taken back already, this does nothing. */
export function releaseDeadline(expiring: Expiring): void {
  if (expiring.deadlines !== null) expiring.deadlines.remove(expiring)
}

/** Small, because a deadline that is what is left of a longer one has a duration of its own. A power of two. */
const FIRST_CAPACITY = 4

/** All of one duration. */
export class Deadlines {
  readonly durationUs: number
  readonly #agenda: Agenda
  readonly #onEmpty: (deadlines: Deadlines) => void
  /** By place. A place whose deadline was taken back is null. */
  #dueUs = new Float64Array(FIRST_CAPACITY)
  #entries = new Array<Expiring | null>(FIRST_CAPACITY).fill(null)
  /** The oldest place that may be taken, and how many from there on are. */
  #first = 0
  #length = 0

  /** `onEmpty`: nothing is left to wait for when the timer fires. */
  constructor(agenda: Agenda, durationUs: number, onEmpty: (deadlines: Deadlines) => void) {
    this.#agenda = agenda
    this.durationUs = durationUs
    this.#onEmpty = onEmpty
    agenda.after(durationUs, Deadlines.#look, this)
  }

  add(expiring: Expiring): void {
    // Gives back the places of those that were taken back, which keeps the ring as small as what is under way.
    this.#oldest()
    if (this.#length === this.#entries.length) this.#makeRoom()
    const place = (this.#first + this.#length++) & (this.#entries.length - 1)
    this.#dueUs[place] = this.#agenda.now + this.durationUs
    this.#entries[place] = expiring
    expiring.deadlines = this
    expiring.deadlinePlace = place
  }

  /** By `releaseDeadline`. */
  remove(expiring: Expiring): void {
    this.#entries[expiring.deadlinePlace] = null
    expiring.deadlines = null
  }

  /** The oldest that is left; null when none is. Places before it are given back. */
  #oldest(): Expiring | null {
    const entries = this.#entries
    while (this.#length > 0) {
      const oldest = entries[this.#first]!
      if (oldest !== null) return oldest
      this.#first = (this.#first + 1) & (entries.length - 1)
      this.#length--
    }
    return null
  }

  #makeRoom(): void {
    const old = this.#entries
    const oldDueUs = this.#dueUs
    this.#entries = new Array<Expiring | null>(old.length * 2).fill(null)
    this.#dueUs = new Float64Array(old.length * 2)
    for (let i = 0; i < old.length; i++) {
      const from = (this.#first + i) & (old.length - 1)
      const expiring = old[from]!
      this.#entries[i] = expiring
      this.#dueUs[i] = oldDueUs[from]!
      if (expiring !== null) expiring.deadlinePlace = i
    }
    this.#first = 0
  }

  static #look(this: void, deadlines: Deadlines): void {
    const agenda = deadlines.#agenda
    for (let oldest = deadlines.#oldest(); oldest !== null; oldest = deadlines.#oldest()) {
      const delayUs = deadlines.#dueUs[deadlines.#first]! - agenda.now
      if (delayUs > 0) {
        agenda.after(delayUs, Deadlines.#look, deadlines)
        return
      }
      deadlines.remove(oldest)
      oldest.expire()
    }
    deadlines.#onEmpty(deadlines)
  }
}

/** Deadlines of any duration, of which there are few. */
export class DeadlineTable {
  readonly #agenda: Agenda
  readonly #lists: Deadlines[] = []

  constructor(agenda: Agenda) {
    this.#agenda = agenda
  }

  add(expiring: Expiring, durationUs: number): void {
    const lists = this.#lists
    let i = 0
    while (i < lists.length && lists[i]!.durationUs !== durationUs) i++
    if (i === lists.length) lists.push(new Deadlines(this.#agenda, durationUs, this.#remove))
    lists[i]!.add(expiring)
  }

  #remove = (empty: Deadlines): void => {
    this.#lists.splice(this.#lists.indexOf(empty), 1)
  }
}
