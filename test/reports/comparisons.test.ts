import assert from 'node:assert/strict'
import {
  type ComparedResults,
  comparisonCsv,
  comparisonJson,
  comparisonMarkdown,
} from '../../reports/export/comparison-formats.ts'
import { renderReport } from '../../reports/html.ts'
import { comparisonsText } from '../../reports/terminal-comparisons.ts'
import { compareAll } from '../../scenarios/measures/compare-results.ts'
import type { Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'

function slower(result: Result, factor: number): Result {
  const trials = result.trials.map((trial) => ({ ...trial, failoverMs: trial.failoverMs.map((ms) => ms! * factor) }))
  return { ...result, trials }
}

function compared(...results: Result[]): ComparedResults {
  return { paths: results.map((_, index) => `out/run ${index}`), results, comparisons: compareAll(results) }
}

const THREE = compared(fixture({ trials: 20 }), slower(fixture({ trials: 20, election: 'most-advanced' }), 2), {
  ...fixture({ trials: 20 }),
  complete: false,
})

test('of three results each of the others stands beside the first, on a terminal', () => {
  const text = comparisonsText(THREE)
  assert.match(text, /^a {2}out\/run 0\nb {2}out\/run 1\nc {2}out\/run 2\n/)
  assert.match(text, /\n {2}a, b: compared: election: seer-score and most-advanced\n/)
  assert.match(text, /\n {2}a, c: not ranked: c was interrupted\n/)
  assert.match(text, /\n +a +b +c\n/)
  assert.match(text, /failoverMs \(ms\) .* \+100\u00a0% {2}worse \(p < 0\.001\)/)
  for (const line of comparisonsText(THREE, 40).split('\n')) assert.ok(line.length <= 40, line)
})

test('a report of three holds one table with a column for each', async () => {
  const page = await renderReport(THREE.results, THREE.comparisons)
  const section = /<section id="comparison">.*?<\/section>/s.exec(page)![0]
  assert.equal(section.match(/<th scope="col"/g)!.length, 4)
  assert.match(section, /most-advanced is worse|is worse<\/strong>/)
  assert.match(section, /was interrupted/)
})

test('JSON has everything, CSV a row for each measure and other, Markdown one table', () => {
  const json = JSON.parse(comparisonJson(THREE))
  assert.equal(json.schema, 'quorumlab.comparison/1')
  assert.deepEqual(json.comparisons, JSON.parse(JSON.stringify(THREE.comparisons)))
  assert.deepEqual(
    json.results.map(({ path, complete }: { path: string; complete: boolean }) => [path, complete]),
    [
      ['out/run 0', true],
      ['out/run 1', true],
      ['out/run 2', false],
    ],
  )
  const [head, ...rows] = comparisonCsv(THREE).trimEnd().split('\n')
  assert.equal(rows.length, THREE.comparisons.flatMap((one) => one.rows).length)
  const fields = rows[0]!.split(',')
  assert.equal(fields.length, head!.split(',').length)
  assert.deepEqual(fields.slice(0, 4), ['out/run 0', 'out/run 1', 'failoverMs', 'ms'])
  assert.equal(fields.at(-1), 'other is worse')
  const lines = comparisonMarkdown(THREE).split('\n')
  assert.deepEqual(lines.slice(0, 2), ['|  | a | b | c |', '| --- | ---: | ---: | ---: |'])
  assert.match(lines[2]!, /^\| failoverMs \(ms\) \| .*\*\*worse\*\*/)
})

test('what a path says is no formula, no further field and no markup', () => {
  const hostile = { ...THREE, paths: ['=1+1', 'a","b', '`x`|y'] }
  assert.match(comparisonCsv(hostile), /\n'=1\+1,"a"",""b",/)
  assert.ok(comparisonMarkdown(hostile).includes("- c: `'x'|y`"))
})
