/**
 * Is there an order of all operations, one at a time, in which each takes effect within its own interval and every
 * read returns what was written last? Wing and Gong's search ("Testing and Verifying Concurrent Objects", JPDC 1993)
 * with Lowe's cache ("Testing for Linearizability", CCPE 2017): try every operation that may come next, remember each
 * configuration (the set of operations done, and the state) that led nowhere, never enter it twice.
 *
 * Two cuts, both sound for any register, values written once or more often:
 * - A read that may come next and returns the state is taken at once and for good: it changes nothing, so an order in
 *   which it comes later stays one when it is moved here.
 * - A write may not come next while a read still has to see the present state and no write is left that stores it
 *   again.
 * Deciding this is NP-complete in general (Gibbons and Korach 1997), so the search counts its steps and gives up, as
 * `exhausted`, when they are spent: pure code has no clock to look at.
 *
 * Precedence is strict: an operation that ended in the very microsecond in which another started may come after it,
 * unless the two are of one session (`follows`).
 */
import type { Completed } from './completed.ts'

export type Search =
  /** `order`: ranks of the history, in an order that explains it. */
  | { readonly kind: 'linearizable'; readonly order: readonly number[]; readonly steps: number }
  | { readonly kind: 'impossible'; readonly steps: number }
  | { readonly kind: 'exhausted'; readonly steps: number }

export function search(history: Completed, budgetSteps: number): Search {
  return new Searcher(history, budgetSteps).run()
}

interface Frame {
  /** The write that was tried. */
  readonly rank: number
  readonly stateBefore: number
  /** How much was done before it. */
  readonly doneBefore: number
  /** The highest rank done before it. */
  readonly highestBefore: number
}

/** Bits of a configuration in one character. */
const BITS = 16

class Searcher {
  readonly #history: Completed
  readonly #budget: number
  #steps = 0
  /**
   * Entries of a doubly linked list in order of time: entry `rank` is an operation's start, `size + rank` its end,
   * `2 size` the head. What is done is lifted out of it, so whatever stands before the first end may come next.
   */
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #head: number
  readonly #isDone: Uint8Array
  readonly #order: number[] = []
  readonly #frames: Frame[] = []
  /** By value: reads not done that return it, writes not done that store it. */
  readonly #readsLeft: Int32Array
  readonly #writesLeft: Int32Array
  readonly #deadEnds = new Set<string>()
  #state = 0
  #highest = -1

