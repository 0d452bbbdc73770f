/**
 * Is a replica in a state it was not in before? Local outlier factor (Breunig et al., SIGMOD 2000): a point is an
 * outlier when it lies in a much thinner place than its nearest neighbours among the points of the known state do.
 */
import { type Standard, standardised, standardOf } from './linear-algebra.ts'

export type Point = readonly number[]

/** The paper's k, and the share of a window that has to be novel (arXiv 2104.01355). */
const NEIGHBOURS = 20
const NOVEL_SHARE = 0.985
/** 1 is as dense as the neighbours; this is the usual limit for a point from elsewhere. */
const OUTLIER = 1.5
/** Features that hardly vary: what moves them by less than this share of their size is not a new state. */
const NOISE_SHARE = 0.02
/** Coinciding points are no infinitely dense place. */
const SMALLEST_DISTANCE = 1e-10

export class StateModel {
  readonly #standards: readonly Standard[]
  readonly #points: readonly Point[]
  readonly #k: number
  /** Of each point: distance to its k-th neighbour, and local reachability density. */
  readonly #reach: readonly number[]
  readonly #density: readonly number[]

  /** `points`: at least two, all of the same length. */
  constructor(points: readonly Point[], neighbours: number = NEIGHBOURS) {
    this.#standards = (points[0] ?? []).map((_, i) => {
      const { mean, scale } = standardOf(points.map((point) => point[i]!))
      return { mean, scale: Math.max(scale, NOISE_SHARE * Math.abs(mean), Number.MIN_VALUE) }
    })
    this.#points = points.map((point) => this.#place(point))
    this.#k = Math.min(neighbours, points.length - 1)
    const nearest = this.#points.map((point, i) => this.#nearest(point, i))
    this.#reach = nearest.map((found) => found.at(-1)!.distance)
    this.#density = nearest.map((found) => this.#densityAmong(found))
  }

  /** 1: as dense a place as its neighbours'. Larger: thinner. */
  outlierFactor(point: Point): number {
    const nearest = this.#nearest(this.#place(point), -1)
    const own = this.#densityAmong(nearest)
    return nearest.reduce((sum, { index }) => sum + this.#density[index]! / own, 0) / nearest.length
  }

  /** Is a whole window of later points from another state? */
  isNovel(window: readonly Point[]): boolean {
    if (window.length === 0) return false
    const novel = window.filter((point) => this.outlierFactor(point) > OUTLIER).length
    return novel / window.length > NOVEL_SHARE
  }

  #place(point: Point): Point {
    return point.map((value, i) => standardised(value, this.#standards[i]!))
  }

  /** The k nearest, ties to the earlier point. `self` is left out. */
  #nearest(point: Point, self: number): { readonly index: number; readonly distance: number }[] {
    return this.#points
      .map((other, index) => ({ index, distance: distance(point, other) }))
      .filter(({ index }) => index !== self)
      .sort((a, b) => a.distance - b.distance || a.index - b.index)
      .slice(0, this.#k)
  }

  #densityAmong(nearest: readonly { readonly index: number; readonly distance: number }[]): number {
    const sum = nearest.reduce((total, { index, distance: far }) => total + Math.max(far, this.#reach[index]!), 0)
    return 1 / (sum / nearest.length + SMALLEST_DISTANCE)
  }
}

function distance(a: Point, b: Point): number {
  let squares = 0
  for (let i = 0; i < a.length; i++) squares += (a[i]! - b[i]!) * (a[i]! - b[i]!)
  return Math.sqrt(squares)
}
