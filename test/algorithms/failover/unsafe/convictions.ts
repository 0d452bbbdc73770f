/**
 * For each unsafe form a schedule of faults that convicts it: with the form `fails` fail and nothing else may,
 * without it every check passes. `real`: made of nothing but what can be done to processes, so real servers show it too.
 */
import type { UnsafeForm } from '../../../../algorithms/failover/unsafe/forms.ts'
import type { CheckName } from '../../../../scenarios/checks/checks.ts'
import { parseScenario } from '../../../../scenarios/file/load.ts'
import { judge } from '../../../../scenarios/judge.ts'
import type { RunRecord } from '../../../../scenarios/record.ts'
import type { CheckResult } from '../../../../scenarios/result.ts'
import type { Scenario } from '../../../../scenarios/scenario.ts'

export interface Conviction {
  readonly form: UnsafeForm
  readonly fails: readonly CheckName[]
  /** What may fail besides, by the same fault and according to the moment. */
  readonly mayFail?: readonly CheckName[]
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
  {
    form: 'no-fencing',
    fails: ['acknowledged-writes-survive'],
    mayFail: ['single-writer'],
    real: false,
    text: `
description: The paused source wakes while its slow successor works off its backlog, and earns acknowledgements.
workload: { ratePerSec: 300, clients: 32, reads: 0, duration: 8s }
tuning: { unreachable: 500ms }
faults:
  - { at: 500ms, crash: node2, for: 200ms }
  - { at: 1500ms, crash: node3, for: 200ms }
  - { at: 3500ms, slow: node4, disk: 40ms, for: 3s }
  - { at: 4s, pause: node1, for: 950ms }
`,
  },
  {
    form: 'rejoin-without-comparison',
    fails: ['replicas-converge'],
    real: true,
    text: `
description: The paused source wakes with writes that nobody else has, and follows its successor as it is.
workload: { ratePerSec: 200, clients: 16, reads: 0, duration: 6s }
faults:
  - { at: 2s, pause: node1, for: 2s }
`,
  },
  {
    form: 'timestamp-catch-up',
    fails: ['acknowledged-writes-survive'],
    real: false,
    text: `
description: One timestamp server has slept and is far behind; the source is cut off from its replicas, and dies.
workload: { ratePerSec: 200, clients: 64, reads: 0, duration: 5s }
faults:
  - { at: 1s, pause: timestamp-1, for: 1s }
  - { at: 2800ms, partition: { split: [[node1], [node2, node3, node4]] } }
  - { at: 3s, crash: node1 }
`,
  },
  {
    form: 'semi-sync-alone',
    fails: ['acknowledged-writes-survive'],
    real: true,
    text: `
description: Every replica is away for longer than semi-sync waits; the source answers alone, and dies.
cluster: { semiSync: { timeout: 300ms } }
workload: { ratePerSec: 100, clients: 64, reads: 0, duration: 5s }
faults:
  - { at: 2s, crash: [node2, node3, node4] }
  - { at: 3s, crash: node1 }
  - { at: 3100ms, restart: [node2, node3, node4] }
`,
  },
  {
    form: 'volatile-limit',
    fails: ['timestamps-unique'],
    real: true,
    text: `
description: Every timestamp server is killed and started again, and begins at one once more.
algorithms: { timestamps: taas }
workload: { ratePerSec: 100, clients: 16, reads: 0, duration: 10s }
faults:
  - { at: 2s, crash: [timestamp-1, timestamp-2, timestamp-3, coordinator], for: 500ms }
`,
  },
]

const CHECKS = ['acknowledged-writes-survive', 'timestamps-unique', 'single-writer', 'replicas-converge'] as const

export function scenarioOf({ form, text }: Conviction, unsafe: boolean): Scenario {
  const lines = [`name: ${form}`, ...(unsafe ? [`unsafe: [${form}]`] : []), text, `checks: [${CHECKS.join(', ')}]`]
  return parseScenario(lines.join('\n'), `${form}.yaml`)
}

export function checksOf(scenario: Scenario, record: RunRecord): readonly CheckResult[] {
  const stamp = { startedAt: '', versions: { quorumlab: '', node: '' }, machine: {}, coordinator: 'service' } as const
  return judge(scenario, [record], stamp).checks
}
