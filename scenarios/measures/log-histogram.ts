/**
 * A histogram of positive numbers over many orders of magnitude: every octave (from 2^k to 2^(k+1)) has 128 cells of
 * equal width, so a value read back is within 0.8 % of one recorded. The cell number is the top bits of the number's
 * own floating-point form, which makes `record` a few operations, and two histograms merge by adding their cells:
 * intervals into a run, trials into a series, both worlds alike.
 */
const CELL_BITS = 7
/** Exponent and first mantissa bits of 2^-10, below which everything (zero too) falls into cell 0. */
const LOWEST = (1023 - 10) << CELL_BITS

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
float[0] = 1
/** Which of the two words holds sign and exponent depends on the machine's byte order. */
const HIGH = words[1] === 0x3ff00000 ? 1 : 0
const LOW = 1 - HIGH

/** Cell 0 and one octave more than nothing; grows as larger values come. */
const INITIAL_CELLS = 1024

export class LogHistogram {
  #cells = new Float64Array(INITIAL_CELLS)
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  get count(): number {
    return this.#count
  }

  /** Exact; NaN when nothing was recorded, like `max` and `mean`. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min
  }

  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max
  }

  get mean(): number {
    return this.#sum / this.#count
  }

  /** A finite number of at least 0, in any unit. */
  record(value: number): void {
    if (!(value >= 0 && value < Infinity)) throw new Error(`assertion: a histogram holds numbers >= 0, found ${value}`)
    float[0] = value
    const cell = (words[HIGH]! >>> (20 - CELL_BITS)) - LOWEST
    if (cell <= 0) this.#cells[0]!++
    else {
      if (cell >= this.#cells.length) this.#grow(cell + 1)
      this.#cells[cell]!++
    }
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  /** Add everything that `other` recorded. */
  merge(other: LogHistogram): void {
    if (other.#cells.length > this.#cells.length) this.#grow(other.#cells.length)
    other.#cells.forEach((recorded, cell) => {
      this.#cells[cell]! += recorded
    })
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  /**
   * The value that a share `q` (0 to 1) of those recorded does not exceed, by nearest rank: the middle of its cell,
   * but never outside what was recorded; 0 and 1 give the exact extremes. NaN when nothing was recorded.
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new Error(`assertion: a quantile is between 0 and 1, found ${q}`)
    if (this.#count === 0) return Number.NaN
    if (q === 0) return this.#min
    const rank = Math.ceil(q * this.#count)
    if (rank >= this.#count) return this.#max
    let below = 0
    for (let cell = 0; cell < this.#cells.length; cell++) {
      below += this.#cells[cell]!
      if (below >= rank) return this.#clamp((lowerEdge(cell) + lowerEdge(cell + 1)) / 2)
    }
    throw new Error('assertion: the cells hold fewer values than were counted')
  }

  /** The distribution function, a point per cell in use: `fractions[i]` of all values are at most `values[i]`. */
  cumulative(): { readonly values: readonly number[]; readonly fractions: readonly number[] } {
    const values: number[] = []
    const fractions: number[] = []
    let below = 0
    this.#cells.forEach((recorded, cell) => {
      if (recorded === 0) return
      below += recorded
      values.push(this.#clamp(lowerEdge(cell + 1)))
      fractions.push(below / this.#count)
    })
    return { values, fractions }
  }

  #clamp(value: number): number {
    return Math.min(Math.max(value, this.#min), this.#max)
  }

  #grow(cells: number): void {
    const grown = new Float64Array(Math.max(cells, this.#cells.length * 2))
    grown.set(this.#cells)
    this.#cells = grown
  }
}

function lowerEdge(cell: number): number {
  if (cell === 0) return 0
  words[HIGH] = (cell + LOWEST) << (20 - CELL_BITS)
  words[LOW] = 0
  return float[0]!
}
