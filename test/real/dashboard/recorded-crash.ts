/** A short simulated run whose source dies and comes back, judged: made once, because several tests look at it. */
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeTrial, resultOfTrials } from '../../../scenarios/judge.ts'
import type { Result } from '../../../scenarios/result.ts'
import { simulate } from '../../../sim/run.ts'

const SCENARIO = `
name: short-crash
workload: { ratePerSec: 400, clients: 16, reads: 0.3, duration: 4s, warmup: 500ms }
faults:
  - { at: 1s, crash: source }
  - { at: 2s, restart: crashed }
checks: [acknowledged-writes-survive]
`

let made: Result | null = null

export function crashResult(): Result {
  if (made !== null) return made
  const scenario = parseScenario(SCENARIO, 'short-crash.yaml')
  const trial = judgeTrial(scenario, simulate(scenario, { seed: 1 }))
  made = resultOfTrials(scenario, [trial], {
    startedAt: '2026-01-01T00:00:00.000Z',
    versions: { quorumlab: '0.1.0', node: 'v20.0.0' },
    machine: {},
    coordinator: 'service',
  })
  return made
}
