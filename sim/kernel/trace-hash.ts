/**
 * A running hash over everything that happens in a simulation, always on: two runs with the same digest took the
 * same path. It is for comparison, not for security.
 *
 * Each event is folded into two independent 32-bit lanes as a sum of its words, every word times its own odd
 * constant, and the lane is then stirred. Multiplying by an odd number, adding, rotating and xor-shifting are all
 * one-to-one in 32 bits, so changing a single word of a single event changes both lanes, and no later event can
 * change them back; with several changes, an unlucky 64-bit coincidence is what it takes.
 */
export class TraceHash {
  #a = 0x243f6a88
  #b = 0x13198a2e

  /** Integers: `timeUs` and `id` up to 2^53, `kind` and `node` up to 2^32. */
  mix(timeUs: number, kind: number, node: number, id: number): void {
    const timeHigh = (timeUs / 0x1_0000_0000) | 0
    const idHigh = (id / 0x1_0000_0000) | 0
    let a = (this.#a << 13) | (this.#a >>> 19)
    a += Math.imul(timeUs | 0, 0x9e3779b1) + Math.imul(timeHigh, 0x85ebca77) + Math.imul(kind, 0xc2b2ae3d)
    a += Math.imul(node, 0x27d4eb2f) + Math.imul(id | 0, 0x165667b1) + Math.imul(idHigh, 0xd3a2646d)
    a ^= a >>> 15
    this.#a = Math.imul(a, 0x2c1b3c6d)
    let b = (this.#b << 11) | (this.#b >>> 21)
    b += Math.imul(timeUs | 0, 0xcc9e2d51) + Math.imul(timeHigh, 0x1b873593) + Math.imul(kind, 0xe6546b65)
    b += Math.imul(node, 0x7feb352d) + Math.imul(id | 0, 0x846ca68b) + Math.imul(idHigh, 0x58f38ded)
    b ^= b >>> 16
    this.#b = Math.imul(b, 0x297a2d39)
  }

  /** Sixteen hexadecimal digits. Reading it changes nothing. */
  digest(): string {
    return hex(this.#a) + hex(this.#b)
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0')
}
