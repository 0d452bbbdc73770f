/** A quorum policy as scenarios name it: its facts, and how it is made from a scenario's settings. */
import type { Guaranteeing, PolicySettings } from '../policy-facts.ts'
import type { QuorumPolicy } from './policy.ts'

export interface QuorumKind extends Guaranteeing {
  /** Its row in the table of algorithms/README.md. */
  readonly row: {
    readonly k: string
    readonly writesGoOnWith: string
    readonly takeOver: string
    readonly waitsFor: string
    /** n = 4, t = 1: k, writes, take-over. */
    readonly atFour: string
    readonly source: string
  }
  /**
   * Where *any* k replicas acknowledge a write and no fewer do, whoever they are: that k, and why where it does not
   * simply count. Null: at these numbers it matters who they are, or they do not fit it. Policies of one k are the same
   * (same-rule.ts), and a test tries all subsets.
   */
  anyReplicas(nodes: number, settings: PolicySettings): { readonly k: number; readonly because: string | null } | null
  make(settings: PolicySettings): QuorumPolicy
}
