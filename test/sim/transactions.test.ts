/** Transactions of several statements and rows with payloads, in the simulator. */
import assert from 'node:assert/strict'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { simulate } from '../../sim/run.ts'
import { assertAllOrNothing, endedBy } from '../scenarios/clients/transactions.ts'
import { STAMP } from '../scenarios/stamp.ts'
import { test } from '../support/test.ts'

function ran(workload: string, rest = '') {
  const text = `name: transactions\ncluster: { nodes: 4 }\nworkload: { clients: 64, duration: 10s, ${workload} }\n${rest}`
  const scenario = parseScenario(text, 'transactions.yaml')
  const record = simulate(scenario, { seed: 1 })
  return { record, result: judge(scenario, [record], STAMP) }
}

const CHECKS =
  'checks: [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge, linearizable, read-your-writes, monotonic-sessions]\n'

test('transactions on hot keys through a crash of the source: all or nothing, and every row keeps its promises', () => {
  const faults = 'faults: [{ at: 3s, crash: source, for: 2s }, { at: 7s, crash: source, for: 1s }]\n'
  const { record, result } = ran(
    'ratePerSec: 400, consistency: { STRONG: 0.6, SESSION: 0.4 }, keys: { zipf: 0.99, count: 30 }, transaction: { statements: 3 }, payload: 1kB',
    CHECKS + faults,
  )
  assertAllOrNothing(record, 3)
  assert.deepEqual(
    result.checks.filter(({ verdict }) => verdict !== 'pass'),
    [],
  )
  assert.equal(result.summary.failovers.length, 2)
  assert.ok(endedBy(record, 'deadlock') > 0, 'thirty hot keys: some transactions have to give way')
})

test('who gave way to another transaction is a failed operation, and no outage', () => {
  const { record, result } = ran('ratePerSec: 800, reads: 0, keys: 4, transaction: { statements: 3 }', CHECKS)
  const gaveWay = endedBy(record, 'deadlock') + endedBy(record, 'lock-wait-timeout')
  assert.ok(gaveWay > 20, `${gaveWay}`)
  assert.equal(result.summary.operations.failed, gaveWay)
  assert.equal(result.summary.outages?.count, 0)
  assertAllOrNothing(record, 3)
})

test('a transaction waits while another one holds its key, until that has committed', () => {
  const apart = ran('ratePerSec: 1500, reads: 0, keys: 100000, transaction: { statements: 2 }').result.summary
  const together = ran('ratePerSec: 1500, reads: 0, keys: { zipf: 5, count: 2 }, transaction: { statements: 2 }').result
    .summary
  // Nearly all of them take the same key first.
  const [free, waiting] = [apart.latencyMs.write.p99!, together.latencyMs.write.p99!]
  assert.ok(waiting > free + 0.5, `${waiting} ms beside ${free} ms`)
})

test('rows and bytes take their time on the source, on the wire and on the replicas', () => {
  const load = 'ratePerSec: 100, reads: 0, keys: 100000'
  const one = ran(load).result.summary
  const several = ran(`${load}, transaction: { statements: 10 }`).result.summary
  const large = ran(`${load}, payload: 500kB`).result.summary
  assert.ok(several.latencyMs.write.p50! > one.latencyMs.write.p50! + 1, `${several.latencyMs.write.p50}`)
  // 2.5 ms in a session, 1 to a disk and 4 on the wire, and at a replica 2 and 1 more.
  assert.ok(large.latencyMs.write.p50! > one.latencyMs.write.p50! + 9, `${large.latencyMs.write.p50}`)
  assert.ok(large.lagMs.p50! > one.lagMs.p50! + 6, `${large.lagMs.p50}`)
})
