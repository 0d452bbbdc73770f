/**
 * What Raft needs to know of a quorum system: who must hold a round before it is committed, and who must vote for a
 * leader. Each scheme promises that every commit quorum meets every election quorum; a test enumerates them.
 */
import type { QuorumWeights } from '../trace.ts'
import type { ThresholdRange } from './log.ts'

/** One round's replies, counted as they come. */
export interface CommitTally {
  /** Followers in the order of their replies, as far as they were counted. */
  readonly repliers: readonly number[]
  /** A server (the leader too) holds the round. Counting it twice changes nothing. */
  add(node: number): 'won' | 'pending'
}

/** One candidacy's votes. */
export interface ElectionTally {
  /** The first answer of each voter counts. */
  vote(node: number, verdict: 'granted' | 'refused'): 'won' | 'pending' | 'lost'
}

/** How rounds are committed during one reign; what it learns from one round may shape the next. */
export interface CommitRule {
  begin(thresholds: ThresholdRange): CommitTally
  /** A round was won with these repliers. Failed rounds are not told. */
  settle(repliers: readonly number[]): void
  /** 0 where servers are only counted. */
  weightOf(node: number): number
  /** All servers, the most decisive first: by weight, or by who answered the last round first. */
  ranking(): readonly number[]
  /** Null where servers are only counted. */
  weights(): QuorumWeights | null
}

export interface QuorumScheme {
  readonly name: string
  /** Does a failure threshold mean anything to it? Then a logged entry may change it. */
  readonly takesThreshold: boolean
  /** The rule of a new reign. */
  reign(leader: number): CommitRule
  election(thresholds: ThresholdRange): ElectionTally
  /** The fewest servers, leader included, that can commit. */
  fewest(thresholds: ThresholdRange): number
}
