import type { GtidSet } from '../gtid-set.ts'
import type { ServerState } from '../servers.ts'
import type { LossKind } from './loss.ts'

/**
 * What a coordinator knows of one MySQL server, for its peers. Times are ages: they count back from the answer, so no two
 * clocks have to agree.
 */
export interface ToldLook {
  readonly node: string
  /** The last look, its own or one that it was told of; null: there was none. `held`: executed or retrieved. */
  readonly look:
    | (Pick<ServerState, 'uuid' | 'executed' | 'promised'> & {
        readonly held: GtidSet
        readonly askedAgeUs: number
        readonly answeredAgeUs: number
      })
    | null
  /** What was seen of a loss that it has not made good; `joined`: it was promised the reigning epoch since. */
  readonly loss: { readonly kind: LossKind; readonly ageUs: number; readonly joined: boolean } | null
  /** Its server_uuid is one that this coordinator does not know: it cannot speak for it. */
  readonly doubted: boolean
  /** How long ago it held all that it ever helped to acknowledge, after a loss; null: it had lost nothing. */
  readonly provedAgeUs: number | null
}
