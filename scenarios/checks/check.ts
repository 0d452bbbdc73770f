/**
 * What every check says of itself, beside its code and nowhere else: the schema, `explain`, the swarm and the table of
 * scenarios/README.md are made from it, so a new check is one file with one line in checks.ts.
 */
import type { Guarantee } from '../../algorithms/policy-facts.ts'
import type { Consistency } from '../../algorithms/statements.ts'
import type { RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'

/** What a check judges by. Every run yields all of it, but a Raft group has no timestamps. */
type Evidence = 'history' | 'timestamps' | 'decisions' | 'end-state'

export interface Check {
  readonly name: string
  /** What holds where it passes, as `explain` says it. */
  readonly says: string
  /** What a pass proves of the run that was made, and what it cannot see: its row in scenarios/README.md. */
  readonly proves: string
  readonly cannotSee: string
  readonly evidence: readonly Evidence[]
  /** What the chosen policies must guarantee for it to hold. Empty: the coordinator's procedures promise it under any. */
  readonly promisedBy: readonly Guarantee[]
  /** A level beyond STRONG without whose operations it says nothing that `linearizable` does not; null: none. */
  readonly level: Consistency | null
  /** Cannot hold while the quorum rule leaves the cluster without a source. */
  readonly needsSource: boolean
  judge(record: RunRecord, scenario: Scenario): CheckResult
}
