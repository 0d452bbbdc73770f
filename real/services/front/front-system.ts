/** What the front asks of the coordinator in whose process it lives. */
import type { Gtid, GtidSet } from '../../../algorithms/gtid-set.ts'
import type { Consistency } from '../../../algorithms/statements.ts'
import type { Account } from '../../mysql/connection.ts'
import type { StatementClass } from '../../mysql/statement-class.ts'
import type { NodeAddress } from '../../mysql/target.ts'

interface Route {
  readonly source: NodeAddress
  /** Where a read of the asked level goes. */
  readonly reader: NodeAddress
}

/** What was done where, for its answer to be held until it may be seen. */
export interface Done {
  readonly node: string
  readonly consistency: Consistency
  /** Of a write. */
  readonly gtid: Gtid | null
  /** gtid_executed of that server after a read. */
  readonly executed: GtidSet | null
}

export type Settled = { readonly verdict: 'ok' } | { readonly verdict: 'not-held'; readonly reason: string }

export interface FrontSystem {
  /** Who may log in, here and at the servers. */
  readonly account: Account
  /** Of the MySQL servers. */
  readonly version: string
  classify(text: string, hasParameters: boolean): Promise<StatementClass>
  /** Waits while the source is moved. `leave` is called once, when what was begun then has been answered. */
  enter(): Promise<() => void>
  /** Waits for a source for as long as clients are patient; null: there is none. */
  route(consistency: Consistency): Promise<Route | null>
  /** For the rows that are written next, as a number; null: no timestamp server answers in time. */
  timestamp(): Promise<number | null>
  settle(done: Done): Promise<Settled>
  /** The connection to this server was lost with a statement in flight. */
  lost(node: string): void
  /** A bug of the front's. */
  failed(error: unknown): void
}
