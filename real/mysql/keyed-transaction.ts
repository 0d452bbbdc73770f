/**
 * A write of several rows, or of rows with a payload: BEGIN, two statements for each row, COMMIT, in one text. The first of
 * the two takes the key's lock, and all are held until the commit, so that rows of a key lie in the order of their commits.
 * Keys come in the order in which they were drawn: transactions may deadlock, as those of applications do.
 */
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Executed, KeyedStatement } from '../../algorithms/statements.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import { gtidOf } from './answers.ts'
import { type ChangeHeader, type Exchange, step } from './exchange.ts'
import { statementFailure } from './failure.ts'

export function* transaction(statement: KeyedStatement, timestamp: Timestamp | null): Exchange<Executed> {
  const answer = yield step(textOf(statement, timestamp))
  if (answer.error !== null) {
    const failure = statementFailure(answer.error)
    // What ended it may have been one statement alone: the others are taken back, and their locks with them.
    const undone = yield step('ROLLBACK')
    return undone.error === null ? failure : unknown(failure.why)
  }
  const headers = (Array.isArray(answer.result) ? answer.result : [answer.result]) as readonly ChangeHeader[]
  // Of the COMMIT.
  const gtid = gtidOf({ ...answer, result: headers.at(-1) })
  return gtid == null
    ? unknown({ code: 'no-gtid' })
    : { kind: 'ok', reply: { gtid, executed: null, result: null, repeats: null } }
}

function textOf({ op, key, moreKeys = [], payloadBytes = 0 }: KeyedStatement, timestamp: Timestamp | null): string {
  const stamp = timestamp === null ? 'NULL, NULL' : `${integer(timestamp.counter)}, ${integer(timestamp.server)}`
  const payload = payloadBytes === 0 ? 'NULL' : `'${'x'.repeat(integer(payloadBytes))}'`
  const insert = (number: number, keyId: number) =>
    `INSERT INTO quorumlab.operations (op, key_id, ts_counter, ts_server, payload) VALUES (${integer(number)}, ${integer(keyId)}, ${stamp}, ${payload})`
  if (moreKeys.length === 0) return insert(op, key)
  const statements = [key, ...moreKeys].flatMap((keyId, i) => [
    `INSERT INTO quorumlab.latest (key_id, op) VALUES (${integer(keyId)}, ${integer(op + i)}) ON DUPLICATE KEY UPDATE op = ${integer(op + i)}`,
    insert(op + i, keyId),
  ])
  return ['BEGIN', ...statements, 'COMMIT'].join('; ')
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error(`assertion: an integer goes into SQL, found ${String(value)}`)
  return value
}
