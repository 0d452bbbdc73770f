import assert from 'node:assert/strict'
import { renderReport } from '../../reports/html.ts'
import { summaryText } from '../../reports/terminal.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { simulate } from '../../sim/run.ts'
import { textOf } from '../reports/page-parts.ts'
import { assertClosedLoop } from '../scenarios/clients/closed-loop.ts'
import { STAMP } from '../scenarios/stamp.ts'
import { test } from '../support/test.ts'

const CRASH = `
name: closed-crash
workload: { mode: closed, clients: 8, thinkTime: 5ms, keys: { zipf: 0.99, count: 100 }, duration: 5s, deadline: 2s }
faults: [{ at: 2s, crash: source }]
checks: [acknowledged-writes-survive, single-writer, linearizable]
expect: { operations.unsent: 0, operations.failedShare: < 5%, checks: pass }
`

test('a closed loop goes through a failover: checks hold, nothing is unsent, and the same seed gives the same run', () => {
  const scenario = parseScenario(CRASH, 'x.yaml')
  const record = simulate(scenario, { seed: 1 })
  assertClosedLoop(record.operations, 8)
  assert.equal(simulate(scenario, { seed: 1 }).digest, record.digest)
  const { summary, checks, expectations } = judge(scenario, [record], STAMP)
  assert.deepEqual(
    [...checks, ...expectations].map(({ verdict }) => verdict),
    ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
  )
  assert.equal(summary.failovers.length, 1)
  assert.equal(summary.generator, undefined, 'nothing is due before its client is free')
  // By Little's law eight clients ask once in what an answer and a thought take.
  const { read, write } = summary.latencyMs
  const meanMs = (read.mean * read.count + write.mean * write.count) / (read.count + write.count)
  const expected = 8000 / (meanMs + 5)
  assert.ok(Math.abs(summary.throughputOpsPerSec / expected - 1) < 0.05, `${summary.throughputOpsPerSec} ${expected}`)
  assert.ok(Math.abs(summary.resolutionMs * summary.offeredOpsPerSec - 1000) < 1e-6)
})

test('terminal and report of a closed loop say what its latencies are not, and speak of no offered rate', async () => {
  const scenario = parseScenario(CRASH, 'x.yaml')
  const result = judge(scenario, [simulate(scenario, { seed: 1 })], STAMP)
  const text = summaryText(result, { colour: false, width: Number.POSITIVE_INFINITY }).replaceAll('\u00a0', ' ')
  assert.match(text, /! note {2}Closed loop: latency counts from the sending.*coordinated omission/)
  assert.match(text, /throughput +[\d,]+ ops\/s, as the answers allowed/)
  const page = textOf(await renderReport([result]))
  assert.match(page, /coordinated omission/)
  assert.match(page, /8 clients in a closed loop, each thinking 5 ms between two operations/)
  assert.match(page, /From the sending \(closed loop\)/)
  assert.doesNotMatch(page, /of the [\d,.]+\/s offered|open loop, poisson/)
})
