import assert from 'node:assert/strict'
import fc from 'fast-check'
import { logScale } from '../../../reports/charts/log-axis.ts'
import { test } from '../../support/test.ts'

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true })

test('a log axis holds every value, begins and ends on a tick, and has two to twelve of them', () => {
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1 }), (values) => {
      const { domain, ticks } = logScale(values)
      for (const value of values) assert.ok(domain[0] <= value && value <= domain[1], `${value} in ${domain}`)
      assert.deepEqual([ticks[0], ticks.at(-1)], [...domain])
      assert.ok(ticks.length >= 2 && ticks.length <= 12, `${ticks}`)
      assert.deepEqual(
        ticks,
        ticks.toSorted((a, b) => a - b),
      )
    }),
  )
})

test('values close together are not flattened between two decades', () => {
  assert.deepEqual(logScale([1.9, 3.3]), { domain: [1.5, 4], ticks: [1.5, 2, 3, 4] })
})

test('what has no place on a log axis is left out, and nothing at all still gives an axis', () => {
  assert.deepEqual(logScale([null, undefined, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]), {
    domain: [1, 10],
    ticks: [1, 10],
  })
  assert.deepEqual(logScale([null, 20, 0]).domain, [20, 30])
})
