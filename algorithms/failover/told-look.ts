import type { GtidSet } from '../gtid-set.ts'
import type { ServerState } from '../servers.ts'
import type { Loss } from './loss.ts'

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
  /** It does not count for data: what was seen of it. `ageUs` null: nothing was, its server_uuid is unknown here. */
  readonly loss: (Pick<Loss, 'kind' | 'joined'> & { readonly ageUs: number | null }) | null
  /** How long ago it held all that it ever helped to acknowledge, after a loss; null: it had lost nothing. */
  readonly provedAgeUs: number | null
  /** It is the source that reigns by this coordinator, or a replica that has the epoch's row and has lost nothing. */
  readonly counts: boolean
}
