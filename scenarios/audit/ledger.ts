/** What a coordinator told its clients is held by the quorum, by GTID alone: a running system's clients keep no history here. */
import type { GtidSet } from '../../algorithms/gtid-set.ts'

export interface Ledger {
  /** Of STRONG and SESSION writes that were acknowledged. */
  readonly gtids: GtidSet
  /** How many more there were: the oldest, which are not kept any more. */
  readonly forgotten: number
}
