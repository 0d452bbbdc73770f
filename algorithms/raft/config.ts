import type { DurableWrite } from './message.ts'
import type { Output } from './node-output.ts'
import type { QuorumScheme } from './quorum-system.ts'

export interface RaftConfig {
  readonly id: number
  readonly nodes: number
  readonly quorums: QuorumScheme
  /** t, until the log says something else. */
  readonly failureThreshold: number
  /** A follower that hears nothing for this much to twice as much stands for election. */
  readonly electionTimeoutUs: number
  readonly heartbeatUs: number
  /** Ask before standing, and refuse who asks while a leader lives. */
  readonly preVote: boolean
  /** At most so many entries in a message. */
  readonly batchEntries: number
  /** Rounds that may be under way at once. */
  readonly roundsInFlight: number
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader'

/** What an input led to. `write` is durable when the host says `synced`. */
export interface Step {
  readonly output: Output
  readonly write: DurableWrite | null
}
