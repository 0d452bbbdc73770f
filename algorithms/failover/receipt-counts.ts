/** Up to where an epoch's source has waited for how many receipts (receipts.ts). */
import { NOTHING_HELD } from '../quorum/policy.ts'

export class ReceiptCounts {
  /** By count. */
  readonly #upTo: number[]

  constructor(nodes: number) {
    this.#upTo = new Array(nodes).fill(NOTHING_HELD)
  }

  /** Returns false where that says nothing new. */
  add(count: number, upTo: number): boolean {
    const known = Math.min(count, this.#upTo.length - 1)
    if (known < 1 || upTo <= this.#upTo[known]!) return false
    this.#upTo[known] = upTo
    return true
  }

  /** Everything up to here has at least `count` receipts. */
  heldBy(count: number): number {
    let most = NOTHING_HELD
    for (let given = count; given < this.#upTo.length; given++) if (this.#upTo[given]! > most) most = this.#upTo[given]!
    return most
  }
}
