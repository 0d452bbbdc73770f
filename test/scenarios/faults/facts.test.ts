import assert from 'node:assert/strict'
import { check as replicasConverge } from '../../../scenarios/checks/replicas-converge.ts'
import { disturbs, keepsAway, takesAway } from '../../../scenarios/faults/facts.ts'
import { FAULT_VERBS } from '../../../scenarios/faults/list.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judge } from '../../../scenarios/judge.ts'
import { failoversOf } from '../../../scenarios/measures/failovers.ts'
import { lagOf } from '../../../scenarios/measures/lag.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { CRASH_US, crashRecord, endOf, fault, operation, record, scenario } from '../healthy-history.ts'
import { STAMP } from '../stamp.ts'

const TAKING = FAULT_VERBS.filter(takesAway)

test('what takes its target away disturbs it, and what stays away until its undo was taken away', () => {
  for (const verb of FAULT_VERBS) {
    assert.ok(!takesAway(verb) || disturbs(verb), verb)
    assert.ok(!keepsAway(verb) || takesAway(verb), verb)
  }
  assert.ok(TAKING.includes('power-loss'))
})

test('a failover, its outage and its reason are the same whichever verb took the source away', () => {
  const of = (kind: (typeof TAKING)[number]) => {
    const faults = [fault({ atUs: CRASH_US, kind, label: 'the fault' })]
    return failoversOf(crashRecord({ faults }), scenario(), [])
  }
  for (const verb of TAKING) {
    assert.deepEqual(of(verb), of('crash'), verb)
    assert.match(of(verb).failovers[0]!.reason, /^the fault; /)
  }
})

test('a failover is counted from the fault that made its source lossy or slow', () => {
  for (const kind of ['lose', 'slow'] as const) {
    const faults = [fault({ atUs: CRASH_US, kind, label: `${kind} node1->*` })]
    const [only] = failoversOf(crashRecord({ faults }), scenario(), []).failovers
    assert.equal(only!.startMs, CRASH_US / 1000 + 1)
    assert.match(only!.reason, new RegExp(`^${kind} node1->\\*; `))
  }
})

test('what a replica missed is counted apart whichever verb took it away', () => {
  const lag = [{ node: 'node2', commitUs: [900_000, 1_100_000, 3_000_000], lagUs: [1_000, 1_001_000, 1_000] }]
  for (const kind of TAKING) {
    const faults = [fault({ atUs: 1_000_000, kind, target: ['node2'], healedUs: 2_000_000 })]
    const { max, catchingUp } = lagOf(record({ lag, faults }), scenario())
    assert.deepEqual([max, catchingUp!.count], [1, 1], kind)
  }
})

test('a server that a step took away for good is left out of the comparison whichever verb it was', () => {
  const operations = Array.from({ length: 9 }, (_, i) => operation({ op: i + 1 }))
  const nodes = endOf(operations, (node) => (node === 'node2' ? { role: 'down', reachable: false } : {}))
  for (const kind of FAULT_VERBS) {
    const faults = [fault({ atUs: CRASH_US, kind, target: ['node2'] })]
    const { verdict } = replicasConverge(record({ operations, nodes, faults }), scenario())
    assert.equal(verdict, keepsAway(kind) ? 'pass' : 'fail', kind)
  }
})

test('a power loss of the source is measured as its twin, the crash', () => {
  const summaryOf = (verb: string) => {
    const file = `
name: twin
workload: { ratePerSec: 300, duration: 8s }
faults: [{ at: 3s, ${verb}: source, for: 3s }]
`
    const parsed = parseScenario(file, 'twin.yaml')
    return judge(parsed, [simulate(parsed, { seed: 1 })], STAMP).summary
  }
  const [loss, crash] = [summaryOf('power-loss'), summaryOf('crash')]
  assert.deepEqual(loss.failoverMs, crash.failoverMs)
  assert.deepEqual(loss.clientOutageMs, crash.clientOutageMs)
  assert.ok(loss.lagMs.catchingUp!.count > 500, `${loss.lagMs.catchingUp!.count} caught up`)
  assert.ok(loss.lagMs.p99 < 5, `lag p99 ${loss.lagMs.p99} ms`)
  assert.match(loss.failovers[0]!.reason, /^power-loss node1 \(source\); /)
})
