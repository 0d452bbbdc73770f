/**
 * Logarithm, exponential and the normal quantile, the same to the last bit on every engine and machine.
 *
 * The language promises exact results for + - * / and sqrt and for nothing else: `Math.pow` really changed between two
 * versions of Node. So a simulation whose digest is to be compared may use only what is built from those. Written
 * for plainness: these run while tables are built, a few thousand times, never once per event.
 */

/** ln 2 in two parts: the first has so few bits that its product with any exponent is exact. */
const LN2_HIGH = 0x162e42fe / 0x20000000
const LN2_LOW = 1.8206359985041462e-9
const SQRT2 = Math.sqrt(2)
const SQRT_2PI = 2.5066282746310002

/** Natural logarithm; error below 2 units in the last place. 0 gives -Infinity, negatives NaN. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN
  if (x === Infinity) return Infinity
  let exponent = 0
  while (x >= SQRT2) {
    x /= 2
    exponent++
  }
  while (x < SQRT2 / 2) {
    x *= 2
    exponent--
  }
  // ln x = 2 artanh s; |s| < 0.172, so twelve terms leave less than 2^-60.
  const s = (x - 1) / (x + 1)
  const square = s * s
  let tail = 0
  for (let power = 25; power >= 3; power -= 2) tail = (tail + 1 / power) * square
  return exponent * LN2_HIGH + (2 * s + (2 * s * tail + exponent * LN2_LOW))
}

/** e^x; relative error below 4e-16 where the result is a normal number. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709.79) return Infinity
  if (x < -745.2) return 0
  const exponent = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5)
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW
  // |rest| < 0.347: fourteen terms of the series leave less than 2^-60.
  let sum = 1
  for (let term = 14; term >= 1; term--) sum = 1 + (sum * rest) / term
  for (let doubled = 0; doubled < exponent; doubled++) sum *= 2
  for (let halved = 0; halved > exponent; halved--) sum /= 2
  return sum
}

/** The z that a standard normal variable stays below with probability `p`; 0 and 1 give the infinities. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p === 0) return -Infinity
  // Newton's method on ln P(Z > z) = ln p. The left side is concave, so after the first step the root is approached
  // from above without overshooting, and each step doubles the correct digits: when one is below 1e-9, it was the last.
  const target = log(p)
  let z = Math.max(0, Math.sqrt(-2 * target) - 1.2)
  for (let step = 0; step < 40; step++) {
    const tail = upperTail(z)
    const change = ((log(tail) - target) * tail) / density(z)
    z += change
    if (Math.abs(change) < 1e-9) break
  }
  return 0 - z
}

function density(z: number): number {
  return exp((-z * z) / 2) / SQRT_2PI
}

/** P(Z > z) for z >= 0: the power series near the middle, Laplace's continued fraction in the tail. */
function upperTail(z: number): number {
  if (z < 2) {
    let term = z
    let sum = z
    for (let power = 3; term > sum * 1e-17; power += 2) {
      term *= (z * z) / power
      sum += term
    }
    return 0.5 - density(z) * sum
  }
  let fraction = z
  for (let level = 80; level >= 1; level--) fraction = z + level / fraction
  return density(z) / fraction
}
