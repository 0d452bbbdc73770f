/**
 * Cabinet's rounds within one epoch: who weighs how much, and what that much weight has agreed on.
 *
 * In the paper a round is one batch of log entries, and each replier's weight is added up until the sum exceeds CT. Here
 * the batch is a stretch of the source's transactions, and a reply is a replica's report that it holds the stretch's
 * last one, the round's *target*. The round ends when weight above CT holds the target; the repliers so far then take
 * the next highest weights in the order of their replies. The next target is beyond everything that anybody asked for
 * or holds, so everybody starts the round without it. A round that fails (its writers gave up) stays open and changes
 * nothing: neither the weights nor the weight clock.
 *
 * Any assignment of the weights is safe, because any set above CT has t+1 servers; that is why one current assignment
 * may judge all transactions, and why what has been agreed stays so when the weights move.
 */
import { NOTHING_HELD } from './policy.ts'
import { rankingOf, rerank, type WeightScheme, weightsByMember } from './weights.ts'

export class WeightedRounds {
  /** Completed rounds: the weight clock. */
  clock = 0
  /** Everything up to here was held by weight above CT. */
  agreedUpTo = NOTHING_HELD
  readonly #source: number
  #scheme: WeightScheme
  /** All members, heaviest first. */
  #ranking: readonly number[]
  /** By member. */
  #weights: readonly number[]
  #target: number
  #repliers: number[] = []

  /** `firstTarget`: what every replica must hold first, the number that stands for the epoch's marker. */
  constructor(scheme: WeightScheme, source: number, firstTarget: number) {
    this.#scheme = scheme
    this.#source = source
    this.#target = firstTarget
    this.#ranking = rankingOf(
      source,
      scheme.weights.map((_, member) => member),
    )
    this.#weights = weightsByMember(scheme, this.#ranking)
  }

  get scheme(): WeightScheme {
    return this.#scheme
  }

  get ranking(): readonly number[] {
    return this.#ranking
  }

  get weights(): readonly number[] {
    return this.#weights
  }

  /** Other weights for the same ranking. What was agreed stays agreed. */
  reweigh(scheme: WeightScheme, progress: readonly number[]): void {
    this.#scheme = scheme
    this.#weights = weightsByMember(scheme, this.#ranking)
    this.#agree(progress)
  }

  /**
   * `member` reported; `progress` has its new number. `highestAsked`: the highest transaction that somebody waits for,
   * or waited for.
   */
  reported(member: number, progress: readonly number[], highestAsked: number): void {
    if (progress[member]! >= this.#target && !this.#repliers.includes(member)) this.#repliers.push(member)
    this.#agree(progress)
    if (this.agreedUpTo < this.#target) return
    this.#ranking = rerank(this.#ranking, this.#repliers)
    this.#weights = weightsByMember(this.#scheme, this.#ranking)
    this.clock++
    this.#repliers = []
    let beyond = Math.max(this.agreedUpTo, highestAsked)
    for (const held of progress) if (held > beyond) beyond = held
    this.#target = beyond + 1
  }

  #agree(progress: readonly number[]): void {
    const upTo = weightedUpTo(this.#weights, this.#scheme.threshold, this.#source, progress)
    if (upTo > this.agreedUpTo) this.agreedUpTo = upTo
  }
}

const order: number[] = []

/**
 * The largest number such that the source and the members that hold it weigh more than the threshold together. The
 * source holds everything; its own progress is not looked at.
 */
export function weightedUpTo(
  weights: readonly number[],
  threshold: number,
  source: number,
  progress: readonly number[],
): number {
  // By progress, most advanced first. Insertion into a kept array: this runs with every reply of every replica.
  let count = 0
  for (let member = 0; member < progress.length; member++) {
    if (member === source || progress[member] === NOTHING_HELD) continue
    let at = count++
    while (at > 0 && progress[order[at - 1]!]! < progress[member]!) {
      order[at] = order[at - 1]!
      at--
    }
    order[at] = member
  }
  let weight = weights[source]!
  for (let i = 0; i < count; i++) {
    weight += weights[order[i]!]!
    if (weight > threshold) return progress[order[i]!]!
  }
  return NOTHING_HELD
}
