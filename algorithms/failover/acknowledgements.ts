/**
 * Which transactions of one epoch are held by whom, and who waits for that.
 *
 * The source numbers its transactions base+1, base+2, ...; replicas apply them in that order, so what a replica holds
 * of this epoch is one number, its *progress*. `base` itself stands for the epoch's marker transaction (which comes
 * after everything the epoch started from).
 */
import { type Deferred, deferred } from '../effects.ts'
import { EMPTY_GTID_SET, type Gtid, type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import { heldByAtLeast, NOTHING_HELD, type QuorumSelection, quorumVerdict } from '../quorum/policy.ts'
import type { WeightedRounds } from '../quorum/weighted-rounds.ts'
import { ReceiptCounts } from './receipt-counts.ts'

export type Acknowledged = 'acknowledged' | 'ended'

interface OpenWait {
  readonly number: number
  /** Null: whatever k replicas hold (reads). */
  readonly selection: QuorumSelection | null
  readonly answer: Deferred<Acknowledged>
}

interface EpochNumbers {
  readonly sourceUuid: string
  readonly source: number
  readonly base: number
  readonly marker: Gtid
  /** At the beginning. 0: nothing is promised, so everything is acknowledged at once. */
  readonly k: number
}

/** Of a member that lost data. Either proof lets it count again (failover/rules.md section 1). */
interface Exclusion {
  /** It holds something that comes after this number and was acknowledged without it. */
  readonly until: number
  /** Or it holds all of this: what its source had executed after the loss. Null: that would prove nothing of it. */
  second: GtidSet | null
}

export class Acknowledgements {
  readonly epoch: EpochNumbers
  /** By member; see the essay above. */
  readonly progress: number[]
  /** Everything up to here is acknowledged under the epoch's k. */
  acknowledgedUpTo: number
  /** Under weighted policies a write is acknowledged when its holders have the weight, too. */
  readonly rounds: WeightedRounds | null
  /** Highest number anybody asked about. */
  highest: number
  /**
   * Since when something has been waited for without any progress, whether those who waited have given up since or not;
   * null: everything anybody waited for is acknowledged.
   */
  waitingSinceUs: number | null = null
  #k: number
  /** The highest number that somebody stopped waiting for and that is not acknowledged yet. */
  #givenUp = NOTHING_HELD
  readonly #open: OpenWait[] = []
  readonly #held: number[]
  readonly #excluded = new Map<number, Exclusion>()
  readonly #receipts: ReceiptCounts
  #wanted: Deferred<void> | null = null
  /** The last answer of `wantedOf`: replicas are mostly asked for the same. */
  #wish: GtidSet = EMPTY_GTID_SET
  #ended = false

  constructor(epoch: EpochNumbers, nodes: number, rounds: WeightedRounds | null = null) {
    this.epoch = epoch
    this.rounds = rounds
    this.highest = epoch.base
    this.progress = new Array(nodes).fill(NOTHING_HELD)
    this.#held = new Array(nodes).fill(NOTHING_HELD)
    this.#receipts = new ReceiptCounts(nodes)
    this.#k = epoch.k
    this.acknowledgedUpTo = this.#heldBy(epoch.k)
  }

  /** Replicas that must hold a transaction from now on. */
  get k(): number {
    return this.#k
  }

  /**
   * The failure threshold was changed, and with it k. When that may be done is for `change-threshold.ts` to know. Who
   * was answered keeps the answer; who waits, waits for the new k.
   */
  requires(k: number, nowUs: number): void {
    this.#k = k
    this.#progressed(nowUs)
  }

  get openCount(): number {
    return this.#open.length
  }

  /** Settles when transaction `number` is held by the selection, or when the epoch ends. */
  waitFor(number: number, selection: QuorumSelection | null, nowUs: number): Deferred<Acknowledged> {
    const answer = deferred<Acknowledged>()
    if (this.#ended) {
      answer.settle('ended')
      return answer
    }
    this.highest = Math.max(this.highest, number)
    const wait: OpenWait = { number, selection, answer }
    if (this.#won(wait)) {
      answer.settle('acknowledged')
      if (this.#mustProve()) this.#wake()
      return answer
    }
    this.#insert(wait)
    this.waitingSinceUs ??= nowUs
    this.#wake()
    return answer
  }

  /** Ascending. Nearly always it is the last. */
  #insert(wait: OpenWait): void {
    const open = this.#open
    let at = open.length
    while (at > 0 && open[at - 1]!.number > wait.number) at--
    if (at === open.length) open.push(wait)
    else open.splice(at, 0, wait)
  }

  /**
   * Nobody waits any longer (deadline passed). Whether the quorum can still be had matters all the same: where every
   * wait ends at its deadline, one after another, it is only their sequence that shows a stall.
   */
  forget(answer: Deferred<Acknowledged>): void {
    const index = this.#open.findIndex((wait) => wait.answer === answer)
    if (index < 0) return
    const [given] = this.#open.splice(index, 1)
    this.#givenUp = Math.max(this.#givenUp, given!.number)
  }

  /**
   * What a waiter should ask `member` for next: the oldest transaction somebody waits for that it is not known to hold;
   * where nobody waits any more, any further one up to the last that was given up.
   */
  wantedOf(member: number): GtidSet | null {
    const { base, marker } = this.epoch
    const held = this.#held[member]!
    const second = this.#excluded.get(member)?.second ?? null
    if (second !== null) return second
    if (held < base) return MutableGtidSet.of(marker)
    for (const wait of this.#open) if (wait.number > held) return this.#allUpTo(wait.number)
    if (this.#givenUp > held) return this.#allUpTo(held + 1)
    return this.highest > held && this.#mustProve() ? this.#allUpTo(this.highest) : null
  }

  #allUpTo(number: number): GtidSet {
    const { base, sourceUuid } = this.epoch
    if (this.#wish.highest(sourceUuid) !== number) this.#wish = MutableGtidSet.interval(sourceUuid, base + 1, number)
    return this.#wish
  }

  /** Under k = 0 nobody waits for anything, and who lost data would never be seen to hold something newer. */
  #mustProve(): boolean {
    return this.#k === 0 && this.#excluded.size > 0
  }

  #wake(): void {
    const wanted = this.#wanted
    this.#wanted = null
    wanted?.settle()
  }

  /** Settles when something new is wanted of anybody. */
  somethingWanted(): Deferred<void> {
    return (this.#wanted ??= deferred())
  }

  /** A replica reported what it holds. */
  report(member: number, gtids: GtidSet, nowUs: number): void {
    const { base, marker, source, sourceUuid } = this.epoch
    if (member === source || this.#ended || !gtids.has(marker)) return
    const held = Math.max(base, gtids.contiguousFrom(sourceUuid, base + 1))
    const exclusion = this.#excluded.get(member)
    if (exclusion === undefined && held <= this.#held[member]!) return
    this.#held[member] = Math.max(held, this.#held[member]!)
    if (exclusion !== undefined) {
      const { until, second } = exclusion
      if (Math.min(held, this.#provenUpTo()) <= until && !(second !== null && gtids.covers(second))) return
      this.#excluded.delete(member)
    }
    this.progress[member] = held
    this.rounds?.reported(member, this.progress, this.highest)
    this.#progressed(nowUs)
  }

  /** Before anybody could see this, its source waited until `count` replicas had everything up to here (receipts.ts). */
  receipted(upTo: number, count: number, nowUs: number): void {
    if (!this.#ended && upTo > this.epoch.base && this.#receipts.add(count, upTo)) this.#progressed(nowUs)
  }

  /** Everything that was ever acknowledged by receipts: any replica may have given one of them. */
  get byReceipts(): GtidSet {
    const { base, sourceUuid } = this.epoch
    const upTo = this.#receipts.heldBy(1)
    return upTo <= base ? EMPTY_GTID_SET : MutableGtidSet.interval(sourceUuid, base + 1, upTo)
  }

  /** Do `count` receipts acknowledge a write, without anybody's report? */
  areEnough(count: number): boolean {
    return this.rounds === null && count >= this.#k + this.#excluded.size
  }

  /** By reports, or by receipts: among those may be that of every member that does not count. */
  #heldBy(count: number): number {
    return Math.max(heldByAtLeast(count, this.progress), this.#receipts.heldBy(count + this.#excluded.size))
  }

  /** What the member last reported to hold of this epoch; null: nothing. */
  reportedBy(member: number): GtidSet | null {
    const { base, marker, sourceUuid } = this.epoch
    const held = this.#held[member]!
    if (held < base) return null
    const reported = MutableGtidSet.interval(sourceUuid, base + 1, held)
    reported.add(marker)
    return reported
  }

  /** The member lost relay logs or was rebuilt: it does not count until it proves itself (failover/rules.md section 1). */
  exclude(member: number): void {
    // What is acknowledged may be so because of what it has just lost, also beyond what anybody asked about.
    this.#excluded.set(member, { until: Math.max(this.highest, this.#provenUpTo()), second: null })
    this.progress[member] = NOTHING_HELD
    this.#held[member] = NOTHING_HELD
  }

  /**
   * The member lost relay logs and nothing else, and has joined this epoch since. It counts as soon as it holds what
   * the source had executed after that (`executed`), and all that may have been acknowledged because of it: a replica
   * may have, and report, what its source does not show yet.
   */
  offerSecondProof(member: number, executed: GtidSet): void {
    const exclusion = this.#excluded.get(member)
    if (exclusion === undefined) return
    const { base, marker, sourceUuid } = this.epoch
    const second = executed.union(MutableGtidSet.of(marker))
    if (exclusion.until > base) second.addInterval(sourceUuid, base + 1, exclusion.until)
    exclusion.second = second
    this.#wake()
  }

  /** Lost data, and has not proved itself since. */
  isExcluded(member: number): boolean {
    return this.#excluded.has(member)
  }

  /** The epoch is over for this coordinator: what is open will never be acknowledged by it. */
  end(): void {
    this.#ended = true
    for (const wait of this.#open.splice(0)) wait.answer.settle('ended')
    this.#givenUp = NOTHING_HELD
    this.waitingSinceUs = null
  }

  /** Held by a quorum; where a quorum is nobody (k = 0), by somebody at least. */
  #provenUpTo(): number {
    return this.#k === 0 ? heldByAtLeast(1, this.progress) : this.acknowledgedUpTo
  }

  #won({ number, selection }: OpenWait): boolean {
    // Never below the epoch's k, whatever was selected.
    if (this.acknowledgedUpTo < number) return false
    if (selection === null) return true
    if (this.rounds !== null) return this.rounds.agreedUpTo >= number
    if (selection.members === null) return this.#heldBy(selection.needed) >= number
    return quorumVerdict(selection, this.progress, number) === 'won'
  }

  #progressed(nowUs: number): void {
    const before = this.acknowledgedUpTo
    this.acknowledgedUpTo = this.#heldBy(this.#k)
    const settled = this.#settleWon()
    if (this.acknowledgedUpTo >= this.#givenUp) this.#givenUp = NOTHING_HELD
    if (this.waitingSinceUs === null) return
    if (this.#open.length === 0 && this.#givenUp === NOTHING_HELD) this.waitingSinceUs = null
    else if (settled || (this.#open.length === 0 && this.acknowledgedUpTo > before)) this.waitingSinceUs = nowUs
  }

  /** Answers everybody whose transaction is acknowledged by now. Was there anybody? */
  #settleWon(): boolean {
    const open = this.#open
    let kept = 0
    let i = 0
    for (; i < open.length && open[i]!.number <= this.acknowledgedUpTo; i++) {
      const wait = open[i]!
      if (this.#won(wait)) wait.answer.settle('acknowledged')
      else open[kept++] = wait
    }
    const settled = kept !== i
    if (settled) {
      while (i < open.length) open[kept++] = open[i++]!
      while (open.length > kept) open.pop()
    }
    return settled
  }
}
