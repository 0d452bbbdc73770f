/**
 * What Raft servers say to one another (Ongaro's thesis, figures 3.1 and 9.6, and section 3.10), and what they keep.
 * Servers are numbered from 0. Nothing here is ever changed once it was sent: the batches of entries are shared.
 */

/** One place of the log. `noop` opens a reign; `threshold` changes the failure threshold t for everybody who has it. */
export type Entry =
  | { readonly kind: 'noop'; readonly term: number }
  | { readonly kind: 'write'; readonly term: number; readonly op: number; readonly key: number }
  | { readonly kind: 'threshold'; readonly term: number; readonly failureThreshold: number }

export interface Append {
  readonly kind: 'append'
  readonly from: number
  readonly to: number
  readonly term: number
  readonly prevIndex: number
  readonly prevTerm: number
  readonly entries: readonly Entry[]
  readonly commitIndex: number
  /** The newest round of this reign (Cabinet's weight clock); a reply that repeats it answers for every round so far. */
  readonly round: number
  /** What the receiver weighs in that round; 0 where servers are only counted. */
  readonly weight: number
}

export interface AppendReply {
  readonly kind: 'append-reply'
  readonly from: number
  readonly to: number
  readonly term: number
  readonly round: number
  /** `rejected`: the entry before the batch is not there, `index` is where the leader may try next. */
  readonly verdict: 'held' | 'rejected'
  /** `held`: everything up to this index is durable here and as the leader has it. */
  readonly index: number
}

export interface VoteRequest {
  readonly kind: 'vote-request'
  readonly from: number
  readonly to: number
  /** Of the candidacy; of a pre-vote, the term that the candidate would take. */
  readonly term: number
  readonly preVote: boolean
  readonly lastIndex: number
  readonly lastTerm: number
  /** Asked to by the leader itself (section 3.10): who follows a living leader may vote all the same. */
  readonly transfer: boolean
}

export interface VoteReply {
  readonly kind: 'vote-reply'
  readonly from: number
  readonly to: number
  readonly term: number
  readonly preVote: boolean
  readonly verdict: 'granted' | 'refused'
}

/** Begin an election now: the leader hands over. */
export interface TimeoutNow {
  readonly kind: 'timeout-now'
  readonly from: number
  readonly to: number
  readonly term: number
}

export type Message = Append | AppendReply | VoteRequest | VoteReply | TimeoutNow

export const NOBODY = -1

/** What a server must find again after a crash. `log[0]` is the entry of index 1. */
export interface DurableState {
  readonly term: number
  readonly votedFor: number
  readonly log: readonly Entry[]
}

/** A change of the durable state: set term and vote; if there are entries, cut the log before `fromIndex` and add them. */
export interface DurableWrite {
  readonly term: number
  readonly votedFor: number
  readonly fromIndex: number
  readonly entries: readonly Entry[]
}

export const NEW_SERVER: DurableState = { term: 0, votedFor: NOBODY, log: [] }
