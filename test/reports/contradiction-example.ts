/** Four operations to be drawn; what they prove is of no interest here. */
import type { ContradictingOperation, Contradiction } from '../../scenarios/result.ts'

const done = (
  op: number,
  kind: 'read' | 'write',
  shows: number | null,
  sentMs: number,
  endMs: number,
): ContradictingOperation => ({
  op,
  kind,
  session: op,
  consistency: 'STRONG',
  outcome: 'ok',
  sentMs,
  endMs,
  shows,
  node: 'node1',
})

/** A read of what had been replaced, an unknown write beside it, and a moment shared by two operations. */
export const CONTRADICTION: Contradiction = {
  key: 3,
  reason: 'write 1 had ended before <write> 2 was sent',
  operations: [
    done(1, 'write', 1, 0, 10),
    { ...done(2, 'write', 2, 10, 0), outcome: 'unknown', endMs: null },
    { ...done(3, 'read', 1, 10_000, 10_002), session: null },
    { ...done(4, 'read', null, 10_003, 10_004), consistency: 'SESSION' },
  ],
}
