/**
 * No two operations carry the same timestamp, whatever became of them: a timestamp that was handed out twice is broken
 * even where one of the two operations failed.
 */

import { ascendingOrder } from '../measures/ascending-order.ts'
import type { RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Check } from './check.ts'
import { describeOperation, describeTimestamp } from './evidence-text.ts'
import { count, Findings } from './findings.ts'
import { stampedOperations } from './stamped.ts'

const NAME = 'timestamps-unique'

export const TIMESTAMPS_UNIQUE: Check = {
  name: NAME,
  says: 'no timestamp is given twice',
  proves: 'no two operations carry the same timestamp, whatever became of them',
  cannotSee: 'timestamps whose client was never told',
  evidence: ['timestamps'],
  promisedBy: ['unique-timestamps'],
  level: null,
  needsSource: false,
  judge: check,
}

export function check(record: RunRecord, _scenario: Scenario): CheckResult {
  const findings = new Findings()
  const { operations, counter, server } = stampedOperations(record)
  findings.examined = operations.length
  const order = ascendingOrder(counter)
  // Equal counters are neighbours now; among them, the first operation of each server is the rightful one.
  const rightful = new Map<number, number>()
  for (let at = 1; at < order.length; at++) {
    const index = order[at]!
    if (counter[index] !== counter[order[at - 1]!]) {
      rightful.clear()
      continue
    }
    if (rightful.size === 0) rightful.set(server[order[at - 1]!]!, order[at - 1]!)
    const first = rightful.get(server[index]!)
    if (first === undefined) rightful.set(server[index]!, index)
    else
      findings.violation('given-twice', () => {
        const [earlier, later] = [operations[first]!, operations[index]!]
        return `${describeTimestamp(later.timestamp!)} was given to ${describeOperation(earlier)} and to ${describeOperation(later)}`
      })
  }
  return findings.conclude(NAME, {
    pass: () => `${count(findings.examined, 'timestamp')}, all different`,
    fail: () => `${findings.violations} of ${findings.examined} timestamps had been given out before`,
    nothing: 'no operation carries a timestamp',
  })
}
