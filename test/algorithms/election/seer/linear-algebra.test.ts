import assert from 'node:assert/strict'
import fc from 'fast-check'
import { dot, elasticNet, leastSquares, mean, standardOf } from '../../../../algorithms/election/seer/linear-algebra.ts'
import { test } from '../../../support/test.ts'

const entry = fc.double({ min: -10, max: 10, noNaN: true })
const problem = fc
  .record({ features: fc.integer({ min: 1, max: 5 }), samples: fc.integer({ min: 6, max: 30 }) })
  .chain(({ features, samples }) => {
    const column = fc.array(entry, { minLength: samples, maxLength: samples })
    return fc.record({ columns: fc.array(column, { minLength: features, maxLength: features }), y: column })
  })

function product(columns: readonly (readonly number[])[], weights: readonly number[]): number[] {
  return columns[0]!.map((_, i) => columns.reduce((sum, column, j) => sum + column[i]! * weights[j]!, 0))
}

test('least squares leaves a residual that is orthogonal to every column: the normal equations, for any matrix', () => {
  fc.assert(
    fc.property(problem, ({ columns, y }) => {
      const weights = leastSquares(columns, y)
      const fitted = product(columns, weights)
      const residual = y.map((value, i) => value - fitted[i]!)
      for (const column of columns) {
        const size = Math.sqrt(dot(column, column) * dot(y, y))
        // What was left out as dependent may leave as much as it was allowed to.
        assert.ok(Math.abs(dot(column, residual)) <= 1e-6 * size + 1e-9, `${dot(column, residual)} of ${size}`)
      }
    }),
    { numRuns: 300 },
  )
})

test('least squares finds the weights that made the data, and gives a repeated column nothing', () => {
  const columns = [
    [1, 2, 3, 4, 5],
    [1, 0, 2, 0, 3],
    [1, 2, 3, 4, 5],
  ]
  const weights = leastSquares(columns, product(columns, [2, -3, 0]))
  for (const [i, expected] of [2, -3, 0].entries()) assert.ok(Math.abs(weights[i]! - expected) < 1e-9)
})

/** Orthogonal columns of mean square 1: Walsh functions. */
const WALSH = [
  [1, 1, 1, 1, -1, -1, -1, -1],
  [1, 1, -1, -1, 1, 1, -1, -1],
  [1, -1, 1, -1, 1, -1, 1, -1],
]

test('for an orthogonal design the elastic net is the softened projection over 1 + its ridge', () => {
  const strength = fc.double({ min: 0, max: 2, noNaN: true })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(entry, { minLength: 8, maxLength: 8 }), strength, share, (y, alpha, l1) => {
      const weights = elasticNet(WALSH, y, alpha, l1)
      WALSH.forEach((column, j) => {
        const pull = dot(column, y) / 8
        const softened = Math.sign(pull) * Math.max(0, Math.abs(pull) - alpha * l1)
        assert.ok(Math.abs(weights[j]! - softened / (1 + alpha * (1 - l1))) < 1e-9)
      })
    }),
    { numRuns: 200 },
  )
})

test('the elastic net cannot be improved by moving any one weight', () => {
  const cost = (columns: readonly (readonly number[])[], y: readonly number[], weights: readonly number[]) => {
    const fitted = product(columns, weights)
    const squares = y.reduce((sum, value, i) => sum + (value - fitted[i]!) * (value - fitted[i]!), 0) / (2 * y.length)
    return squares + 0.3 * weights.reduce((sum, w) => sum + 0.5 * Math.abs(w) + 0.25 * w * w, 0)
  }
  fc.assert(
    fc.property(problem, ({ columns, y }) => {
      const weights = elasticNet(columns, y, 0.3, 0.5)
      const found = cost(columns, y, weights)
      for (const j of weights.keys())
        for (const step of [-0.01, 0.01]) {
          const moved = weights.map((w, i) => (i === j ? w + step : w))
          assert.ok(cost(columns, y, moved) >= found - 1e-9)
        }
    }),
    { numRuns: 100 },
  )
})

test('a column that is constant but for rounding has no scale', () => {
  assert.equal(standardOf([0.1 + 0.2, 0.3, 0.3]).scale, 0)
  assert.equal(standardOf([1, 3]).scale, 1)
  assert.equal(mean([]), 0)
})
