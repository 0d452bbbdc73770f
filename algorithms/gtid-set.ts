/**
 * Sets of global transaction identifiers, as MySQL writes them: `uuid:1-5:7,uuid2:1`. What is called a uuid here is a
 * uuid or, of a tagged transaction, `uuid:tag`: each numbers its own transactions (gtid-text.ts).
 *
 * Per server uuid the numbers are kept as a flat, sorted array of closed intervals [first, last, first, last, ...],
 * never touching (1-5 and 6-9 are stored as 1-9). A source writes consecutive numbers, so the common case is one
 * interval that grows at its end: adding to it is O(1), because the last number of the uuid that was last written to
 * is a field of its own. The arrays are never changed, only replaced, and copies share them. So a copy is one object,
 * and copies are made all the time: every answer that tells what a server holds is one.
 */

import { gtidText, readGtidText } from './gtid-text.ts'

export interface Gtid {
  /** `uuid:tag` where the transaction has a tag. */
  readonly uuid: string
  /** 1 .. 2^53-1 */
  readonly number: number
}

/** What everybody may do with a set: look. Results that are sets are fresh ones. */
export interface GtidSet {
  readonly isEmpty: boolean
  /** How many transactions. */
  readonly size: number
  has(gtid: Gtid): boolean
  /** Is every transaction of `other` in this set? */
  covers(other: GtidSet): boolean
  equals(other: GtidSet): boolean
  union(other: GtidSet): MutableGtidSet
  minus(other: GtidSet): MutableGtidSet
  /** Copies share the array until a uuid is added to one of them; none is ever taken out. */
  uuids(): readonly string[]
  /** Flat closed intervals of one uuid: [first, last, ...]; empty when it has none. */
  intervals(uuid: string): readonly number[]
  /** Largest number of one uuid; 0 when it has none. */
  highest(uuid: string): number
  /** Largest m such that first..m are all in the set; first - 1 when `first` is not. */
  contiguousFrom(uuid: string, first: number): number
  clone(): MutableGtidSet
  /** MySQL's text form, uuids in ascending order; the empty set is ''. */
  toString(): string
}

const NONE: readonly number[] = []
const NO_UUIDS: string[] = []
const NO_LISTS: (readonly number[])[] = []

export class MutableGtidSet implements GtidSet {
  /** In the order they came. They are few, and the newest are asked for most. */
  #uuids: string[] = NO_UUIDS
  /** The intervals of each; outdated for `#newest`. */
  #lists: (readonly number[])[] = NO_LISTS
  #shared = true
  /** The uuid that was last written to, its intervals, and their last number: in the array it may be outdated. */
  #newest = ''
  #own: readonly number[] = NONE
  #last = 0

  /** Parses MySQL's text form and what MySQL reads as such (gtid-text.ts). Throws an Error on anything else. */
  static parse(text: string): MutableGtidSet {
    const set = new MutableGtidSet()
    readGtidText(text, (source, first, last) => set.addInterval(source, first, last))
    return set
  }

  static of(...gtids: readonly Gtid[]): MutableGtidSet {
    const set = new MutableGtidSet()
    for (const gtid of gtids) set.add(gtid)
    return set
  }

  static interval(uuid: string, first: number, last: number): MutableGtidSet {
    const set = new MutableGtidSet()
    if (last < first) return set
    set.#uuids = [uuid]
    set.#lists = [NONE]
    set.#shared = false
    set.#newest = uuid
    set.#own = [first, last]
    set.#last = last
    return set
  }

