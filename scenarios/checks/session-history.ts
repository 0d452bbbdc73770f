/**
 * What sessions did, key by key, for the checks on sessions and on staleness; and when one row is certainly older than
 * another, by the clients' own clock alone (positions and GTIDs order the rows of a key differently in the two worlds,
 * see linearizability/register.ts).
 */
import type { Operation, RunRecord } from '../record.ts'

export class KeyHistories {
  readonly writes = new Map<number, Operation>()
  /** By write: the earliest end of a read that showed it. */
  readonly #shownByUs = new Map<number, number>()

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      if (operation.kind === 'write') this.writes.set(operation.op, operation)
      else if (operation.value !== null && operation.endUs !== null) {
        const { op } = operation.value
        this.#shownByUs.set(op, Math.min(operation.endUs, this.#shownByUs.get(op) ?? operation.endUs))
      }
    }
  }

  /** It was committed by then: it had been answered, or somebody had been shown it. Infinite: never seen. */
  visibleByUs(write: Operation): number {
    const shownUs = this.#shownByUs.get(write.op) ?? Number.POSITIVE_INFINITY
    return write.outcome === 'ok' && write.endUs !== null ? Math.min(write.endUs, shownUs) : shownUs
  }

  /** `row` was there before `write` was sent, so it is not the newest row once `write` is there. Null: no row at all. */
  isOlder(row: Operation | null, write: Operation): boolean {
    if (row === null) return true
    if (row === write) return false
    // The operations of a session follow one another, also where they touch in one microsecond.
    if (row.session !== null && row.session === write.session && row.outcome === 'ok') return row.op < write.op
    return write.sentUs !== null && this.visibleByUs(row) < write.sentUs
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
  if (histories === undefined) HISTORIES.set(record, (histories = new KeyHistories(record.operations)))
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
