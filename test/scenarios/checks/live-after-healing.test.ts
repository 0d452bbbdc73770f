import assert from 'node:assert/strict'
import { check } from '../../../scenarios/checks/live-after-healing.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import type { Operation, RunRecord } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import {
  crashRecord,
  endOf,
  fault,
  operation,
  type Refusal,
  RULE,
  record,
  refusal,
  reign,
  scenario,
} from '../healthy-history.ts'

const PHASE = scenario({ livenessUs: 3_000_000 })
const HEALED_US = 4_000_000

const write = (op: number, sentUs: number, fields: Partial<Operation> = {}) =>
  operation({ op, intendedUs: sentUs, sentUs, endUs: sentUs + 5_000, ...fields })
const lost = (op: number, sentUs: number) => write(op, sentUs, { outcome: 'unknown', endUs: null })

function judged(fields: Partial<RunRecord>) {
  return check(record({ healedUs: HEALED_US, ...fields }), PHASE)
}

test('a write acknowledged within the phase passes and says how soon', () => {
  const result = judged({ operations: [lost(1, 3_900_000), lost(2, 4_100_000), write(3, 4_300_000)] })
  assert.equal(result.verdict, 'pass')
  assert.match(result.detail, /^everything was healed at 4\.000000 s; 305 ms later write 3 /)
  assert.equal(result.examined, 2)
})

test('a write that had been sent before the healing shows nothing about it', () => {
  const result = judged({ operations: [write(1, 3_999_999), lost(2, 4_100_000)] })
  assert.equal(result.verdict, 'fail')
  assert.match(result.detail, /no write sent since was acknowledged, and no reason was stated$/)
})

test('neither an acknowledgement beyond the bound nor an EVENTUAL one is progress', () => {
  const late = judged({ operations: [write(1, 4_100_000, { endUs: 7_000_001 })] })
  assert.equal(late.verdict, 'fail')
  const weak = judged({ operations: [lost(1, 4_100_000), write(2, 4_200_000, { consistency: 'EVENTUAL' })] })
  assert.equal(weak.verdict, 'fail')
})

test('a refusal of the quorum rule is a reason where it is true; any other, and one that a reign has overtaken, is none', () => {
  const operations = [lost(1, 4_100_000)]
  const twoLost = {
    nodes: endOf([]),
    losses: ['node2', 'node3'].map((node) => ({ node, atUs: 1_000_000, kind: 'rebuilt' as const })),
  }
  const events = [reign(-1, 1, 1, ''), refusal(4_500_000, RULE, 'gone')]
  const excused = judged({ operations, events, ...twoLost })
  assert.equal(excused.verdict, 'pass')
  assert.match(excused.detail, /no write could be acknowledged: the source is gone, but the quorum rule needs 2/)
  const untrue = judged({ operations, events, ...twoLost, losses: twoLost.losses.slice(1) })
  assert.equal(untrue.verdict, 'fail')
  assert.match(untrue.detail, /the reason stated is not true, as enough members count: the source is gone, but/)
  const vague = [refusal(4_500_000, { code: 'no-candidate' })]
  const other = judged({ operations, events: vague, ...twoLost })
  assert.equal(other.verdict, 'fail')
  assert.match(other.detail, /none that safety permits: no stopped replica/)
  const overtaken = [refusal(4_500_000, RULE, 'gone'), reign(4_600_000, 2, 2, '')]
  assert.equal(judged({ operations, events: overtaken, ...twoLost }).verdict, 'fail')
  const early = [refusal(3_500_000, RULE)]
  assert.equal(judged({ operations, events: early, ...twoLost }).verdict, 'fail', 'stated before the healing')
})

test('a refusal excuses by its code and by no word of it', () => {
  const twoLost = {
    nodes: endOf([]),
    losses: ['node2', 'node3'].map((node) => ({ node, atUs: 1_000_000, kind: 'rebuilt' as const })),
  }
  const verdictOn = (event: Refusal) =>
    judged({ operations: [lost(1, 4_100_000)], events: [reign(-1, 1, 1, ''), event], ...twoLost }).verdict
  const rule = refusal(4_500_000, RULE, 'gone')
  assert.equal(verdictOn({ ...rule, reason: 'in other words' }), 'pass')
  assert.equal(verdictOn({ ...rule, why: { code: 'no-candidate' } }), 'fail')
})

