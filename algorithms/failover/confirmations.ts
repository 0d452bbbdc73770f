/**
 * Is this epoch still the newest? A STRONG read is answered only after floor(n/2) replicas, asked after the data was
 * read, said that they know of no newer epoch (failover/rules.md section 4). Reads are numbered; each replica is asked at
 * most once at a time, and one answer confirms every read that was waiting when it was asked.
 */
import { type Deferred, deferred } from '../effects.ts'
import { heldByAtLeast } from '../quorum/policy.ts'

type Confirmed = 'confirmed' | 'ended'

export class Confirmations {
  readonly #needed: number
  readonly #confirmedUpTo: number[]
  readonly #open: { readonly number: number; readonly answer: Deferred<Confirmed> }[] = []
  #wanted: Deferred<void> | null = null
  #ended = false
  /** Number of the newest read that wants confirmation. */
  newest = 0

  constructor(nodes: number) {
    this.#needed = Math.floor(nodes / 2)
    this.#confirmedUpTo = new Array(nodes).fill(0)
  }

  request(): Deferred<Confirmed> {
    const answer = deferred<Confirmed>()
    if (this.#ended) {
      answer.settle('ended')
      return answer
    }
    this.#open.push({ number: ++this.newest, answer })
    const wanted = this.#wanted
    this.#wanted = null
    wanted?.settle()
    return answer
  }

  /** Does anybody wait for something `member` has not confirmed? */
  wantsOf(member: number): boolean {
    return this.#open.length > 0 && this.#confirmedUpTo[member]! < this.newest
  }

  somethingWanted(): Deferred<void> {
    return (this.#wanted ??= deferred())
  }

  /** `member` said yes to a question that was sent when `newest` was `askedAt`. */
  confirm(member: number, askedAt: number): void {
    if (askedAt <= this.#confirmedUpTo[member]!) return
    this.#confirmedUpTo[member] = askedAt
    const upTo = heldByAtLeast(this.#needed, this.#confirmedUpTo)
    const open = this.#open
    while (open.length > 0 && open[0]!.number <= upTo) open.shift()!.answer.settle('confirmed')
  }

  forget(answer: Deferred<Confirmed>): void {
    const index = this.#open.findIndex((read) => read.answer === answer)
    if (index >= 0) this.#open.splice(index, 1)
  }

  end(): void {
    this.#ended = true
    for (const read of this.#open.splice(0)) read.answer.settle('ended')
  }
}
