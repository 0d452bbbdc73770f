/**
 * The little linear algebra that SEER's regressions need. A matrix is an array of columns, because everything here goes
 * through columns; every column has as many entries as there are samples.
 */

export type Column = readonly number[]

export function dot(a: Column, b: Column): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

export function mean(values: Column): number {
  let sum = 0
  for (const value of values) sum += value
  return values.length === 0 ? 0 : sum / values.length
}

/** Mean and population standard deviation; `scale` is 0 for a column that is constant but for rounding. */
export interface Standard {
  readonly mean: number
  readonly scale: number
}

export function standardOf(column: Column): Standard {
  const centre = mean(column)
  let squares = 0
  for (const value of column) squares += (value - centre) * (value - centre)
  const scale = Math.sqrt(squares / Math.max(1, column.length))
  return { mean: centre, scale: scale <= 1e-9 * Math.abs(centre) ? 0 : scale }
}

/** (value - mean) / scale; 0 where the column was constant, so that it says nothing. */
export function standardised(value: number, { mean: centre, scale }: Standard): number {
  return scale === 0 ? 0 : (value - centre) / scale
}

/** A column that lies within this share of its length in the span of earlier ones adds nothing but rounding. */
const DEPENDENT = 1e-8

/**
 * Coefficients w that minimise |y - Xw|^2. Gram-Schmidt, each column made orthogonal twice (once is not enough in
 * floating point). A column in the span of the ones before it gets 0, so any X has an answer.
 */
export function leastSquares(columns: readonly Column[], y: Column): number[] {
  const basis: { readonly index: number; readonly direction: number[]; readonly upper: number[]; norm: number }[] = []
  const rest = [...y]
  const shares: number[] = []
  columns.forEach((column, index) => {
    const direction = [...column]
    const upper = basis.map(() => 0)
    for (let pass = 0; pass < 2; pass++)
      basis.forEach((earlier, i) => {
        const share = dot(earlier.direction, direction)
        upper[i]! += share
        subtract(direction, share, earlier.direction)
      })
    const length = Math.sqrt(dot(direction, direction))
    if (length <= DEPENDENT * Math.sqrt(dot(column, column))) return
    for (let i = 0; i < direction.length; i++) direction[i]! /= length
    const share = dot(direction, rest)
    subtract(rest, share, direction)
    shares.push(share)
    basis.push({ index, direction, upper, norm: length })
  })
  // Back substitution through the triangle.
  const found: number[] = new Array(basis.length).fill(0)
  for (let i = basis.length - 1; i >= 0; i--) {
    let value = shares[i]!
    for (let j = i + 1; j < basis.length; j++) value -= basis[j]!.upper[i]! * found[j]!
    found[i] = value / basis[i]!.norm
  }
  const weights: number[] = new Array(columns.length).fill(0)
  basis.forEach(({ index }, i) => {
    weights[index] = found[i]!
  })
  return weights
}

function subtract(from: number[], factor: number, column: Column): void {
  for (let i = 0; i < from.length; i++) from[i]! -= factor * column[i]!
}

const MAX_SWEEPS = 1_000
const CONVERGED = 1e-7

/**
 * Coefficients w that minimise |y - Xw|^2 / 2n + strength * (l1Share * |w|_1 + (1 - l1Share) / 2 * |w|^2), by cyclic
 * coordinate descent. Meant for centred y and standardised columns.
 */
export function elasticNet(columns: readonly Column[], y: Column, strength: number, l1Share: number): number[] {
  const n = y.length
  const weights: number[] = new Array(columns.length).fill(0)
  const squares = columns.map((column) => dot(column, column) / n)
  const rest = [...y]
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let largestChange = 0
    for (let j = 0; j < columns.length; j++) {
      const square = squares[j]!
      if (square === 0) continue
      const column = columns[j]!
      const before = weights[j]!
      const pull = dot(column, rest) / n + square * before
      const after = softened(pull, strength * l1Share) / (square + strength * (1 - l1Share))
      if (after === before) continue
      subtract(rest, after - before, column)
      weights[j] = after
      largestChange = Math.max(largestChange, Math.abs(after - before))
    }
    if (largestChange <= CONVERGED) break
  }
  return weights
}

function softened(value: number, threshold: number): number {
  return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0
}
