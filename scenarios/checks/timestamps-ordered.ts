/**
 * Real-time order: if operation A had its answer before operation B was sent, then A's timestamp is the smaller one.
 * (Sent, not intended: before it is sent an operation has touched nothing.) Before is a microsecond or more, or in one
 * session, which does one operation after the other, the same microsecond.
 *
 * One sweep instead of n^2 pairs: walk through the operations in the order they were sent, and keep the largest
 * timestamp among those answered by then. B breaks the order with *somebody* exactly if that largest one is not below
 * B's own. So what is counted is operations that came out behind, each with its worst partner.
 */

import { ascendingOrder } from '../measures/ascending-order.ts'
import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeTimestamp, moment } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { stampedOperations } from './stamped.ts'

const NAME = 'timestamps-ordered'

export const TIMESTAMPS_ORDERED: Check = {
  name: NAME,
  says: 'a write that begins after another has ended gets the larger timestamp',
  proves:
    'whoever was sent after another operation had its answer (in one session: in the same microsecond, too) got the larger timestamp',
  cannotSee: 'the order of operations that overlap; timestamps whose client was never told',
  evidence: ['timestamps'],
  promisedBy: ['timestamps-in-real-time'],
  level: null,
  needsSource: false,
  judge: check,
}

interface Inversion {
  readonly earlier: Operation
  readonly later: Operation
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const { operations, sentUs, endUs, counter, server } = stampedOperations(record)
  const answered = indicesOf(endUs)
  const sent = indicesOf(sentUs)
  const byEnd = ascendingOrder(picked(endUs, answered))
  const bySent = ascendingOrder(picked(sentUs, sent))

  const inSession = new SessionBefore(operations, isBelow)
  let next = 0
  let largest = -1
  let worst: Inversion | null = null
  for (let at = 0; at < bySent.length; at++) {
    const later = sent[bySent[at]!]!
    for (; next < byEnd.length; next++) {
      const index = answered[byEnd[next]!]!
      if (endUs[index]! >= sentUs[later]!) break
      if (largest === -1 || isBelow(largest, index)) largest = index
    }
    const own = inSession.before(later)
    // Everything sent after the first answer has somebody to be compared with.
    const against = own !== -1 && (largest === -1 || isBelow(largest, own)) ? own : largest
    if (against === -1) continue
    findings.examined++
    if (isBelow(against, later)) continue
    const inversion: Inversion = { earlier: operations[against]!, later: operations[later]! }
    if (worst === null || backwardBy(inversion) > backwardBy(worst)) worst = inversion
    findings.violation('inversion', () => describeInversion(inversion))
  }

  function isBelow(a: number, b: number): boolean {
    const difference = counter[a]! - counter[b]!
    return difference < 0 || (difference === 0 && server[a]! < server[b]!)
  }

  return findings.conclude(NAME, {
    pass: () =>
      `${count(findings.examined, 'timestamp')} ${findings.examined === 1 ? 'is' : 'are'} above every one that had been answered before`,
    fail: () =>
      `${findings.violations} of ${findings.examined} operations got a timestamp below one already answered; worst: ${describeInversion(worst!)}`,
    nothing: 'no operation with a timestamp was sent after another one had its answer',
  })
}

/** By session, of the operations that were answered in one microsecond, the last: that with the largest timestamp. */
class SessionBefore {
  readonly #operations: readonly Operation[]
  readonly #isBelow: (a: number, b: number) => boolean
  readonly #last = new Map<number, number>()

  constructor(operations: readonly Operation[], isBelow: (a: number, b: number) => boolean) {
    this.#operations = operations
    this.#isBelow = isBelow
  }

  /** Asked of all operations in the order they were sent. -1: none was answered in the microsecond in which this was sent. */
  before(later: number): number {
    const { session, sentUs, endUs, op } = this.#operations[later]!
    if (session === null) return -1
    const last = this.#last.get(session)
    const touches = last !== undefined && this.#operations[last]!.endUs === sentUs && this.#operations[last]!.op < op
    if (endUs === null) return touches ? last : -1
    const isLargest = !touches || endUs !== sentUs || this.#isBelow(last, later)
    if (isLargest) this.#last.set(session, later)
    return touches ? last : -1
  }
}

/** Of the moments that are known. */
function indicesOf(moments: Float64Array): Uint32Array {
  const indices = new Uint32Array(moments.length)
  let n = 0
  for (let i = 0; i < moments.length; i++) if (!Number.isNaN(moments[i]!)) indices[n++] = i
  return indices.subarray(0, n)
}

function picked(values: Float64Array, indices: Uint32Array): Float64Array {
  const result = new Float64Array(indices.length)
  for (let i = 0; i < result.length; i++) result[i] = values[indices[i]!]!
  return result
}

function backwardBy({ earlier, later }: Inversion): number {
  return earlier.timestamp!.counter - later.timestamp!.counter
}

function describeInversion(inversion: Inversion): string {
  const { earlier, later } = inversion
  return (
    `${later.kind} ${later.op} (key ${later.key}) sent ${moment(later.sentUs!)} got ${describeTimestamp(later.timestamp!)}, ` +
    `${backwardBy(inversion)} behind ${describeTimestamp(earlier.timestamp!)} of ${earlier.kind} ${earlier.op} ` +
    `(key ${earlier.key}), answered ${moment(earlier.endUs!)}`
  )
}