  add(gtid: Gtid): void {
    const { uuid, number } = gtid
    if (uuid === this.#newest && number === this.#last + 1) this.#last = number
    else this.addInterval(uuid, number, number)
  }

  addInterval(uuid: string, first: number, last: number): void {
    if (uuid !== this.#newest) this.#writeTo(uuid)
    const list = this.#intervalsOfNewest()
    // Everything that overlaps or touches [first, last] melts into it.
    let from = 0
    while (from < list.length && list[from + 1]! < first - 1) from += 2
    let to = from
    while (to < list.length && list[to]! <= last + 1) {
      first = Math.min(first, list[to]!)
      last = Math.max(last, list[to + 1]!)
      to += 2
    }
    const replaced = list.slice()
    replaced.splice(from, to - from, first, last)
    this.#own = replaced
    this.#last = replaced[replaced.length - 1]!
  }

  /** From now on `uuid` is the newest. */
  #writeTo(uuid: string): void {
    if (this.#shared) {
      this.#uuids = this.#uuids.slice()
      this.#lists = this.#lists.slice()
      this.#shared = false
    }
    if (this.#newest !== '') this.#lists[this.#uuids.lastIndexOf(this.#newest)] = this.#intervalsOfNewest()
    const index = this.#uuids.lastIndexOf(uuid)
    if (index < 0) {
      this.#uuids.push(uuid)
      this.#lists.push(NONE)
    }
    this.#newest = uuid
    this.#own = index < 0 ? NONE : this.#lists[index]!
    this.#last = index < 0 ? 0 : this.#own[this.#own.length - 1]!
  }

  #intervalsOfNewest(): readonly number[] {
    const end = this.#own.length - 1
    if (end >= 0 && this.#own[end] !== this.#last) this.#own = this.#own.with(end, this.#last)
    return this.#own
  }

  addAll(other: GtidSet): void {
    for (const uuid of other.uuids()) {
      const list = other.intervals(uuid)
      for (let i = 0; i < list.length; i += 2) this.addInterval(uuid, list[i]!, list[i + 1]!)
    }
  }

  get isEmpty(): boolean {
    return this.#uuids.length === 0
  }

  get size(): number {
    let count = 0
    for (const uuid of this.#uuids) {
      const list = this.intervals(uuid)
      for (let i = 0; i < list.length; i += 2) count += list[i + 1]! - list[i]! + 1
    }
    return count
  }

  has(gtid: Gtid): boolean {
    return this.#holds(gtid.uuid, gtid.number, gtid.number)
  }

  covers(other: GtidSet): boolean {
    for (const uuid of other.uuids()) {
      const theirs = other.intervals(uuid)
      for (let i = 0; i < theirs.length; i += 2) if (!this.#holds(uuid, theirs[i]!, theirs[i + 1]!)) return false
    }
    return true
  }

  #holds(uuid: string, first: number, last: number): boolean {
    return uuid === this.#newest && this.#isInTail(first)
      ? last <= this.#last
      : holds(this.intervals(uuid), first, last)
  }

  /** In the newest uuid's last interval or behind it. Nearly all questions are, and need no array brought up to date. */
  #isInTail(number: number): boolean {
    return this.#own.length > 0 && this.#own[this.#own.length - 2]! <= number
  }

  equals(other: GtidSet): boolean {
    return this.covers(other) && other.covers(this)
  }

  union(other: GtidSet): MutableGtidSet {
    const result = this.clone()
    result.addAll(other)
    return result
  }

  minus(other: GtidSet): MutableGtidSet {
    const result = new MutableGtidSet()
    for (const uuid of this.#uuids) {
      const list = this.intervals(uuid)
      const holes = other.intervals(uuid)
      for (let i = 0; i < list.length; i += 2) {
        let first = list[i]!
        const last = list[i + 1]!
        for (let h = 0; h < holes.length && first <= last; h += 2) {
          if (holes[h + 1]! < first || holes[h]! > last) continue
          if (holes[h]! > first) result.addInterval(uuid, first, holes[h]! - 1)
          first = holes[h + 1]! + 1
        }
        if (first <= last) result.addInterval(uuid, first, last)
      }
    }
    return result
  }

  uuids(): readonly string[] {
    return this.#uuids
  }

  intervals(uuid: string): readonly number[] {
    if (uuid === this.#newest) return this.#intervalsOfNewest()
    const index = this.#uuids.lastIndexOf(uuid)
    return index < 0 ? NONE : this.#lists[index]!
  }

  highest(uuid: string): number {
    if (uuid === this.#newest) return this.#last
    const list = this.intervals(uuid)
    return list.length === 0 ? 0 : list[list.length - 1]!
  }

  contiguousFrom(uuid: string, first: number): number {
    if (uuid === this.#newest && this.#isInTail(first)) return Math.max(this.#last, first - 1)
    const list = this.intervals(uuid)
    for (let i = 0; i < list.length; i += 2) if (list[i]! <= first && first <= list[i + 1]!) return list[i + 1]!
    return first - 1
  }

  clone(): MutableGtidSet {
    const copy = new MutableGtidSet()
    copy.#uuids = this.#uuids
    copy.#lists = this.#lists
    this.#shared = true
    copy.#newest = this.#newest
    copy.#own = this.#own
    copy.#last = this.#last
    return copy
  }

  toString(): string {
    return gtidText(this.#uuids, (uuid) => this.intervals(uuid))
  }

  /** Sets travel between processes as MySQL's text. */
  toJSON(): string {
    return this.toString()
  }
}

function holds(list: readonly number[], first: number, last: number): boolean {
  for (let i = list.length - 2; i >= 0; i -= 2) if (list[i]! <= first) return last <= list[i + 1]!
  return false
}

export const EMPTY_GTID_SET: GtidSet = new MutableGtidSet()
