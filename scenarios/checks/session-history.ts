/**
 * What sessions did, key by key, for the checks on sessions and on staleness; and when one row is certainly older than
 * another, by the clients' own clock alone (positions and GTIDs order the rows of a key differently in the two worlds,
 * see linearizability/register.ts).
 */

import type { Operation, RunRecord } from '../record.ts'
import { rowsOf } from '../rows.ts'

export class KeyHistories {
  readonly writes = new Map<number, Operation>()
  /** By write: the reads that showed it and ended first, in the same microsecond if there are several. */
  readonly #firstShown = new Map<number, Operation[]>()

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      if (operation.kind === 'write') this.writes.set(operation.op, operation)
      else if (operation.value !== null && operation.endUs !== null) {
        const { op } = operation.value
        const first = this.#firstShown.get(op)
        const laterUs = first === undefined ? -1 : operation.endUs - first[0]!.endUs!
        if (laterUs < 0) this.#firstShown.set(op, [operation])
        else if (laterUs === 0) first!.push(operation)
      }
    }
  }

  /** It was committed by then: it had been answered, or somebody had been shown it. Infinite: never seen. */
  visibleByUs(write: Operation): number {
    const shownUs = this.#firstShown.get(write.op)?.[0]?.endUs ?? Number.POSITIVE_INFINITY
    return write.outcome === 'ok' && write.endUs !== null ? Math.min(write.endUs, shownUs) : shownUs
  }

  /** `row` was there before `write` was sent, so it is not the newest row once `write` is there. Null: no row at all. */
  isOlder(row: Operation | null, write: Operation): boolean {
    if (row === null) return true
    if (row === write) return false
    // The operations of a session follow one another, also where they touch in one microsecond.
    if (row.session !== null && row.session === write.session && row.outcome === 'ok') return row.op < write.op
    if (write.sentUs === null) return false
    const visibleUs = this.visibleByUs(row)
    return visibleUs < write.sentUs || (visibleUs === write.sentUs && this.#wasSeenBy(row, write))
  }

  /** By the write's own session, in a read that ended in the microsecond in which the write was sent. */
  #wasSeenBy(row: Operation, { session, sentUs, op }: Operation): boolean {
    if (session === null) return false
    const reads = this.#firstShown.get(row.op) ?? []
    return reads.some((read) => read.session === session && read.endUs === sentUs && read.op < op)
  }

  /** What the read shows; undefined: a row that no write of this run stored (linearizable convicts that). */
  shownBy(read: Operation): Operation | null | undefined {
    return read.value === null ? null : this.writes.get(read.value.op)
  }
}

/** Several checks ask for the same. */
const HISTORIES = new WeakMap<RunRecord, KeyHistories>()

export function keyHistories(record: RunRecord): KeyHistories {
  let histories = HISTORIES.get(record)
  if (histories === undefined) HISTORIES.set(record, (histories = new KeyHistories(rowsOf(record.operations))))
  return histories
}

/** Is more promised than EVENTUAL does? */
export function isPromised({ consistency }: Operation): boolean {
  return consistency !== 'EVENTUAL'
}

/** The operations of each session, in the order in which it made them. Only those that were sent. */
export function sessionsOf(operations: readonly Operation[]): Map<number, Operation[]> {
  const sessions = new Map<number, Operation[]>()
  for (const operation of operations) {
    if (operation.session === null || operation.sentUs === null) continue
    const session = sessions.get(operation.session)
    if (session === undefined) sessions.set(operation.session, [operation])
    else session.push(operation)
  }
  for (const session of sessions.values()) session.sort((a, b) => a.op - b.op)
  return sessions
}
