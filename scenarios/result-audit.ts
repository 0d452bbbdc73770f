/** What an audit found, as `result.json` has it (scenarios/audit/judge-audit.ts). */
import type { CheckResult } from './result.ts'

export interface Audit extends CheckResult {
  /** The server of the newest epoch that any server's table knows; null: none can be told. */
  readonly source: string | null
  /** Writes that were answered ok, by what was promised: STRONG and SESSION are to stay, EVENTUAL is not. */
  readonly acknowledged: { readonly strong: number; readonly eventual: number; readonly eventualLost: number }
  /** Writes that nobody was told the outcome of, and how many of them are there. */
  readonly unknown: { readonly count: number; readonly there: number }
  readonly servers: readonly ServerAudit[]
}

/** Of a running system: clients' own histories are not at hand, what was acknowledged is known by GTID. */
export interface SystemAudit extends CheckResult {
  readonly source: string | null
  /** STRONG and SESSION writes; `forgotten`: the oldest of them, which are not kept any more and were not looked for. */
  readonly acknowledged: { readonly held: number; readonly forgotten: number }
  readonly servers: readonly ServerAudit[]
  /** Compared row by row on these servers; null: that was not possible. */
  readonly tables: { readonly nodes: readonly string[]; readonly count: number; readonly rows: number } | null
}

export interface ServerAudit {
  readonly node: string
  /**
   * `source`; `agrees`: it has what the source has; `behind`: it lacks some of that, and will get it; `diverged`: it has
   * executed what the source has not; `away`: it did not answer, and only its files were read.
   */
  readonly state: 'source' | 'agrees' | 'behind' | 'diverged' | 'away'
  /** Acknowledged STRONG writes that it lacks; of one that is away, in its binlogs. */
  readonly lacks: number
  /** Transactions in the binlogs that it has now, and before those (purged, or come with a clone); null: not known. */
  readonly logged: number
  readonly unlogged: number | null
  /** Executed here and not by the source: GTIDs as MySQL writes them; '': none. */
  readonly extras: string
  /** Written by a server that did not reign at that time, and executed here; '': none. */
  readonly errant: string
  /** Epochs in which it was the source. */
  readonly reigned: readonly number[]
  /** Its identities before its present data, oldest first: it was rebuilt so often. */
  readonly former: readonly FormerIdentity[]
}

export interface FormerIdentity {
  readonly uuid: string | null
  /** What went with it: executed there and not by the source. */
  readonly extras: string
  readonly extrasCount: number
  /** Of those, how many are in a file, and where; null: nothing was kept. */
  readonly kept: number
  readonly keptAs: string | null
}
