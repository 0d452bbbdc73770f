import assert from 'node:assert/strict'
import { renderStress } from '../../reports/stress-html.ts'
import { stressLines, stressProgress } from '../../reports/stress-terminal.ts'
import type { StressResult } from '../../scenarios/stress-result.ts'
import { test } from '../support/test.ts'
import { chartsIn, drawn, includes, textOf } from './page-parts.ts'

const RESULT: StressResult = {
  schema: 'quorumlab.stress/1',
  quorumlab: '0.1.0',
  url: 'http://127.0.0.1:9000',
  command: 'npx quorumlab stress',
  startedAt: '2026-11-28T23:00:00.000Z',
  system: 'timestamps taas, quorum cabinet, election seer; acknowledged when applied',
  complete: true,
  samples: [0, 1_000, 2_000].map((atMs) => ({
    ...{ atMs, writesPerSec: atMs / 10, readsPerSec: 7, failedPerSec: 0, latencyP50Ms: 12, latencyP99Ms: 40 },
  })),
  runs: [
    {
      ...{ kind: 'failover', title: 'The source stopped under load', startMs: 0, endMs: 2_500 },
      sentence: 'mysql-instance-4 in place of mysql-instance-1',
      figures: [
        { name: 'acknowledged', value: 929, unit: '' },
        { name: 'outage', value: 1_611.25, unit: 'ms' },
        { name: 'last step', value: null, unit: 'ms' },
      ],
      steps: [{ name: 'promote', atMs: 786, detail: '<node4> & co' }],
      checks: [
        { name: 'acknowledged writes survive', verdict: 'fail', detail: '929 acknowledged, 928 rows, 1 lost' },
        { name: 'timestamps are unique', verdict: 'pass', detail: '0 violations' },
      ],
      answer: {},
    },
  ],
}

test('the page says verdict, figures, checks and steps, escaped, and draws its charts without a warning', async () => {
  const page = await renderStress(RESULT)
  const text = textOf(page)
  includes(text, '1 of 2 checks do not hold')
  includes(text, 'acknowledged writes survive')
  includes(text, '1611.3 ms')
  includes(text, 'npx quorumlab stress')
  assert.ok(page.includes('&#60;node4&#62;'))
  const charts = chartsIn(page)
  assert.deepEqual(
    charts.map(({ id }) => id),
    ['rate', 'latency'],
  )
  for (const { spec } of charts) assert.doesNotMatch(await drawn(spec), /NaN|Infinity/)
})

test('the terminal says the same in lines', () => {
  const lines = stressLines(RESULT, { colour: false, width: 100 })
  assert.equal(lines[0], 'stress of http://127.0.0.1:9000: 1 of 2 checks do not hold')
  assert.ok(lines.includes('    ✗ fail  acknowledged writes survive: 929 acknowledged, 928 rows, 1 lost'))
  assert.ok(lines.includes('    acknowledged 929, outage 1611.3 ms, last step -'))
})

test('progress is a line that says how many were done', () => {
  const record = { done: 37, total: 50, failed: 1, unknown: 2, latencyMs: { mean: 12.34 } }
  assert.equal(stressProgress('lag', record), '  lag  37 of 50, 1 failed, 2 unknown, mean 12.3 ms')
  assert.equal(stressProgress('lag', null), '  lag  ...')
})
