/**
 * What is known of a fault verb outside of the worlds that carry it out: one record each, in the file of its family,
 * all of them in `list.ts`. From it come the schema, `explain`, the tables of the README, what failovers, lag and checks
 * count as taken away, what the swarm draws, what each world refuses, and how the schedule names, undoes and witnesses.
 *
 * There are three kinds. One hurts somebody until its undo (or at once and for good), one undoes what others did, and
 * one asks the coordinator for something as an operator would.
 */
import type { z } from 'zod'
import type { CoordinatorRequests, RequestOf } from '../../algorithms/servers.ts'
import type { Scenario } from '../scenario.ts'
import type { ServerWorld } from '../worlds.ts'
import type { Aim } from './aims.ts'
import type { FaultVerb } from './list.ts'
import type { Amounts, FaultStep } from './step.ts'
import type { WritersSight } from './writers.ts'
import type { ParsedFault, Refuse, WrittenFault } from './written-fault.ts'

/** Where steps are carried out: MySQL's servers simulated, a Raft group simulated, and real servers under each driver. */
export type World = 'sim' | 'raft' | ServerWorld

/** `never`: why not. */
export type Inability = { readonly never: string }
type Abilities = { readonly [W in World]: 'yes' | Inability }

/** `Able`: the worlds that carry it out. Each owes an effect for the verb; a missing one does not compile. */
export type Worlds<Able extends World> = { readonly [W in World]: W extends Able ? 'yes' : Inability }

/** What people read of it. */
interface Words {
  /** In the README, behind the verb; '': its name says it. */
  readonly note: string
  /** In the README: what it can be aimed at, with which amounts. */
  readonly targets: string
  /** In `explain`, behind the target: `is killed (what it wrote survives)`. */
  readonly does: string
  /** Behind a step in a label, with its blank: ` ratio 0.2`. */
  readonly amounts?: (step: FaultStep) => string
  /** Behind a step in `explain`. */
  readonly details?: (step: FaultStep) => readonly string[]
}

interface Stated {
  /** The whole step as a file states it. */
  readonly schema: z.ZodObject
  /** Whom it may be aimed at. */
  readonly aim: Aim
  readonly words: Words
  /** Amounts as parsed to amounts of the step. */
  readonly amounts?: (parsed: ParsedFault) => Partial<Amounts>
  /** Refuses what the schema cannot see. */
  readonly check?: (fault: WrittenFault, refuse: Refuse, cluster: Scenario['cluster']) => void
}

/** `Looks`: what a world's look at its target can find. */
export interface Witnessing<Looks extends string> {
  readonly looks: readonly Looks[]
  /** What a look before it may find that leaves nothing to hurt, and how that is said. */
  readonly idle: { readonly [Look in Looks]?: string }
  /** Faults at its target on whose undo it would wait: there is nothing to hurt either, and how that is said. */
  readonly waitsFor?: { readonly verbs: readonly FaultVerb[]; readonly words: string }
  /** What must be found once it holds. `changed`: other amounts than before it. */
  readonly holds: Looks | 'changed'
  /** What may be found once it is undone; null: it is undone as soon as its undo is done. */
  readonly undone: readonly Looks[] | null
}

/**
 * Generators of the swarm: see swarm/faults.ts and, for `journal` and `thresholds`, swarm/losses.ts; for `incidents` and
 * `machines`, swarm/incidents.ts and swarm/machines.ts.
 */
export type Draws =
  | 'takes-away'
  | 'cuts'
  | 'slows'
  | 'inside'
  | 'journal'
  | 'messages'
  | 'clock'
  | 'requests'
  | 'incidents'
  | 'thresholds'
  | 'machines'
  | 'links'

export interface Hurt<Looks extends string, Where extends Abilities = Abilities> extends Stated {
  readonly kind: 'hurts'
  /** Null: it happens, and is over. */
  readonly undo: FaultVerb | null
  /**
   * Does its target serve nobody? `until-undone`, `while-it-restarts` (it comes back by itself), or `never`: it serves,
   * however badly.
   */
  readonly away: 'until-undone' | 'while-it-restarts' | 'never'
  /** How long after its undo its target may still be busy with it, microseconds; missing: it is over then. */
  readonly lingersUs?: number
  /** Do those who ask its target wait longer, or get no answer? Then it may be what a failover is for. */
  readonly disturbs: boolean
  /** What one effect is of: a process, a link or several cut at once. */
  readonly each: 'process' | 'links'
  readonly witness: Witnessing<Looks>
  readonly worlds: Where
  readonly swarm: {
    /** Null: a swarm draws it only where a file asks for it. */
    readonly drawnBy: Draws | null
  }
}

export interface Undo extends Stated {
  readonly kind: 'undoes'
  /** Its faults can be on at the same target at once, each kind by itself. */
  readonly nests: boolean
}

/** Its target is asked for by the coordinator's means; the servers are the witness of what came of it. */
export interface Asking extends Stated {
  readonly kind: 'asks'
  /** `target`: the step's words as the names they mean now. */
  readonly request: (step: FaultStep, target: readonly string[]) => RequestOf<CoordinatorRequests>
  /** The line people read, e.g. `switchover node1 -> node3`. */
  readonly label: (step: FaultStep, source: string, target: readonly string[]) => string
  /** Did it happen, by the looks before and after it? */
  readonly isSeen: (step: FaultStep, before: WritersSight, after: WritersSight) => boolean
  readonly worlds: Abilities
  readonly swarm: { readonly drawnBy: Draws | null }
}

export type Fault = Hurt<string> | Undo | Asking
