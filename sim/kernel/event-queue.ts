/**
 * The simulator's clock and agenda: a binary heap of future events, ordered by (time, sequence).
 *
 * Nearly all of a simulation's time is spent in this file, so its shape follows the processor. The keys (times) lie
 * alone in a Float64Array, and only a key and a slot number move when the heap is repaired; what an event will do
 * stays in its slot. On the way down the smaller child is chosen by arithmetic instead of by a branch, because that
 * branch would be mispredicted every other time; one Infinity is kept behind the last key so that a missing right
 * child loses without being asked for. Two events of the same time fire in the order they were scheduled: the number
 * that says so is read only when two keys are equal. A cancelled event leaves the heap at once (`#where` knows its
 * place), so timeouts that never happen cost nothing later.
 *
 * Tried and left: four children a node, a calendar queue, objects in the heap, marking cancelled events instead of
 * removing them. `npm run bench queue` compares.
 */

/** Names one scheduled event. A handle whose event fired or was cancelled is stale, and harmless; -1 is never one. */
export type EventHandle = number

type Action = (argument: unknown) => void

/** A handle is the low 32 bits of the event's sequence number, then its slot: 53 bits, exact in a number. */
const SLOT_BITS = 21
const SLOT_COUNT = 1 << SLOT_BITS
const SLOT_MASK = SLOT_COUNT - 1
const NOWHERE = -1

function nothing(): void {}

export class EventQueue {
  #now = 0
  #fired = 0
  #sequence = 0
  #size = 0
  #running = false
  #stopped = false

  /** The heap: `#keys[i]` is the time of the event in slot `#slots[i]`; `#keys[#size]` is Infinity. */
  #keys: Float64Array
  #slots: Int32Array

  /** By slot. */
  #sequences: Float64Array
  #where: Int32Array
  #actions: Action[]
  #arguments: unknown[]

  /** A stack of the slots in no event's use. */
  #free: Int32Array
  #freeCount: number

  constructor(initialCapacity = 1024) {
    this.#keys = new Float64Array(initialCapacity + 1).fill(Infinity)
    this.#slots = new Int32Array(initialCapacity + 1)
    this.#sequences = new Float64Array(initialCapacity)
    this.#where = new Int32Array(initialCapacity).fill(NOWHERE)
    this.#actions = new Array<Action>(initialCapacity).fill(nothing)
    this.#arguments = new Array<unknown>(initialCapacity).fill(undefined)
    this.#free = Int32Array.from({ length: initialCapacity }, (_, index) => initialCapacity - 1 - index)
    this.#freeCount = initialCapacity
  }

  /** The simulated time: of the event that is firing, or where the last `run` ended. Integer microseconds. */
  get now(): number {
    return this.#now
  }

  /** Events fired so far. */
  get fired(): number {
    return this.#fired
  }

  /** Events scheduled, and neither fired nor cancelled. */
  get pending(): number {
    return this.#size
  }

