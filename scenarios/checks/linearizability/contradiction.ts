/**
 * Why a register is not linearizable, in as few operations as possible: taking any one out of the contradiction (a read, a
 * write that no read of the contradiction shows, or a write together with all its reads) leaves something linearizable.
 *
 * Every such step is sound: from an order of the larger history, the smaller one's follows by leaving the same
 * operations out, so a sub-history without an order proves that the whole has none. Taking out a write and keeping
 * a read that shows it would not be: that read would be unexplained by our own doing.
 */
import { type Completed, complete } from './completed.ts'
import { orderOf, type Precedence } from './order.ts'
import type { RegisterOperation } from './register.ts'
import { search } from './search.ts'
import { type Conflict, conflicts, type Zones, zonesOf } from './zones.ts'

/** Of so many conflicts of a register the smallest contradiction is taken. */
const CONFLICTS = 16

export interface Contradiction {
  readonly operations: readonly RegisterOperation[]
  /** Why these cannot be put in order. */
  readonly reason: string
}

/** Null: the zones convict nobody. */
export function contradictionOf(
  operations: readonly RegisterOperation[],
  history: Completed,
  budgetSteps: number,
): Contradiction | null {
  const zones = zonesOf(history)
  let smallest: RegisterOperation[] | null = null
  for (const conflict of conflicts(history, zones, CONFLICTS)) {
    const involved = operationsOf(conflict, operations, history, zones)
    if (!isImpossible(involved, budgetSteps)) continue
    const shrunk = shrink(involved, budgetSteps)
    if (smallest === null || shrunk.length < smallest.length) smallest = shrunk
  }
  return smallest === null ? null : { operations: smallest, reason: reasonOf(smallest) }
}

/** Of values that wait for one another in a circle, which operations of one session may close within a microsecond. */
export function contradictionOfCircle(
  circle: readonly Precedence[],
  operations: readonly RegisterOperation[],
  history: Completed,
  budgetSteps: number,
): Contradiction {
  const { write, firstEnd, lastStart } = zonesOf(history)
  const ranks = new Set<number>()
  for (const { before, after } of circle)
    for (const rank of [before, after])
      for (const of of [write, firstEnd, lastStart].map((columns) => columns[history.value[rank]!]!).concat(rank))
        if (of >= 0) ranks.add(of)
  const involved = [...ranks].map((rank) => operations[history.source[rank]!]!)
  const smallest = isImpossible(involved, budgetSteps) ? shrink(involved, budgetSteps) : involved
  return { operations: smallest, reason: reasonOf(smallest) }
}

/** One by one, from the end, until nothing more can be taken out. `operations` must be impossible to order. */
function shrink(operations: readonly RegisterOperation[], budgetSteps: number): RegisterOperation[] {
  let left = [...operations].sort((a, b) => a.startUs - b.startUs)
  for (let again = true; again; ) {
    again = false
    for (let i = left.length - 1; i >= 0; i--) {
      const without = remove(left, left[i]!)
      if (!isImpossible(without, budgetSteps)) continue
      left = without
      i = Math.min(i, left.length)
      again = true
    }
  }
  return left
}

/** Without the operation and, if it is a write, without what was read of it. */
function remove(operations: readonly RegisterOperation[], gone: RegisterOperation): RegisterOperation[] {
  return operations.filter((other) => other !== gone && !(gone.kind === 'write' && other.value === gone.value))
}

function isImpossible(operations: readonly RegisterOperation[], budgetSteps: number): boolean {
  return operations.length > 0 && search(complete(operations), budgetSteps).kind === 'impossible'
}

/** The operations that make the two values conflict, and their writes. */
function operationsOf(
  { a, b }: Conflict,
  operations: readonly RegisterOperation[],
  { source, value, isWrite, size, startUs, endUs }: Completed,
  { write, firstEnd, lastStart }: Zones,
): RegisterOperation[] {
  const ranks = new Set<number>()
  for (const of of new Set([a, b])) {
    for (const rank of [write[of]!, firstEnd[of]!, lastStart[of]!]) if (rank >= 0) ranks.add(rank)
    // A read makes certain that its write happened; and one may have ended before its write started.
    const early = (rank: number) => isWrite[rank] === 0 && write[of]! >= 0 && endUs[rank]! < startUs[write[of]!]!
    for (let rank = 0, read = -1; rank < size; rank++) {
      if (value[rank] !== of || isWrite[rank] === 1 || (read >= 0 && !early(rank))) continue
      ranks.add((read = rank))
    }
  }
  return [...ranks].map((rank) => operations[source[rank]!]!)
}

function reasonOf(operations: readonly RegisterOperation[]): string {
  const history = complete(operations)
  const zones = zonesOf(history)
  const conflict = conflicts(history, zones, 1)[0]
  const at = (rank: number) => name(operations[history.source[rank]!]!)
  if (conflict === undefined) return circleReason(orderOf(history, zones), history, at)
  const { a, b } = conflict
  if (a === b) {
    const read = operations.find(({ kind }) => kind === 'read')!
    return `${name(read)} had ended before the write that it shows was sent`
  }
  const before = (first: number, then: number) =>
    `${at(zones.firstEnd[first]!)} had ended before ${at(zones.lastStart[then]!)} was sent`
  // The empty key is older than every row, whoever reads it.
  if (a === 0 || b === 0) return `${before(a + b, 0)}, and a key that has a row never goes back to none`
  const row = (value: number) => `row ${operations[history.source[zones.write[value]!]!]!.value}`
  return `${before(a, b)}, so ${row(a)} is older than ${row(b)}; but ${before(b, a)}, so it is newer`
}

/** Why each value must come before the next, and the last before the first. */
function circleReason(
  ordering: ReturnType<typeof orderOf>,
  { value, follows }: Completed,
  at: (rank: number) => string,
): string {
  const unexplained = 'no order of these operations explains what the reads returned'
  if (ordering.kind === 'order') return unexplained
  const reasons = ordering.circle.map(({ before, after }) => {
    if (follows[after] === before) return `${at(before)} came before ${at(after)} in their session`
    if (value[before] === 0) return 'a key that has a row never goes back to none'
    return `${at(before)} had ended before ${at(after)} was sent`
  })
  return `${unexplained}: ${reasons.join('; ')}`
}

/** `write 17`, `read 31 (of 17)`. */
function name({ kind, value, operation }: RegisterOperation): string {
  if (kind === 'write') return `write ${operation.op}`
  return `read ${operation.op} (of ${value < 0 ? 'no row' : value})`
}
