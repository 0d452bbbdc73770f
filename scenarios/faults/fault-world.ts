/** What the fault schedule asks of the world it breaks: to look, to apply and to undo. Everything else is its own. */
import type { Outcome } from '../../algorithms/servers.ts'
import type { World } from './fault.ts'
import type { Item } from './items.ts'
import type { Later } from './later.ts'
import type { HurtIn, LookOf } from './list.ts'
import type { FaultStep } from './step.ts'
import type { WritersSight } from './writers.ts'

/** What an independent look found. */
export interface Sight<Look extends string = string> {
  readonly look: Look
  /** One line for people; it decides nothing. */
  readonly text: string
  /** What was measured, always the same things in the same order: what `changed` means (`Witnessing.holds`). */
  readonly amounts?: readonly number[]
  /** When it was found, where that is not now; microseconds since the start of the workload. */
  readonly seenUs?: number
  /** Which life of the process it was, where a world can tell: another one means that the one before is over. */
  readonly life?: unknown
}

/** One item in one world. */
export interface Effect<Look extends string = string> {
  look(): Later<Sight<Look>>
  /** Done when it has been done, which need not be when it is seen to hold. */
  apply(): Later<Sight<Look>>
  /** Undoes it, or does nothing where there is nothing to undo any more. */
  undo(): Later<Sight<Look>>
  /** From its application until it is seen to hold, at most, microseconds. */
  readonly limitUs: number
}

/** An effect for every verb that `W` carries out: one that is missing does not compile. */
export type Effects<W extends World, Place> = {
  readonly [V in HurtIn<W>]: (item: Item, place: Place) => Effect<LookOf<V>>
}

/** Whom a step asks that hurts nobody, and how its effect is seen. */
export interface Operator {
  /** Who reigns. */
  readonly source: string
  look(): Later<WritersSight>
  ask(request: { readonly kind: string }, deadlineUs: number): Later<Outcome<unknown>>
}

export interface FaultWorld {
  /** Microseconds since the start of the workload. */
  nowUs(): number
  /** Calls `fire` so much later. A step after an event may fire at once, where whoever tells of it allows that. */
  plan(step: FaultStep, inUs: number, fire: () => void): void
  /** A step fires now. */
  fires(step: FaultStep): void
  wait(us: number): Later<void>
  note(text: string): void
  /** The run ends with it. */
  fail(error: Error): void
  /** Every process that links join, in order. */
  readonly processes: readonly string[]
  /** The names that a word stands for now; `down`: what the schedule has taken down and not brought back, in that order. */
  namesOf(word: string, down: readonly string[]): Later<readonly string[]>
  effectOf(item: Item): Effect
  /** Null: there is nobody to ask. */
  readonly operator: Operator | null
}