  /**
   * `action(argument)` fires `delayUs` from now, after everything scheduled earlier for the same microsecond.
   * The delay is a non-negative integer: who has a fraction rounds it where it arises (`Sampler` does).
   */
  after<A>(delayUs: number, action: (argument: A) => void, argument: A): EventHandle {
    const timeUs = this.#now + delayUs
    if (!(delayUs >= 0 && timeUs <= Number.MAX_SAFE_INTEGER && Math.floor(delayUs) === delayUs)) {
      throw new Error(`assertion: a delay is a non-negative integer of microseconds, found ${delayUs}`)
    }
    if (this.#freeCount === 0) this.#grow()
    const slot = this.#free[--this.#freeCount]!
    const sequence = this.#sequence++
    this.#sequences[slot] = sequence
    this.#actions[slot] = action as Action
    this.#arguments[slot] = argument
    const last = this.#size++
    this.#keys[last + 1] = Infinity
    // The newest event is last among equals, so on the way up a parent must be strictly later to give way.
    const keys = this.#keys
    const slots = this.#slots
    const where = this.#where
    let index = last
    while (index > 0) {
      const parent = (index - 1) >> 1
      const parentKey = keys[parent]!
      if (parentKey <= timeUs) break
      const parentSlot = slots[parent]!
      keys[index] = parentKey
      slots[index] = parentSlot
      where[parentSlot] = index
      index = parent
    }
    keys[index] = timeUs
    slots[index] = slot
    where[slot] = index
    return (sequence >>> 0) * SLOT_COUNT + slot
  }

  /** Take an event off the agenda. False (and no effect) when it has fired, is firing, or was cancelled. */
  cancel(handle: EventHandle): boolean {
    const slot = handle & SLOT_MASK
    const index = slot < this.#where.length ? this.#where[slot]! : NOWHERE
    if (index === NOWHERE || this.#sequences[slot]! >>> 0 !== (handle - slot) / SLOT_COUNT) return false
    this.#release(slot)
    this.#remove(index)
    return true
  }

  /** Fire every event due at or before `untilUs`, then let the clock stand there (unless `stop` was called). */
  run(untilUs: number): void {
    if (this.#running) throw new Error('assertion: run was called by an event')
    this.#running = true
    this.#stopped = false
    try {
      while (this.#keys[0]! <= untilUs && this.#size > 0) {
        this.#fireFirst()
        if (this.#stopped) return
      }
      if (untilUs > this.#now && untilUs < Infinity) this.#now = untilUs
    } finally {
      this.#running = false
    }
  }

  /** Fire the next event, whenever it is due. False when there is none. */
  runNext(): boolean {
    if (this.#size === 0) return false
    this.#fireFirst()
    return true
  }

  /** Called by an event: `run` returns when that event is done, and the clock stays at it. */
  stop(): void {
    this.#stopped = true
  }

  #fireFirst(): void {
    const slot = this.#slots[0]!
    this.#now = this.#keys[0]!
    const action = this.#actions[slot]!
    const argument = this.#arguments[slot]
    this.#release(slot)
    this.#remove(0)
    this.#fired++
    action(argument)
  }

  /** The slot may be taken again, and holds on to nothing. */
  #release(slot: number): void {
    this.#where[slot] = NOWHERE
    this.#arguments[slot] = undefined
    this.#free[this.#freeCount++] = slot
  }

  /** Close the gap at `index` with the heap's last event. */
  #remove(index: number): void {
    const keys = this.#keys
    const last = --this.#size
    const key = keys[last]!
    keys[last] = Infinity
    if (index === last) return
    const slot = this.#slots[last]!
    // A gap in the middle may need the last event to rise instead: the two can come from different branches.
    if (index > 0 && this.#isBefore(key, slot, (index - 1) >> 1)) this.#rise(index, key, slot)
    else this.#sink(index, key, slot)
  }

  #sink(index: number, key: number, slot: number): void {
    const keys = this.#keys
    const slots = this.#slots
    const sequences = this.#sequences
    const where = this.#where
    const size = this.#size
    let child = 2 * index + 1
    while (child < size) {
      const left = keys[child]!
      const right = keys[child + 1]!
      if (left !== right) child += +(right < left)
      else child += +(sequences[slots[child + 1]!]! < sequences[slots[child]!]!)
      const childKey = keys[child]!
      const childSlot = slots[child]!
      if (key < childKey || (key === childKey && sequences[slot]! < sequences[childSlot]!)) break
      keys[index] = childKey
      slots[index] = childSlot
      where[childSlot] = index
      index = child
      child = 2 * index + 1
    }
    keys[index] = key
    slots[index] = slot
    where[slot] = index
  }

  #rise(index: number, key: number, slot: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(key, slot, parent)) break
      const parentSlot = this.#slots[parent]!
      this.#keys[index] = this.#keys[parent]!
      this.#slots[index] = parentSlot
      this.#where[parentSlot] = index
      index = parent
    }
    this.#keys[index] = key
    this.#slots[index] = slot
    this.#where[slot] = index
  }

  #isBefore(key: number, slot: number, index: number): boolean {
    const other = this.#keys[index]!
    return key < other || (key === other && this.#sequences[slot]! < this.#sequences[this.#slots[index]!]!)
  }

  #grow(): void {
    const old = this.#where.length
    const capacity = old * 2
    if (capacity > SLOT_COUNT) throw new Error(`assertion: more than ${SLOT_COUNT} events are pending`)
    const keys = new Float64Array(capacity + 1).fill(Infinity)
    keys.set(this.#keys)
    this.#keys = keys
    const slots = new Int32Array(capacity + 1)
    slots.set(this.#slots)
    this.#slots = slots
    const sequences = new Float64Array(capacity)
    sequences.set(this.#sequences)
    this.#sequences = sequences
    const where = new Int32Array(capacity).fill(NOWHERE)
    where.set(this.#where)
    this.#where = where
    this.#free = new Int32Array(capacity)
    for (let slot = capacity - 1; slot >= old; slot--) {
      this.#actions.push(nothing)
      this.#arguments.push(undefined)
      this.#free[this.#freeCount++] = slot
    }
  }
}