  constructor(history: Completed, budgetSteps: number) {
    this.#history = history
    this.#budget = budgetSteps
    const { size, values, value, isWrite } = history
    this.#head = 2 * size
    this.#next = new Int32Array(2 * size + 1)
    this.#previous = new Int32Array(2 * size + 1)
    this.#isDone = new Uint8Array(size)
    this.#readsLeft = new Int32Array(values)
    this.#writesLeft = new Int32Array(values)
    for (let rank = 0; rank < size; rank++) (isWrite[rank] === 1 ? this.#writesLeft : this.#readsLeft)[value[rank]!]!++
    this.#link()
  }

  run(): Search {
    const { size } = this.#history
    let candidate = this.#enter()
    for (;;) {
      if (this.#order.length === size) return { kind: 'linearizable', order: this.#order, steps: this.#steps }
      if (this.#steps > this.#budget) return { kind: 'exhausted', steps: this.#steps }
      candidate = this.#nextWrite(candidate)
      if (candidate >= 0) {
        this.#try(candidate)
        candidate = this.#enter()
        continue
      }
      const frame = this.#frames.pop()
      if (frame === undefined) return { kind: 'impossible', steps: this.#steps }
      this.#deadEnds.add(this.#configuration())
      this.#undo(frame)
      candidate = this.#next[frame.rank]!
    }
  }

  /** A new configuration: takes every read that may come next and fits. The first entry to look for writes at; -1: a dead end. */
  #enter(): number {
    const { size, value, isWrite } = this.#history
    const state = this.#state
    let entry = this.#next[this.#head]!
    while (entry < size) {
      this.#steps++
      const after = this.#next[entry]!
      if (isWrite[entry] === 0 && value[entry] === state && !this.#isHeld(entry)) {
        // Its end may be what stands next: then the list goes on behind it.
        const follower = after === size + entry ? this.#next[after]! : after
        this.#lift(entry)
        entry = follower
      } else entry = after
    }
    if (this.#order.length === size) return -1
    if (this.#readsLeft[state]! > 0 && this.#writesLeft[state] === 0) return -1
    if (this.#deadEnds.size > 0 && this.#deadEnds.has(this.#configuration())) return -1
    return this.#next[this.#head]!
  }

  /** The first write from `entry` on that may come next; -1: none. */
  #nextWrite(entry: number): number {
    const { size, isWrite } = this.#history
    while (entry >= 0 && entry < size) {
      this.#steps++
      if (isWrite[entry] === 1 && !this.#isHeld(entry)) return entry
      entry = this.#next[entry]!
    }
    return -1
  }

  /** Not before what its session did before it. */
  #isHeld(rank: number): boolean {
    const before = this.#history.follows[rank]!
    return before >= 0 && this.#isDone[before] === 0
  }

  #try(rank: number): void {
    this.#frames.push({
      rank,
      stateBefore: this.#state,
      doneBefore: this.#order.length,
      highestBefore: this.#highest,
    })
    this.#lift(rank)
    this.#state = this.#history.value[rank]!
  }

  #undo({ stateBefore, doneBefore, highestBefore }: Frame): void {
    while (this.#order.length > doneBefore) this.#unlift(this.#order.pop()!)
    this.#state = stateBefore
    this.#highest = highestBefore
  }

  #lift(rank: number): void {
    const { size, value, isWrite } = this.#history
    for (const entry of [rank, size + rank]) {
      const [before, after] = [this.#previous[entry]!, this.#next[entry]!]
      this.#next[before] = after
      this.#previous[after] = before
    }
    ;(isWrite[rank] === 1 ? this.#writesLeft : this.#readsLeft)[value[rank]!]!--
    this.#isDone[rank] = 1
    this.#order.push(rank)
    if (rank > this.#highest) this.#highest = rank
  }

  /** In the reverse order of lifting, so each entry still knows its neighbours. */
  #unlift(rank: number): void {
    const { size, value, isWrite } = this.#history
    for (const entry of [size + rank, rank]) {
      this.#next[this.#previous[entry]!] = entry
      this.#previous[this.#next[entry]!] = entry
    }
    ;(isWrite[rank] === 1 ? this.#writesLeft : this.#readsLeft)[value[rank]!]!++
    this.#isDone[rank] = 0
  }

  /**
   * What is done and the state, exactly (a hash could take one configuration for another, and convict the innocent).
   * Operations are done nearly in order of their starts: everything below the first one that is not, and a few above.
   */
  #configuration(): string {
    const first = this.#next[this.#head]!
    let text = `${this.#state} ${first} `
    for (let from = first + 1; from <= this.#highest; from += BITS) {
      let bits = 0
      const to = Math.min(from + BITS, this.#highest + 1)
      for (let rank = from; rank < to; rank++) bits = (bits << 1) | this.#isDone[rank]!
      // Aligned to the left: what is missing at the end is not done.
      text += String.fromCharCode(bits << (from + BITS - to))
    }
    this.#steps += text.length
    return text
  }

  #link(): void {
    const { size, startUs, endUs } = this.#history
    const byEnd = Array.from({ length: size }, (_, rank) => rank).sort((a, b) => endUs[a]! - endUs[b]! || a - b)
    let last = this.#head
    const append = (entry: number) => {
      this.#next[last] = entry
      this.#previous[entry] = last
      last = entry
    }
    let ended = 0
    for (let rank = 0; rank < size; rank++) {
      while (ended < size && endUs[byEnd[ended]!]! < startUs[rank]!) append(size + byEnd[ended++]!)
      append(rank)
    }
    while (ended < size) append(size + byEnd[ended++]!)
    append(this.#head)
  }
}
