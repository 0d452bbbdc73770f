/** What a closed loop never does, of any history: used by its tests in both worlds. */
import assert from 'node:assert/strict'
import type { Operation } from '../../../scenarios/record.ts'
import type { ClosedWorkload } from '../../../scenarios/scenario.ts'

export const CLOSED: ClosedWorkload = {
  mode: 'closed',
  thinkTime: { kind: 'constant', us: 0 },
  clients: 4,
  reads: 0.5,
  consistency: 'STRONG',
  keys: 10,
  durationUs: 2_000_000,
  warmupUs: 0,
  deadlineUs: 300_000,
}

/** Never more than `clients` in flight, nothing unsent or late, and each client one after the other. */
export function assertClosedLoop(operations: readonly Operation[], clients: number): void {
  const freeUs = new Map<number, number>()
  for (const { op, intendedUs, sentUs, endUs, outcome, session } of operations) {
    assert.notEqual(outcome, 'unsent', `operation ${op}`)
    assert.equal(sentUs, intendedUs, `operation ${op} counts from its sending`)
    assert.ok(session !== null && session >= 1 && session <= clients)
    assert.ok((freeUs.get(session) ?? 0) <= sentUs!, `client ${session} was busy at ${sentUs} us`)
    freeUs.set(session, endUs ?? Number.POSITIVE_INFINITY)
  }
}
