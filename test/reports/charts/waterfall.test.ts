import assert from 'node:assert/strict'
import { barsOf, waterfallChart } from '../../../reports/charts/waterfall.ts'
import { runsOf } from '../../../reports/runs.ts'
import type { Failover } from '../../../scenarios/result-durations.ts'
import { test } from '../../support/test.ts'
import { fixture } from '../fixtures.ts'
import { drawn } from '../page-parts.ts'

const [run] = runsOf([fixture()])
const failover = run!.result.summary.failovers[0]!

function withOutage(fields: Partial<Failover>): Failover {
  return { ...failover, startMs: 10_000, durationMs: 200, ...fields }
}

const outageOf = (of: Failover) => barsOf(run!, of, false).find(({ label }) => label === 'client outage')

test('the client outage is a bar from the first operation that did not succeed to its end', async () => {
  const seen = withOutage({ clientOutageStartMs: 10_050, clientOutageMs: 400 })
  const bar = outageOf(seen)!
  assert.deepEqual([bar.fromMs, bar.toMs, bar.text], [50, 450, '400\u00a0ms'])
  const chart = waterfallChart([{ run: run!, failover: seen }], 1)
  assert.match(chart.text, /; client outage from 50\u00a0ms after the fault, for 400\u00a0ms\.$/)
  assert.match(chart.note!, /client outage: from the first operation that did not succeed/)
  assert.match(await drawn(chart.spec), />client/)
})

test('an outage that was not seen to end is drawn as long as the picture, and says so', () => {
  const open = withOutage({ clientOutageStartMs: 10_050, clientOutageMs: null })
  const bar = outageOf(open)!
  assert.deepEqual([bar.fromMs, bar.text], [50, 'not seen to end'])
  assert.equal(bar.toMs, 200)
  assert.match(waterfallChart([{ run: run!, failover: open }], 1).text, /after the fault, not seen to end\.$/)
})

test('where no operation failed, or an older file does not say when, there is no bar and no row for it', () => {
  const { clientOutageStartMs: _, ...older } = withOutage({ clientOutageMs: 400 })
  for (const none of [withOutage({ clientOutageStartMs: null, clientOutageMs: null }), older as Failover]) {
    assert.equal(outageOf(none), undefined)
    const chart = waterfallChart([{ run: run!, failover: none }], 1)
    assert.doesNotMatch(JSON.stringify(chart), /client outage/)
  }
})
