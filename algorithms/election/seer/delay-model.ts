/**
 * "If this replica led, what commit delay would each client zone see?" A regression from the replica's features to one
 * delay for each zone (arXiv 2104.01355). Two forms: least squares on the features as they are, and an elastic net on
 * all their products up to degree 2. Inputs are standardised in both, and for the elastic net the target is as well,
 * so that the same strengths suit a delay of .3 ms and one of 300.
 */
import {
  type Column,
  elasticNet,
  leastSquares,
  mean,
  type Standard,
  standardised,
  standardOf,
} from './linear-algebra.ts'

export type ModelKind = 'elastic-net' | 'least-squares'

/** What the leader's features were, and what each client zone waited for a commit meanwhile (any unit, always the same). */
export interface Sample {
  readonly features: readonly number[]
  readonly delays: readonly number[]
}

/** The paper's candidates for the elastic net's strength (its alpha); the one that predicts held-out samples best is taken. */
const STRENGTHS = [0.1, 0.5, 0.9] as const
const L1_SHARE = 0.5
/** Every so many samples one is held out to choose the strength by. */
const HELD_OUT_EVERY = 5

interface Feature {
  readonly standard: Standard
  readonly low: number
  readonly high: number
}

interface Target {
  readonly mean: number
  readonly weights: readonly number[]
}

export class DelayModel {
  readonly #kind: ModelKind
  readonly #features: readonly Feature[]
  readonly #terms: readonly Standard[]
  readonly #targets: readonly Target[]

  private constructor(
    kind: ModelKind,
    features: readonly Feature[],
    terms: readonly Standard[],
    targets: readonly Target[],
  ) {
    this.#kind = kind
    this.#features = features
    this.#terms = terms
    this.#targets = targets
  }

  /** `samples`: at least one, all of the same shape. */
  static fit(kind: ModelKind, samples: readonly Sample[]): DelayModel {
    const first = samples[0]
    if (first === undefined) throw new Error('assertion: a model is fitted to no samples')
    const features = first.features.map((_, i) => {
      const column = samples.map((sample) => sample.features[i]!)
      const [low, high] = [Math.min(...column), Math.max(...column)]
      // Beyond what was seen, by its own width on either side, a polynomial says anything: it is not asked.
      return { standard: standardOf(column), low: low - (high - low), high: high + (high - low) }
    })
    const rows = samples.map((sample) =>
      termsOf(
        kind,
        sample.features.map((x, i) => standardised(x, features[i]!.standard)),
      ),
    )
    const raw = (rows[0] ?? []).map((_, j) => rows.map((row) => row[j]!))
    const terms = raw.map(standardOf)
    const columns = raw.map((column, j) => column.map((value) => standardised(value, terms[j]!)))
    const targets = first.delays.map((_, k) =>
      fitTarget(
        kind,
        columns,
        samples.map((sample) => sample.delays[k]!),
      ),
    )
    return new DelayModel(kind, features, terms, targets)
  }

  /** The delay each client zone would see; never below 0. */
  predict(features: readonly number[]): number[] {
    const inputs = this.#features.map(({ standard, low, high }, i) =>
      standardised(Math.min(high, Math.max(low, features[i]!)), standard),
    )
    const terms = termsOf(this.#kind, inputs).map((value, j) => standardised(value, this.#terms[j]!))
    return this.#targets.map((target) => Math.max(0, target.mean + dotOf(target.weights, terms)))
  }
}

function dotOf(weights: readonly number[], terms: readonly number[]): number {
  let sum = 0
  for (let j = 0; j < weights.length; j++) sum += weights[j]! * terms[j]!
  return sum
}

/** The inputs; for the elastic net their squares and products as well. */
function termsOf(kind: ModelKind, inputs: readonly number[]): number[] {
  if (kind === 'least-squares') return [...inputs]
  const terms = [...inputs]
  for (let i = 0; i < inputs.length; i++) for (let j = i; j < inputs.length; j++) terms.push(inputs[i]! * inputs[j]!)
  return terms
}

function fitTarget(kind: ModelKind, columns: readonly Column[], delays: Column): Target {
  const centre = mean(delays)
  const centred = delays.map((delay) => delay - centre)
  if (kind === 'least-squares') return { mean: centre, weights: leastSquares(columns, centred) }
  const { scale } = standardOf(delays)
  if (scale === 0) return { mean: centre, weights: columns.map(() => 0) }
  const y = centred.map((delay) => delay / scale)
  const weights = elasticNet(columns, y, bestStrength(columns, y), L1_SHARE)
  return { mean: centre, weights: weights.map((weight) => weight * scale) }
}

function bestStrength(columns: readonly Column[], y: Column): number {
  const isHeldOut = (i: number) => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1
  const held = y.map((_, i) => i).filter(isHeldOut)
  if (held.length === 0) return STRENGTHS[0]
  const kept = columns.map((column) => column.filter((_, i) => !isHeldOut(i)))
  const keptY = y.filter((_, i) => !isHeldOut(i))
  let best: { readonly strength: number; readonly error: number } | null = null
  for (const strength of STRENGTHS) {
    const weights = elasticNet(kept, keptY, strength, L1_SHARE)
    let error = 0
    for (const i of held) {
      const miss = y[i]! - columns.reduce((sum, column, j) => sum + column[i]! * weights[j]!, 0)
      error += miss * miss
    }
    if (best === null || error < best.error) best = { strength, error }
  }
  return best!.strength
}
