/** A quorum system of Raft as scenarios name it: its facts, and how it is made for a group. */
import type { Guaranteeing } from '../policy-facts.ts'
import type { Grouping } from './grouping.ts'
import type { QuorumScheme } from './quorum-system.ts'

interface SchemeSetup {
  readonly nodes: number
  readonly weightRatio: number | 'largest'
  /** Whom a scheme of groups puts together; null: as it likes. */
  readonly groups: Grouping | null
}

export interface RaftQuorumKind extends Guaranteeing {
  /** Its row in the table of algorithms/README.md. */
  readonly row: {
    readonly commitsWith: string
    readonly electsWith: string
    readonly promises: string
    readonly costs: string
    readonly source: string
  }
  make(setup: SchemeSetup): QuorumScheme
}
