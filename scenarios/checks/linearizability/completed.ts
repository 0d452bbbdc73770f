/**
 * From a register's history to one in which every operation certainly happened, within a bounded interval where
 * anything bounds it. Two exact steps, made possible by values that are written once each:
 *
 * - A write that may never have happened and that no read shows is left out. In any order that includes it, taking it
 *   out changes what no read returns; so there is an order with it exactly if there is one without it.
 * - A write that a read shows certainly happened, and before the end of the first such read.
 *
 * So writes of unknown outcome, which would double the search for each of them, cost nothing.
 */
import type { RegisterOperation } from './register.ts'

/** In columns, ascending by start, then by number: the search and the zones sweep over them. */
export interface Completed {
  readonly size: number
  /** By rank in the order of starts: the index into what `complete` was given. */
  readonly source: Uint32Array
  readonly isWrite: Uint8Array
  /** Values, renumbered from 0 in order of appearance; `INITIAL` is 0. */
  readonly value: Uint32Array
  readonly values: number
  readonly startUs: Float64Array
  readonly endUs: Float64Array
  /**
   * By rank: the operation of the same session that was answered in the very microsecond in which this one was sent, as
   * a session does one after the other; -1: none. Times alone would leave their order open.
   */
  readonly follows: Int32Array
}

export function complete(operations: readonly RegisterOperation[]): Completed {
  const firstReadEndUs = new Map<number, number>()
  for (const { kind, value, endUs } of operations)
    if (kind === 'read') firstReadEndUs.set(value, Math.min(endUs, firstReadEndUs.get(value) ?? endUs))

  const kept: number[] = []
  for (const [index, { kind, value, certain }] of operations.entries())
    if (kind === 'read' || certain || firstReadEndUs.has(value)) kept.push(index)
  kept.sort((a, b) => operations[a]!.startUs - operations[b]!.startUs || byNumber(operations, a, b))

  const size = kept.length
  const completed = {
    size,
    source: Uint32Array.from(kept),
    isWrite: new Uint8Array(size),
    value: new Uint32Array(size),
    values: 1,
    startUs: new Float64Array(size),
    endUs: new Float64Array(size),
    follows: new Int32Array(size).fill(-1),
  }
  /** By session: the last operation that was answered. */
  const answered = new Map<number, number>()
  const numbers = new Map<number, number>()
  for (let rank = 0; rank < size; rank++) {
    const { kind, value, startUs, endUs, operation } = operations[kept[rank]!]!
    const write = kind === 'write'
    completed.isWrite[rank] = write ? 1 : 0
    completed.startUs[rank] = startUs
    completed.endUs[rank] = write ? Math.min(endUs, firstReadEndUs.get(value) ?? endUs) : endUs
    const { session } = operation
    if (session !== null) {
      const last = answered.get(session)
      if (last !== undefined && isAnsweredAt(operations[kept[last]!]!, operations[kept[rank]!]!))
        completed.follows[rank] = last
      if (endUs !== Number.POSITIVE_INFINITY) answered.set(session, rank)
    }
    if (value < 0) continue
    let number = numbers.get(value)
    if (number === undefined) numbers.set(value, (number = completed.values++))
    completed.value[rank] = number
  }
  return completed
}

function byNumber(operations: readonly RegisterOperation[], a: number, b: number): number {
  return operations[a]!.operation.op - operations[b]!.operation.op || a - b
}

function isAnsweredAt(before: RegisterOperation, after: RegisterOperation): boolean {
  return before.endUs === after.startUs && before.operation.op < after.operation.op
}
