/**
 * STRONG means linearizable: each key behaves as if every operation took effect at one moment between its sending and
 * its answer, and after what its own session did before it. Keys are judged one by one (linearizability is local:
 * Herlihy and Wing 1990), each by a search for an order (linearizability/search.ts), after the conflicts that convict
 * without one (linearizability/zones.ts). A search that has spent its steps leaves the verdict to the order that follows
 * from the zones (linearizability/order.ts), which is held against the history before it acquits.
 *
 * Pass: an order exists for every key with a STRONG read. Fail: for some key there is none; the contradiction is minimal.
 * Unknown: no STRONG read was answered.
 *
 * What it cannot see: anything about keys that nobody reads STRONG; a lost write that no read misses (that is
 * acknowledged-writes-survive); staleness of SESSION and EVENTUAL reads (they have checks of their own); and an order
 * that spans keys, which linearizability of single keys does not promise more than real time does.
 */

import type { Operation, RunRecord } from '../record.ts'
import type { CheckResult, ContradictingOperation } from '../result.ts'
import { rowsOf } from '../rows.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation, describeRead } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { complete } from './linearizability/completed.ts'
import { type Contradiction, contradictionOf, contradictionOfCircle } from './linearizability/contradiction.ts'
import { explains, orderOf } from './linearizability/order.ts'
import { type Phantom, type Register, registersOf } from './linearizability/register.ts'
import { search } from './linearizability/search.ts'
import { zonesOf } from './linearizability/zones.ts'

const NAME = 'linearizable'

export const LINEARIZABLE: Check = {
  name: NAME,
  says: 'an order of the operations of each key explains what every STRONG read returned',
  proves:
    "for each key an order of its operations, each within its interval, explains what every STRONG read returned (unknown writes at any time or never; what a session did before what it did next; Wing and Gong's search with Lowe's cache, and when its steps are spent the order that follows from Gibbons and Korach's zones). A failure comes with a minimal contradiction",
  cannotSee: 'keys without STRONG reads; a lost write that no read misses',
  evidence: ['history'],
  promisedBy: ['survives-failover'],
  level: null,
  needsSource: false,
  judge: check,
}

/** About a second's worth; a history of 10,000 operations over 100 keys takes some 30,000. */
const BUDGET_STEPS = 20_000_000
/** For deciding about a handful of operations. */
const CONTRADICTION_STEPS = 100_000

function check(record: RunRecord, _scenario: Scenario): CheckResult {
  return judgeRegisters(rowsOf(record.operations), BUDGET_STEPS)
}

/** `budgetSteps` is for all keys together; what one leaves is the others'. */
export function judgeRegisters(operations: readonly Operation[], budgetSteps: number): CheckResult {
  const findings = new Findings()
  const registers = registersOf(operations)
  let left = budgetSteps
  let smallest: { key: number; reason: string; operations: readonly Operation[] } | null = null
  for (const [index, register] of registers.entries()) {
    findings.examined += register.reads
    const verdict = judgeRegister(register, Math.floor(left / (registers.length - index)))
    left -= verdict.steps
    if (verdict.kind !== 'impossible') continue
    const { contradiction } = verdict
    findings.violation(
      'no-order',
      () =>
        `key ${register.key}: ${contradiction.reason}: ${contradiction.operations.map((operation) => (operation.kind === 'write' ? describeOperation(operation) : describeRead(operation))).join('; ')}`,
    )
    if (smallest === null || contradiction.operations.length < smallest.operations.length)
      smallest = { key: register.key, ...contradiction }
  }
  const result = findings.conclude(NAME, {
    pass: () =>
      `${count(registers.length, 'key')} with ${count(findings.examined, 'STRONG read')}: for each an order of its operations explains every answer`,
    fail: () =>
      `${findings.violations} of ${count(registers.length, 'key')} cannot be explained by any order of operations; ${smallest!.reason}`,
    nothing: 'no STRONG read was answered',
  })
  if (smallest === null) return result
  return { ...result, witness: { ...smallest, operations: smallest.operations.map(inMilliseconds) } }
}

type Verdict =
  | { readonly kind: 'linearizable'; readonly steps: number }
  | {
      readonly kind: 'impossible'
      readonly steps: number
      readonly contradiction: { readonly reason: string; readonly operations: readonly Operation[] }
    }

function judgeRegister({ key, operations, phantoms }: Register, budgetSteps: number): Verdict {
  const phantom = phantoms[0]
  if (phantom !== undefined) return { kind: 'impossible', steps: 0, contradiction: phantomContradiction(phantom) }
  const history = complete(operations)
  const conflict = contradictionOf(operations, history, CONTRADICTION_STEPS)
  if (conflict !== null) return convicted(conflict, 0)
  const { kind, steps } = search(history, budgetSteps)
  if (kind === 'linearizable') return { kind, steps }
  const ordering = orderOf(history, zonesOf(history))
  if (ordering.kind === 'circle')
    return convicted(contradictionOfCircle(ordering.circle, operations, history, CONTRADICTION_STEPS), steps)
  if (kind === 'impossible' || !explains(history, ordering.order))
    throw new Error(`assertion: key ${key} has no order, and no values that wait for one another`)
  return { kind: 'linearizable', steps }
}

function convicted({ reason, operations }: Contradiction, steps: number): Verdict {
  return {
    kind: 'impossible',
    steps,
    contradiction: { reason, operations: operations.map(({ operation }) => operation) },
  }
}

function phantomContradiction({ read, origin, reason }: Phantom): { reason: string; operations: readonly Operation[] } {
  return { reason: `read ${read.op} ${reason}`, operations: origin === null ? [read] : [origin, read] }
}

function inMilliseconds(operation: Operation): ContradictingOperation {
  const { op, kind, session, consistency, outcome, sentUs, endUs, node, value } = operation
  return {
    op,
    kind,
    session,
    consistency,
    outcome,
    sentMs: sentUs === null ? null : sentUs / 1000,
    endMs: endUs === null ? null : endUs / 1000,
    shows: kind === 'write' ? op : (value?.op ?? null),
    node,
  }
}
