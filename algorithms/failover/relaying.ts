/** What a relay asks of a coordinator: it passes on statements itself, on connections of its clients' own. */
import type { Gtid, GtidSet } from '../gtid-set.ts'
import type { Why } from '../reasons/why.ts'
import type { Consistency } from '../statements.ts'
import type { Timestamp } from '../timestamps/timestamp.ts'

/** What a relay has had done by a server, before it lets anybody see the answer. */
export interface RelayedStatement {
  /** The server that did it. */
  readonly node: string
  readonly consistency: Consistency
  /** Of a write. */
  readonly gtid: Gtid | null
  readonly timestamp: Timestamp | null
  /** gtid_executed of that server, read after what it showed on the same connection; null: it wrote. */
  readonly executed: GtidSet | null
}

/** Part of `CoordinatorRequests`. */
export type RelayRequests = {
  /** Whom a relay asks: the source, and where a read of this level may go. Null while nobody reigns. */
  route: {
    request: { readonly consistency: Consistency }
    reply: { readonly source: string; readonly reader: string } | null
  }
  /** A timestamp for a write that a relay is about to pass on, above `after`; null: none in time. */
  timestamp: { request: { readonly after: Timestamp | null }; reply: { readonly timestamp: Timestamp | null } }
  /** May the answer to what a relay passed on be seen? It waits for what a read or a write of this level waits for. */
  settle: { request: RelayedStatement; reply: { readonly why: Why | null } }
}
