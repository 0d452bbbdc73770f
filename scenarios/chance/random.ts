/**
 * Chance, by name. Every consumer of randomness draws from its own stream (`arrivals`, `delay:client->coordinator`),
 * so that adding a draw in one place changes nothing anywhere else. All streams are forked from the run's one seed.
 *
 * The generator is xoshiro128** (Blackman and Vigna, 2018): 128 bits of state in 32-bit words, which JavaScript
 * handles natively; its outputs are the same on every engine.
 */
export class RandomStream {
  #s0: number
  #s1: number
  #s2: number
  #s3: number

  /** Four 32-bit words, not all zero. */
  constructor(state: readonly [number, number, number, number]) {
    this.#s0 = state[0] | 0
    this.#s1 = state[1] | 0
    this.#s2 = state[2] | 0
    this.#s3 = state[3] | 0
    if ((this.#s0 | this.#s1 | this.#s2 | this.#s3) === 0) throw new Error('assertion: a stream of only zeros')
  }

  /** 0 to 2^32 - 1. */
  nextUint32(): number {
    const s1 = this.#s1
    let scrambled = Math.imul(s1, 5)
    scrambled = Math.imul((scrambled << 7) | (scrambled >>> 25), 9)
    const s2 = this.#s2 ^ this.#s0
    const s3 = this.#s3 ^ s1
    this.#s1 = s1 ^ s2
    this.#s0 = this.#s0 ^ s3
    this.#s2 = s2 ^ (s1 << 9)
    this.#s3 = (s3 << 11) | (s3 >>> 21)
    return scrambled >>> 0
  }

  /** In [0, 1), in steps of 2^-32. */
  uniform(): number {
    return this.nextUint32() / 0x1_0000_0000
  }
}

export class RandomStreams {
  readonly #seed: number
  readonly #streams = new Map<string, RandomStream>()

  /** Any integer that a number holds exactly. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new Error(`assertion: a seed is an integer, found ${seed}`)
    this.#seed = seed
  }

  /** The stream of that name: the same object, wherever it had got to, at every call. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = new RandomStream(fork(this.#seed, name))
      this.#streams.set(name, stream)
    }
    return stream
  }
}

/** Hash the seed and the name into a state: each word absorbs all of both, under a start value of its own. */
function fork(seed: number, name: string): [number, number, number, number] {
  const word = (start: number) => {
    let hash = absorb(absorb(start, seed | 0), Math.floor(seed / 0x1_0000_0000) | 0)
    for (let index = 0; index < name.length; index++) hash = absorb(hash, name.charCodeAt(index))
    return absorb(hash, name.length)
  }
  const state: [number, number, number, number] = [
    word(0x9e3779b9),
    word(0x7f4a7c15),
    word(0xf39cc060),
    word(0x5cedc834),
  ]
  if ((state[0] | state[1] | state[2] | state[3]) === 0) state[0] = 1
  return state
}

/** One-to-one in `word` for a given `hash`, and stirred well enough that nearby seeds and names part at once. */
function absorb(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x85ebca6b) + 0x6d2b79f5
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
