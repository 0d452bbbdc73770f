/** Transactions on a few hot keys, held to the same promises in both worlds. */
import assert from 'node:assert/strict'
import type { RunRecord } from '../../../scenarios/record.ts'
import { numbersOf } from '../../../scenarios/rows.ts'

/** Of `statements` rows each, every server has all or none, and none of one that certainly failed. */
export function assertAllOrNothing({ operations, nodes }: RunRecord, statements: number): void {
  const writes = operations.filter(({ kind }) => kind === 'write')
  assert.ok(writes.length > 0)
  for (const write of writes) {
    const numbers = numbersOf(write)
    assert.equal(numbers.length, statements)
    for (const { node, ops } of nodes) {
      if (ops === null) continue
      const there = numbers.filter((op) => ops.has(op)).length
      assert.ok(there === 0 || there === statements, `${node} has ${there} rows of write ${write.op}`)
      assert.ok(there === 0 || write.outcome !== 'failed', `${node} has write ${write.op}, which failed`)
    }
  }
}

/** How many writes ended with this reason. */
export function endedBy({ operations }: RunRecord, code: string): number {
  return operations.filter(({ why }) => why?.code === code).length
}
