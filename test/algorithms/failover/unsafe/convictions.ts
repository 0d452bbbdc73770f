/**
 * For each unsafe form of the coordinator a schedule of faults that convicts it: with the form exactly `fails` fail,
 * without it every check passes. `real`: made of nothing but what can be done to processes, so real servers show it too.
 */
import type { UnsafeForm } from '../../../../algorithms/failover/unsafe/forms.ts'
import { judge } from '../../../../scenarios/judge.ts'
import { parseScenario } from '../../../../scenarios/load.ts'
import type { RunRecord } from '../../../../scenarios/record.ts'
import type { CheckResult } from '../../../../scenarios/result.ts'
import type { CheckName, Scenario } from '../../../../scenarios/scenario.ts'

export interface Conviction {
  readonly form: UnsafeForm
  readonly fails: readonly CheckName[]
  readonly real: boolean
  readonly text: string
}

export const CONVICTIONS: readonly Conviction[] = [
  {
    form: 'success-without-quorum',
    fails: ['acknowledged-writes-survive'],
    real: true,
    text: `
description: Every replica is away while writes come; the source answers them ok all the same, and dies.
workload: { ratePerSec: 100, clients: 64, reads: 0, duration: 5s }
tuning: { quorumTimeout: 500ms }
faults:
  - { at: 2s, crash: [node2, node3, node4] }
  - { at: 3s, crash: node1 }
  - { at: 3100ms, restart: [node2, node3, node4] }
`,
  },
  {
    form: 'promotion-without-catch-up',
    fails: ['acknowledged-writes-survive'],
    real: true,
    text: `
description: A replica that slept through every write is the only one that answers when the source has died.
workload: { ratePerSec: 100, clients: 16, reads: 0, duration: 5s }
tuning: { quorumTimeout: 1s }
faults:
  - { at: 1s, crash: node4 }
  - { at: 3s, crash: [node1, node2, node3] }
  - { at: 3100ms, restart: node4 }
`,
  },
]

const CHECKS = ['acknowledged-writes-survive', 'single-writer', 'replicas-converge'] as const

export function scenarioOf({ form, text }: Conviction, unsafe: boolean): Scenario {
  const lines = [`name: ${form}`, ...(unsafe ? [`unsafe: [${form}]`] : []), text, `checks: [${CHECKS.join(', ')}]`]
  return parseScenario(lines.join('\n'), `${form}.yaml`)
}

export function checksOf(scenario: Scenario, record: RunRecord): readonly CheckResult[] {
  const stamp = { startedAt: '', versions: { quorumlab: '', node: '' }, machine: {}, coordinator: 'service' } as const
  return judge(scenario, [record], stamp).checks
}
