/**
 * The decisions a run took, in the order they were taken. The coordinator and the worlds `emit` these; checks judge
 * by them and the report draws them. `atUs` is filled in by whoever records (microseconds since the workload began).
 */
import type { Gtid } from './gtid-set.ts'
import type { Explained } from './reasons/outcomes.ts'
import type { Why } from './reasons/why.ts'

/** One election policy's opinion on one candidate. Higher score is better. */
export interface RankedCandidate {
  readonly node: string
  readonly score: number
  /** Numbers in words: `latency 0.9 ms, lag 3 transactions, up 31 s, 0 crashes`. */
  readonly reason: string
}

/** A server that was no candidate, and what kept it from being one. */
export interface PassedOver extends Explained {
  readonly node: string
}

/** `each`: by rank, as the members of its fact. `clock`: rounds so far. Agreement weighs more than the threshold. */
export interface QuorumWeights {
  readonly clock: number
  readonly each: readonly number[]
  readonly threshold: number
}

export type TraceFact =
  /** The failure detector changed its mind about a server. */
  | { readonly kind: 'suspected'; readonly node: string; readonly why?: Why; readonly reason: string }
  | { readonly kind: 'cleared'; readonly node: string; readonly reason: string }
  /** A failover (or start, or planned switch) enters a phase. */
  | { readonly kind: 'phase'; readonly epoch: number; readonly phase: FailoverPhase; readonly detail: string }
  | {
      readonly kind: 'elected'
      readonly epoch: number
      readonly node: string
      readonly policy: string
      readonly reason: string
      /** What stood against those ranked before it, who were tried first; absent: nobody was. */
      readonly against?: readonly Explained[]
      /** Who was no candidate; absent in results of earlier versions. */
      readonly passedOver?: readonly PassedOver[]
      /** What every policy would have ranked on the same state, by policy name, best first. */
      readonly rankings: Readonly<Record<string, readonly RankedCandidate[]>>
    }
  /** The new epoch's first transaction is written: nothing outside `target` may be acknowledged for an older epoch from here on. */
  | {
      readonly kind: 'reign'
      readonly epoch: number
      readonly source: string
      readonly sourceUuid: string
      readonly k: number
      readonly marker: Gtid
      /** Text form of every transaction the new epoch starts from. */
      readonly target: string
    }
  /** Somebody wants another source although nothing is wrong with this one; and what became of that. */
  | {
      readonly kind: 'planned'
      readonly epoch: number
      readonly from: string
      readonly to: string | null
      readonly by: 'request' | 'adviser'
      readonly reason: string
    }
  | {
      readonly kind: 'switched'
      readonly epoch: number
      readonly from: string
      readonly source: string | null
      readonly by: 'request' | 'adviser'
      readonly verdict: 'moved' | 'elsewhere' | 'refused'
      /** Of a move that was refused. */
      readonly why: Why | null
      readonly reason: string
      /** How long clients were held back; null: not at all. */
      readonly heldUs: number | null
      /** The adviser's account after this move. */
      readonly charged: { readonly moves: number; readonly heldUs: number } | null
    }
  /**
   * No take-over. `why` decides what is made of it, `reason` is for people. `alarm`: what is wrong with the source, whose
   * epoch goes on; null: nobody reigns.
   */
  | {
      readonly kind: 'refused'
      readonly epoch: number
      readonly alarm: 'gone' | 'stalled' | 'deposed' | 'powerless' | 'ordered' | null
      readonly why: Why
      readonly reason: string
    }
  | { readonly kind: 'deposed'; readonly epoch: number; readonly why: Why; readonly reason: string }
  | { readonly kind: 'rejoined'; readonly node: string; readonly epoch: number; readonly detail: string }
  /** `extras`: executed transactions nobody else has, in text form. */
  | {
      readonly kind: 'quarantined'
      readonly node: string
      readonly extras: string
      readonly savedAs: string | null
      readonly why?: Why
    }
  | { readonly kind: 'rebuilt'; readonly node: string; readonly uuid: string; readonly tookUs: number }
  /** A server that was cut off with writing allowed is reached again; how long it stayed writable after that. */
  | { readonly kind: 'fenced'; readonly node: string; readonly writableForUs: number }
  /**
   * Whom a quorum waits for changed: `needed` of `members` (cabinet-top), or the weights, and then `members` are all
   * servers, the heaviest first, and at least `needed` replicas (cabinet; told a few times a second at most).
   */
  | {
      readonly kind: 'quorum'
      readonly epoch: number
      readonly members: readonly string[]
      readonly needed: number
      readonly weights: QuorumWeights | null
    }
  /**
   * The failure threshold is changed within an epoch. Not in effect: a row with this k is about to be written, and from
   * then on a take-over may count on it. In effect: from here on k replicas must hold a STRONG write.
   */
  | {
      readonly kind: 'threshold'
      readonly epoch: number
      readonly failureThreshold: number
      readonly k: number
      readonly inEffect: boolean
    }
  /** Writes wait because the replicas that a quorum needs have `limit` transactions to apply. `heldUs` null: from here on. */
  | {
      readonly kind: 'held-back'
      readonly epoch: number
      readonly limit: number
      readonly heldUs: number | null
      /** How many had to wait. */
      readonly writes: number
    }
  /** oracle: a timestamp server begins to issue, above every bound that was saved. */
  | { readonly kind: 'issuer'; readonly node: string; readonly term: number }
  /** A fault took hold, was undone, or a free remark. */
  | { readonly kind: 'note'; readonly text: string }

export type FailoverPhase = 'detect' | 'decide' | 'catchUp' | 'promote' | 'reroute' | 'serving'

export type TraceEvent = TraceFact & { readonly atUs: number; readonly process: string }

/** By policy name, best first. */
export type Rankings = Readonly<Record<string, readonly RankedCandidate[]>>
