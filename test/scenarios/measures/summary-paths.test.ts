import assert from 'node:assert/strict'
import { judge } from '../../../scenarios/judge.ts'
import { aggregatedPaths, pathPattern, readAggregate, summaryPaths } from '../../../scenarios/measures/summary-paths.ts'
import { test } from '../../support/test.ts'
import { crashRecord, scenario } from '../healthy-history.ts'
import { STAMP } from '../stamp.ts'

const { summary } = judge(scenario(), [crashRecord()], STAMP)

/** Every number in a value, by its path. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, path === '' ? key : `${path}.${key}`))
}

test('every number that a summary holds can be expected, but for intervals and rankings', () => {
  const known = new RegExp(pathPattern())
  const found = numbersIn(summary).filter((path) => !/\.(ci95|interval|rankings)(\.|$)/.test(path))
  assert.ok(found.length > 40)
  for (const path of found) assert.match(path, known)
})

test('the listed paths match the pattern, as do their aggregates; what is over all trials has none', () => {
  const known = new RegExp(pathPattern())
  const paths = summaryPaths(4)
  for (const path of [...paths, ...aggregatedPaths(paths)]) assert.match(path, known)
  assert.ok(paths.includes('lagMs.perNode.node4.p99') && !paths.includes('lagMs.perNode.node5.p99'))
  assert.ok(paths.includes('failovers.0.phases.detect') && paths.includes('failovers.length'))
  for (const wrong of [
    'failovers.durationMs',
    'median(failoverMs.max)',
    'mode(operations.ok)',
    'operations',
    'xoperations.ok',
  ])
    assert.doesNotMatch(wrong, known)
})

test('an aggregate is read apart from its path', () => {
  assert.deepEqual(readAggregate('median(operations.failed)'), { aggregate: 'median', path: 'operations.failed' })
  assert.deepEqual(readAggregate('max( lagMs.p99 )'), { aggregate: 'max', path: 'lagMs.p99' })
  assert.deepEqual(readAggregate('operations.failed'), { aggregate: null, path: 'operations.failed' })
})
