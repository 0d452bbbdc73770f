/** What a stress of a running system gives: the coordinator's own numbers, and what must hold of them. */
import type { Verdict } from './result.ts'

/** The runs that there are, in their order. */
export const STRESS_KIND_NAMES = [
  'concurrent-writes',
  'read-write-mix',
  'consistency-comparison',
  'read-after-write',
  'lag',
  'failover',
] as const

export type StressKindName = (typeof STRESS_KIND_NAMES)[number]

export interface StressResult {
  readonly schema: 'quorumlab.stress/1'
  readonly quorumlab: string
  readonly url: string
  /** That repeats it. */
  readonly command: string
  /** Wall clock, as ISO 8601. */
  readonly startedAt: string
  /** In words: timestamps, quorum, election, level of acknowledgement. */
  readonly system: string
  readonly runs: readonly StressRun[]
  /** Once a second, as the coordinator counts its clients; times since the start. */
  readonly samples: readonly StressSample[]
  /** False: it was interrupted. */
  readonly complete: boolean
}

export interface StressRun {
  readonly kind: StressKindName
  readonly title: string
  /** Milliseconds since the start. */
  readonly startMs: number
  readonly endMs: number
  /** What came of it, in one sentence. */
  readonly sentence: string
  readonly figures: readonly StressFigure[]
  readonly steps: readonly { readonly name: string; readonly atMs: number; readonly detail: string }[]
  readonly checks: readonly StressCheck[]
  /** The coordinator's answer, word for word. */
  readonly answer: unknown
}

export interface StressFigure {
  readonly name: string
  /** Null: it was not measured. */
  readonly value: number | null
  readonly unit: '' | 'ms' | 's' | '/s' | '%'
}

export interface StressCheck {
  readonly name: string
  readonly verdict: Verdict
  readonly detail: string
}

export interface StressSample {
  readonly atMs: number
  readonly writesPerSec: number
  readonly readsPerSec: number
  readonly failedPerSec: number
  readonly latencyP50Ms: number
  readonly latencyP99Ms: number
}