test('where no write is offered after the healing nothing is shown', () => {
  assert.equal(judged({ operations: [write(1, 100)] }).verdict, 'unknown')
})

test('without a phase the load after the last fault is judged', () => {
  const result = check(crashRecord(), scenario())
  assert.equal(result.verdict, 'pass')
  assert.match(result.detail, /^everything was healed at 2\.500000 s; /)
})

test('a load that ends with faults on, or soon after the last of them, leaves it open', () => {
  const on = check(record({ faults: [fault({ atUs: 100 })], operations: [write(1, 200)] }), scenario())
  assert.equal(on.verdict, 'unknown')
  assert.match(on.detail, /still on when the load ended: give the scenario a liveness phase/)
  const soon = record({ faults: [fault({ atUs: 100, healedUs: 3_000_000 })], operations: [lost(1, 3_500_000)] })
  assert.equal(check(soon, scenario()).verdict, 'unknown')
})

test('the simulator heals, probes, and is found live; with a coordinator that never comes back it would not be', () => {
  const text = `
name: liveness
workload: { ratePerSec: 100, clients: 8, keys: 5, duration: 3s }
liveness: 4s
faults:   [{ at: 1s, crash: source }, { at: 1200ms, partition: [node2, node3] }]
`
  const parsed = parseScenario(text, 'liveness.yaml')
  const run = simulate(parsed, { seed: 1 })
  assert.equal(run.healedUs, 3_000_000)
  const result = check(run, parsed)
  assert.equal(result.verdict, 'pass', result.detail)
  assert.ok(result.examined >= 20)
  const silent = run.operations.map((o) => (o.sentUs! >= 3_000_000 && o.kind === 'write' ? lost(o.op, o.sentUs!) : o))
  assert.equal(check({ ...run, operations: silent }, parsed).verdict, 'fail')
})

test('a rebuilt replica that can never count again under quorum all ends in a stated refusal, not in endless moves', () => {
  const text = `
name: nobody-left-to-prove-it-to
algorithms: { quorum: all }
workload: { ratePerSec: 100, clients: 8, reads: 0.2, keys: 5, duration: 3s }
liveness: 12s
faults:   [{ at: 500ms, partition: source, direction: out, for: 2s }]
`
  const parsed = parseScenario(text, 'all.yaml')
  const run = simulate(parsed, { seed: 1 })
  assert.ok(run.events.some(({ kind }) => kind === 'rebuilt'))
  assert.equal(run.events.filter(({ kind }) => kind === 'reign').length, 2)
  const result = check(run, parsed)
  assert.equal(result.verdict, 'pass', result.detail)
  assert.match(result.detail, /any other source would have 2 replicas that count, and a write needs 3/)
})

test('in a closed loop the bound counts from the first write sent since: all clients may have waited for older ones', () => {
  const { workload } = scenario()
  const { clients, reads, consistency, keys, warmupUs, deadlineUs } = workload
  const closed = scenario({
    workload: {
      ...{ clients, reads, consistency, keys, durationUs: 30_000_000, warmupUs, deadlineUs },
      mode: 'closed',
      thinkTime: { kind: 'constant', us: 0 },
    },
  })
  const healed = {
    healedUs: null,
    endedUs: 30_000_000,
    faults: [fault({ atUs: 500_000, healedUs: 1_000_000 })],
  }
  // Sent before the healing and given up 13 s after it; what is sent then is acknowledged at once.
  const operations = [lost(1, 900_000), write(2, 14_000_000)]
  assert.equal(check(record({ ...healed, operations }), closed).verdict, 'pass')
  assert.equal(check(record({ ...healed, operations }), scenario()).verdict, 'fail')
  const silent = [lost(1, 900_000), lost(2, 14_000_000)]
  assert.equal(check(record({ ...healed, operations: silent }), closed).verdict, 'fail')
})
