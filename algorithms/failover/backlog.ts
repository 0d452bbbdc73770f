/**
 * Flow control under `acknowledge: received`. What is acknowledged there has only arrived at its quorum, and a successor
 * must apply all of it before it reigns: whatever is allowed to pile up, a failover waits for. So writes wait at the gate
 * while a quorum's replicas have more than `maxApplyBacklog` transactions left to apply.
 *
 * A replica's *place* in the epoch is the last number up to which it has applied everything; below the epoch's base it
 * stands for what it has not applied of older epochs. The k furthest replicas count, as for an acknowledgement: one that
 * is dead, or lags for ever, holds nobody up while k others are well.
 */
import { call, type Deferred, deferred, emit, type Fiber, sleep, wait } from '../effects.ts'
import { type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import { heldByAtLeast } from '../quorum/policy.ts'
import type { Why } from '../reasons/why.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'

/** One wait on a replica; it answers sooner when it has applied enough. */
const WAIT_US = 1_000_000
/** After one that failed. */
const RETRY_US = 20_000
/** Between two looks whether anybody is still held. */
const TOLD_US = 50_000
/** From this share of the limit on replicas are asked what they have applied: probes alone see it too late. */
const PRESSING = 0.5

export class Backlog {
  readonly limit: number
  readonly #epoch: EpochOfBacklog
  /** By member. */
  readonly #places: number[]
  #newest: number
  #writing = 0
  /** Who waits at the gate, first come first served. */
  readonly #held: Deferred<void>[] = []
  #heldWrites = 0
  #moved: Deferred<void> = deferred()
  #ended = false

  constructor(limit: number, epoch: EpochOfBacklog, nodes: number) {
    this.limit = limit
    this.#epoch = epoch
    this.#newest = epoch.base
    this.#places = new Array(nodes).fill(Number.NEGATIVE_INFINITY)
  }

  /** What the quorum's replicas have left to apply, or will have when what is being written has arrived. */
  size(k: number): number {
    return k === 0 ? 0 : this.#newest + this.#writing - heldByAtLeast(k, this.#places)
  }

  get isHolding(): boolean {
    return this.#held.length > 0
  }

  /** For one more, that is, before which nobody waits. */
  hasRoom(k: number): boolean {
    return !this.isHolding && this.size(k) < this.limit
  }

  /** Writes held so far. */
  get heldWrites(): number {
    return this.#heldWrites
  }

  /** Null: there is room. Otherwise it is settled when there is, or when the epoch ends. */
  enter(k: number): Deferred<void> | null {
    if (this.#ended || this.hasRoom(k)) return null
    const room = deferred<void>()
    this.#held.push(room)
    this.#heldWrites++
    if (this.#held.length === 1) this.#wake()
    return room
  }

  /** Nobody waits for this any longer. */
  forget(room: Deferred<void>): void {
    const index = this.#held.indexOf(room)
    if (index >= 0) this.#held.splice(index, 1)
  }

  /** A statement is sent. */
  began(): void {
    this.#writing++
  }

  /** It has ended: `number` is its transaction's in this epoch; null: none is known. */
  ended(number: number | null, k: number): void {
    this.#writing--
    if (number !== null) this.wrote(number)
    this.#letGo(k)
    if (this.#isPressing(k)) this.#wake()
  }

  wrote(number: number): void {
    this.#newest = Math.max(this.#newest, number)
  }

  /** A look at `member` has shown this. */
  applied(member: number, executed: GtidSet, k: number): void {
    const { target, base, sourceUuid } = this.#epoch
    const missing = target.minus(executed).size
    const place = missing > 0 ? base - missing : Math.max(base, executed.contiguousFrom(sourceUuid, base + 1))
    if (place <= this.#places[member]!) return
    this.#places[member] = place
    this.#letGo(k)
    this.#wake()
  }

  /** What to ask `member` for; null: it has applied all there is, or enough. */
  wantedOf(member: number, k: number): GtidSet | null {
    const { target, base, sourceUuid } = this.#epoch
    const place = this.#places[member]!
    if (!this.#isPressing(k) || place >= this.#newest) return null
    if (place < base) return target
    const number = Math.max(place + 1, this.#newest - Math.floor(this.limit * PRESSING))
    return MutableGtidSet.interval(sourceUuid, base + 1, number)
  }

  /** Settles when replicas may have to be asked for something else. */
  get moved(): Deferred<void> {
    return this.#moved
  }

  end(): void {
    this.#ended = true
    for (const room of this.#held.splice(0)) room.settle()
  }

  #isPressing(k: number): boolean {
    return this.size(k) >= this.limit * PRESSING
  }

  #letGo(k: number): void {
    if (!this.isHolding) return
    for (let room = this.limit - this.size(k); room > 0 && this.isHolding; room--) this.#held.shift()!.settle()
  }

  #wake(): void {
    const moved = this.#moved
    this.#moved = deferred()
    moved.settle()
  }
}

interface EpochOfBacklog {
  readonly sourceUuid: string
  readonly base: number
  /** What it began with, its own first row included. */
  readonly target: GtidSet
}

/** Has a write that comes now to wait for room? */
export function mustWait({ reign }: CoordinatorState): boolean {
  return reign !== null && reign.backlog !== null && !reign.backlog.hasRoom(reign.k)
}

/** Waits at the gate, if it must, until a write may be sent; why it may not, or null. */
export function* room(coordinator: CoordinatorState): Fiber<Why | null> {
  const { reign, tuning } = coordinator
  const backlog = reign?.backlog ?? null
  if (reign === null || backlog === null) return null
  const wanted = backlog.enter(reign.k)
  if (wanted === null) return null
  yield* wait(wanted, tuning.quorumTimeoutUs)
  if (wanted.settled) return null
  backlog.forget(wanted)
  return { code: 'apply-backlog', transactions: backlog.size(reign.k), limit: backlog.limit }
}

/** While much has piled up: one outstanding question to a replica, what it has applied. */
export function* backlogWaiter(
  coordinator: CoordinatorState,
  reign: Reign,
  backlog: Backlog,
  member: Member,
): Fiber<never> {
  for (;;) {
    const gtids = backlog.wantedOf(member.index, reign.k)
    if (gtids === null) {
      yield* wait(backlog.moved)
      continue
    }
    const outcome = yield* call(
      member.server,
      { kind: 'waitFor', gtids, level: 'applied', timeoutUs: WAIT_US },
      WAIT_US + coordinator.tuning.statementTimeoutUs,
    )
    if (outcome.kind === 'ok') backlog.applied(member.index, outcome.reply.gtids, reign.k)
    else yield* sleep(RETRY_US)
  }
}

/** Tells the trace when writes begin to be held, and for how long they were. */
export function* backlogWatch(coordinator: CoordinatorState, { epoch }: Reign, backlog: Backlog): Fiber<never> {
  for (;;) {
    while (!backlog.isHolding) yield* wait(backlog.moved)
    const sinceUs = coordinator.process.nowUs
    const before = backlog.heldWrites
    yield* emit({ kind: 'held-back', epoch, limit: backlog.limit, heldUs: null, writes: 0 })
    while (backlog.isHolding) yield* wait(backlog.moved, TOLD_US)
    const heldUs = coordinator.process.nowUs - sinceUs
    yield* emit({ kind: 'held-back', epoch, limit: backlog.limit, heldUs, writes: backlog.heldWrites - before + 1 })
  }
}
