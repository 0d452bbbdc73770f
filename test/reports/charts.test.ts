import assert from 'node:assert/strict'
import type { TopLevelSpec } from 'vega-lite'
import { renderReport } from '../../reports/html.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { emptyFixture, fixture, hostileFixture } from './fixtures.ts'
import { chartsIn, drawn } from './page-parts.ts'

/** In their order, wherever something was recorded. */
const OF_EVERY_RUN = ['timeline', 'throughput', 'latency-write', 'latency-read', 'distribution']

const CASES: readonly {
  readonly name: string
  readonly results: readonly Result[]
  readonly charts: readonly string[]
}[] = [
  {
    name: 'one run with a failover',
    results: [fixture()],
    charts: ['waterfall-1', ...OF_EVERY_RUN, 'lag'],
  },
  {
    name: 'simulated over measured, with trials',
    results: [fixture({ trials: 5 }), fixture({ world: 'local', trials: 5 })],
    charts: ['waterfall-1', 'trials', ...OF_EVERY_RUN, 'lag'],
  },
  {
    name: 'three runs',
    results: [fixture(), fixture({ seed: 2 }), fixture({ world: 'local' })],
    charts: ['waterfall-1', ...OF_EVERY_RUN, 'lag'],
  },
  {
    name: 'a run without a failover',
    results: [fixture({ crashes: 0 })],
    charts: [...OF_EVERY_RUN, 'lag'],
  },
  {
    name: 'weights that move, measured over simulated',
    results: [
      fixture({ quorum: 'weights', nodes: 7 }),
      fixture({ quorum: 'weights', nodes: 7, world: 'local', durationS: 40 }),
    ],
    charts: ['waterfall-1', ...OF_EVERY_RUN, 'lag', 'quorum', 'quorum-2'],
  },
  {
    name: 'a selection, on more servers than there are colours',
    results: [fixture({ quorum: 'selection', nodes: 50, crashes: 0 })],
    charts: [...OF_EVERY_RUN, 'lag', 'quorum'],
  },
  { name: 'a run in which nothing was recorded', results: [emptyFixture()], charts: [] },
  {
    name: 'hostile names',
    results: [hostileFixture()],
    charts: ['waterfall-1', ...OF_EVERY_RUN, 'lag'],
  },
  {
    name: 'one node, which has no replica',
    results: [fixture({ nodes: 1, crashes: 0 })],
    charts: [...OF_EVERY_RUN],
  },
  {
    name: 'seven nodes and three failovers',
    results: [fixture({ nodes: 7, crashes: 3 })],
    charts: ['waterfall-1', 'waterfall-2', 'waterfall-3', ...OF_EVERY_RUN, 'lag'],
  },
]

for (const { name, results, charts } of CASES)
  test(`every chart compiles and draws without a warning: ${name}`, { deadlineMs: 30_000 }, async () => {
    const found = chartsIn(await renderReport(results))
    assert.deepEqual(
      found.map(({ id }) => id),
      charts,
    )
    for (const { id, spec } of found) {
      const svg = await drawn(spec)
      assert.match(svg, /<path[^>]+d="M[^"]+"/, `${id} draws something`)
      assert.doesNotMatch(svg, /NaN|Infinity/, `${id} places everything`)
    }
  })

test('the logger of these tests does see a misspelt channel', async () => {
  const { spec } = chartsIn(await renderReport([fixture()]))[0]!
  const broken = JSON.parse(
    JSON.stringify(spec).replace('"yOffset"', '"y"').replaceAll('"x2"', '"xx2"'),
  ) as TopLevelSpec
  await assert.rejects(drawn(broken), /xx2/)
})

test('every chart over time can be told which stretch to show, and has the same margins', async () => {
  const charts = chartsIn(await renderReport([fixture({ nodes: 7 }), fixture({ nodes: 7, world: 'local' })]))
  const onTime = charts.filter(({ readout }) => readout !== null)
  assert.deepEqual(
    onTime.map(({ id }) => id),
    ['timeline', 'throughput', 'latency-write', 'latency-read', 'lag'],
  )
  const margins = new Set<string>()
  for (const { id, spec, readout } of onTime) {
    assert.deepEqual(spec.params, [{ name: 'timeDomain', value: null }], id)
    margins.add(/role-frame root[\s\S]*?<path class="background"[^>]* d="([^v"]*)/.exec(await drawn(spec))?.[1] ?? id)
    for (const line of readout!.lines) assert.equal(line.values.length, readout!.timesMs.length, id)
  }
  assert.equal(margins.size, 1, `plots of equal width: ${[...margins].join(' ')}`)
})

test('simulated lines are dashed and measured ones solid', async () => {
  const charts = chartsIn(await renderReport([fixture(), fixture({ world: 'local' })]))
  for (const id of ['throughput', 'latency-write', 'lag', 'distribution']) {
    const text = JSON.stringify(charts.find((chart) => chart.id === id)!.spec)
    assert.match(text, /"strokeDash":\[5,3\]/, id)
    assert.match(text, /"strokeDash":\[\]/, id)
  }
})

test('a node has one colour wherever it appears', async () => {
  const charts = chartsIn(await renderReport([fixture()]))
  const lag = charts.find(({ id }) => id === 'lag')!
  const timeline = JSON.stringify(charts.find(({ id }) => id === 'timeline')!.spec)
  assert.deepEqual(
    lag.key.map(({ label }) => label),
    ['node1', 'node2', 'node3', 'node4'],
  )
  assert.match(timeline, /"node":"node2"[^}]*"colour":"var\(--series-2\)"/)
  assert.match(JSON.stringify(lag.key), /"label":"node2","colour":"var\(--series-2\)"/)
})

test('a burst that does not fit into the frame says how high it is, and presses nothing flat', async () => {
  const calm = fixture({ crashes: 0 })
  const ok = calm.series.ok.map((amount, index) => (index === 150 || index === 152 ? 400 + index : amount))
  const { spec } = chartsIn(await renderReport([{ ...calm, series: { ...calm.series, ok } }])).find(
    ({ id }) => id === 'throughput',
  )!
  const labels = JSON.stringify(spec).match(/\u2191 [\d,]+\/s"/g)
  assert.deepEqual(labels, ['\u2191 5,520/s"'])
  assert.match(await drawn(spec), />1,000</, 'the axis ends near twice what was offered')
})
