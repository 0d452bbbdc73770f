import assert from 'node:assert/strict'
import { headerText, liveLine, type Style, summaryText } from '../../reports/terminal.ts'
import { eventLine } from '../../reports/terminal-events.ts'
import { test } from '../support/test.ts'
import { emptyFixture, fixture, hostileFixture, withAlgorithms } from './fixtures.ts'

const PLAIN: Style = { colour: false, width: Number.POSITIVE_INFINITY }
const RESULTS = [
  fixture(),
  fixture({ failing: true }),
  fixture({ trials: 5 }),
  fixture({ complete: false }),
  emptyFixture(),
  hostileFixture(),
]

test('a summary has the numbers, every check with a mark, every expectation and the verdict', () => {
  for (const result of RESULTS) {
    const text = summaryText(result, PLAIN)
    assert.doesNotMatch(text, /undefined|NaN|\[object|Infinity/)
    for (const word of ['throughput', 'operations', 'writes', 'reads', 'lag', 'failover'])
      assert.ok(text.includes(word))
    for (const line of text.split('\n')) assert.equal(line, line.trimEnd())
    const marked = text.split('\n').filter((line) => /^ {2}(✓ pass|✗ fail|\? open) {2}/.test(line))
    assert.equal(marked.length, result.checks.length + result.expectations.length)
    assert.equal(text.includes('interrupted'), !result.complete)
  }
})

test('the lag is that of replicas that followed; who was away has a line of its own', () => {
  const result = fixture()
  const catchingUp = { count: 3077, maxMs: 10_936, perNode: { node1: { count: 3077, maxMs: 10_936 } } }
  const away = { ...result, summary: { ...result.summary, lagMs: { ...result.summary.lagMs, catchingUp } } }
  const text = summaryText(away, PLAIN).replaceAll('\u00a0', ' ')
  assert.match(
    text,
    /\n {2}lag +p50 0\.9 ms {2}p99 3\.4 ms {2}max 48 ms\n {17}node1 was away and caught up 10\.9 s of writes \(3,077 transactions\)\n/,
  )
  assert.doesNotMatch(summaryText(result, PLAIN), /was away/)
})

test('what a result says about itself cannot steer the terminal', () => {
  const result = hostileFixture()
  const evil = { ...result.checks[0]!, verdict: 'fail' as const, evidence: ['a\x1b[2Jb\nc\u009b1md'] }
  const text = summaryText({ ...result, checks: [evil] }, PLAIN)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are looked for.
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  assert.ok(text.includes('a [2Jb c 1md'))
})

test('no line is wider than the terminal, and colours are never left on', () => {
  for (const width of [20, 40, 80]) {
    const style: Style = { colour: true, width }
    for (const result of RESULTS)
      for (const line of [
        ...summaryText(result, style).split('\n'),
        ...result.events.flatMap((event) => (eventLine(event, style, true) ?? '').split('\n')),
      ]) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours.
        const shown = line.replace(/\x1b\[\d+m/g, '')
        assert.ok(shown.length <= width, line)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours.
        assert.equal(line.match(/\x1b\[[1-9]\d*m/g)?.length ?? 0, line.match(/\x1b\[0m/g)?.length ?? 0)
      }
  }
})

test('every decision has a line under --verbose, and the main ones without', () => {
  const { events } = fixture()
  for (const event of events) {
    const line = eventLine(event, PLAIN, true)
    assert.match(line!, /^ *-?\d+\.\d{3} s {2}\S/)
    if (event.kind === 'reign' || event.kind === 'note') assert.equal(eventLine(event, PLAIN), line)
    // With the others and what stood against them behind it.
    if (event.kind === 'elected') assert.ok(line!.startsWith(eventLine(event, PLAIN)!))
  }
  assert.ok(events.some((event) => eventLine(event, PLAIN) === null))
})

test('the live line shows what is known', () => {
  const live = {
    phase: 'workload',
    atUs: 12_340_000,
    offered: 5000,
    ok: 4990,
    failed: 4,
    unknown: 1,
    p99Ms: 3.31,
    lagMs: 0.7,
    source: 'node3',
    faults: ['crash node1 (source)'],
  }
  assert.equal(
    liveLine(live, 30_000_000, PLAIN).replaceAll('\u00a0', ' '),
    '  [====      ] 12.3 / 30 s  4,990 ok of 5,000  4 failed  1 unknown  p99 3.31 ms  lag 0.7 ms  source node3  crash node1 (source)',
  )
  const unknown = {
    ...live,
    offered: 0,
    ok: 0,
    failed: 0,
    unknown: 0,
    p99Ms: null,
    lagMs: null,
    source: null,
    faults: [],
  }
  assert.equal(liveLine(unknown, 30_000_000, PLAIN), '  [====      ] 12.3 / 30 s')
  assert.equal(
    liveLine({ ...unknown, phase: 'settling', atUs: 31_000_000 }, 30_000_000, PLAIN),
    '  [==========] 31.0 / 30 s  settling',
  )
  assert.equal(liveLine({ ...unknown, phase: 'preparing' }, 30_000_000, PLAIN), '  preparing the cluster')
})

test('the header says what runs, where, with which seeds and by which algorithms', () => {
  const { scenario } = fixture()
  const text = headerText({ ...scenario, version: '9.9', world: 'sim', seed: 3, trials: 5 }, PLAIN)
  assert.ok(text.startsWith(`${scenario.name} on sim, seed 3 to 7`))
  const { timestamps, quorum, election } = scenario.algorithms
  for (const name of [timestamps, quorum, election]) assert.ok(text.includes(name))
})

test('the header says which quorum is the same by law, wrapped to the width', () => {
  const { scenario } = withAlgorithms(fixture(), { quorum: 'cabinet' })
  const run = { ...scenario, version: '9.9', world: 'sim', seed: 3, trials: 1 }
  const lines = headerText(run, { ...PLAIN, width: 60 })
    .split('\n')
    .slice(2)
  assert.ok(lines.length > 2 && lines.every((line) => line.length <= 60))
  assert.match(
    lines.join(' ').replace(/\s+/g, ' '),
    /cabinet \(t=1\) and flexible \(t=1\) are the same rule, any one replica \(under cabinet the source and any one replica outweigh the rest whatever the ratio/,
  )
})
