/**
 * Why something was refused, failed, or may or may not have happened: a code, with the numbers and names that belong to
 * it. Whatever decides (a retry, a verdict, who is deposed) looks at the code; the sentence that people read is made
 * from it in `text.ts`, and nothing may be decided by that. A new reason is one line here and one there: a code
 * without a sentence does not compile.
 */
import type { MysqlWhy } from './mysql-errors.ts'

/** The same code with the same numbers? */
export function isSame(a: Why, b: Why): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export type Why =
  | CallWhy
  | CommandWhy
  | MysqlWhy
  | HelperWhy
  | OperationWhy
  | TakeOverWhy
  | MoveWhy
  | ThresholdWhy
  | ReplicaWhy

/** What happened to a request on its way. */
type CallWhy =
  /** Nobody listens there. */
  | { readonly code: 'connection-refused' }
  | { readonly code: 'connect-timeout' }
  /** It broke under the request. */
  | { readonly code: 'connection-lost' }
  /** The caller's own end was closed. */
  | { readonly code: 'connection-closed' }
  /** No answer in time. */
  | { readonly code: 'deadline' }
  /** Nothing was sent in time: every connection was in use. */
  | { readonly code: 'no-connection' }
  /** The caller stopped waiting (`call(..., until)`). */
  | { readonly code: 'unwanted' }
  | { readonly code: 'unknown-request' }
  /** The process has started and does not serve yet; nobody has said yet where it is; there is none. */
  | { readonly code: 'starting' | 'not-introduced' | 'no-coordinator' }

/** An administrative command. */
type CommandWhy =
  | Deposed
  /** Another command was under way until the deadline; somebody took the session's lock; it was not to be had. */
  | { readonly code: 'administrator-busy' | 'session-killed' | 'administrator-locked' }
  /** A server that still receives, or that has not applied all it received, is not promoted. */
  | { readonly code: 'still-receiving'; readonly receiver: string }
  | { readonly code: 'unapplied'; readonly transactions: number }
  /** A promise was written, and an older one read back. */
  | { readonly code: 'not-kept'; readonly promised: number }
  /** A further row of an epoch is written where one can write. */
  | { readonly code: 'not-writable' }
  | { readonly code: 'receiver-not-stopped'; readonly receiver: string }
  /** CHANGE would delete the relay log. */
  | { readonly code: 'applier-stopped' }
  /** The command was given up, and it is not known that its session is over: it may still do something. */
  | { readonly code: 'not-seen-dead'; readonly cause: Why }

/**
 * A session of epoch `session` may not change the server: it has promised `epoch`, an epoch `epoch` has begun there, or
 * the epoch is the session's own and belongs to another source (members by number; `named` null: to none yet).
 */
export type Deposed = { readonly code: 'deposed'; readonly epoch: number } & (
  | { readonly by: 'promise' | 'row'; readonly session: number }
  | { readonly by: 'rival'; readonly member: number; readonly named: number | null }
)

/** Journal, supervisor, timestamp servers, and what a MySQL server answers beside its errors. */
type HelperWhy =
  | { readonly code: 'journal-failed'; readonly message: string }
  | { readonly code: 'supervisor-failed'; readonly request: string; readonly message: string }
  | { readonly code: 'donor-down' | 'donor-lost'; readonly donor: string }
  | { readonly code: 'rebuild-under-way' | 'not-started'; readonly node: string }
  /** oracle: a timestamp server that may not grant anything yet. */
  | { readonly code: 'nothing-granted' }
  /** The server's answer to a write lacked the transaction's GTID, or that cannot be counted exactly. */
  | { readonly code: 'no-gtid' }
  /** `what` was answered as a number beyond 2^53-1. */
  | { readonly code: 'inexact-integer'; readonly what: string; readonly found: string }
  /** A read's server did not execute in time what the session had seen. */
  | { readonly code: 'not-caught-up' }
  /** The adviser does not ask a server that does not answer its probes. */
  | { readonly code: 'silent-server' }

/** A replica that cannot follow as it is. */
type ReplicaWhy =
  /** It executed transactions that its source never had. */
  | { readonly code: 'errant'; readonly transactions: number }
  /** What it lacks is in no binlog of its source any more. */
  | { readonly code: 'binlogs-purged' }
  | { readonly code: 'applier-failed'; readonly errno: number }

/** A client's operation, as its coordinator answers it. */
type OperationWhy =
  /** With several coordinators the client then asks the next. */
  | { readonly code: 'nobody-reigns' }
  | { readonly code: 'no-timestamp' }
  /** What was asked for belongs to an epoch that is over. */
  | { readonly code: 'epoch-ended' }
  /** The transaction's GTID is none of this epoch's; the server has not begun it, or knows of a newer one. */
  | { readonly code: 'foreign-transaction' | 'foreign-server' }
  /** Executed, and not acknowledged in time; read, and not acknowledged in time; read, and not known to be the newest. */
  | { readonly code: 'quorum-late' | 'read-unacknowledged' | 'read-unconfirmed' }
  /** It waited for replicas that have too much to apply, and was not sent. */
  | { readonly code: 'apply-backlog'; readonly transactions: number; readonly limit: number }
  /** Raft. */
  | { readonly code: 'nobody-leads' | 'leader-stepped-down' }
  /** The run ended before an answer came; before any client was free to send it. */
  | { readonly code: 'in-flight' | 'no-client-free' }
  /** The operation's first try is under way, or was a moment ago; its id belongs to another one; it commits by itself. */
  | { readonly code: 'operation-in-flight' | 'operation-reused' | 'operation-id-with-ddl' }
  /** A client's SQL, for what it says: the server is well. In MySQL's words. */
  | {
      readonly code: 'statement-refused'
      readonly errno: number
      readonly sqlState: string
      readonly message: string
    }

/** Servers that count, against those that are needed. */
interface Count {
  readonly needed: number
  readonly counted: number
}

/** What the quorum rule goes by (failover/rules.md section 1). */
export interface RuleVerdict {
  /** D: everything acknowledged is held by one of them. */
  readonly data: Count
  /** P: any two take-overs meet in one of them. */
  readonly promises: Count
  /** Servers that live and do not count. */
  readonly uncounted: readonly Uncounted[]
  /** Rebuilt ones that can never prove themselves: too few others are left to acknowledge anything without them. */
  readonly unprovable: readonly string[]
}

export interface Uncounted {
  readonly node: string
  /** `unknown`: it may have been rebuilt, its server_uuid is one that the coordinator does not know. */
  readonly why: 'source' | 'not-stopped' | 'lost-relay-log' | 'rebuilt' | 'unknown'
  /** It counts for promises all the same. */
  readonly keepsPromises: boolean
}

/** Why there is no take-over, or why one came to nothing. */
type TakeOverWhy =
  | ({ readonly code: 'rule' } & RuleVerdict)
  /** Whoever else were the source could have no write acknowledged. `unprovable`: as above. */
  | ({
      readonly code: 'too-few-replicas'
      readonly unprovable: readonly string[]
      /** They cannot follow as they are, and cannot be rebuilt while no write is acknowledged without them. */
      readonly unfit?: readonly string[]
    } & Count)
  | { readonly code: 'young-term'; readonly minimumTermUs: number }
  /** So many replicas have received what writes wait for, and not applied it: another source would wait for the same ones. */
  | { readonly code: 'appliers-behind'; readonly received: number }
  /** They get the time to follow the source that they have. */
  | { readonly code: 'replicas-just-back' }
  /** Nobody was asked: failover waits for a person, for good or for so long. */
  | { readonly code: 'manual-mode' }
  | { readonly code: 'stands-back'; readonly forUs: number }
  /** The decision has to be in the journal first. */
  | { readonly code: 'not-journalled'; readonly cause: Why }
  | { readonly code: 'no-candidate' }
  | { readonly code: 'not-up-to-date'; readonly node: string }
  | { readonly code: 'not-promoted' | 'perhaps-promoted'; readonly node: string; readonly cause: Why }
  /** Each was tried. */
  | { readonly code: 'nobody-won'; readonly each: readonly Why[] }
  /** Somebody knows of a newer epoch than this coordinator's. */
  | { readonly code: 'outdated'; readonly node: string }

/** Why a planned move did not happen. */
type MoveWhy =
  | { readonly code: 'move-under-way' | 'source-in-trouble' | 'stands-by' }
  | { readonly code: 'no-such-server' | 'is-source' | 'silent' | 'lost-data' | 'not-following'; readonly node: string }
  | { readonly code: 'source-silent'; readonly cause: Why }
  | { readonly code: 'late'; readonly node: string; readonly withinUs: number }
  | { readonly code: 'no-end'; readonly afterUs: number }

/** Why a failure threshold was not changed, or perhaps not. */
type ThresholdWhy =
  | { readonly code: 'no-threshold'; readonly policy: string }
  | { readonly code: 'threshold-range'; readonly nodes: number; readonly most: number; readonly asked: number }
  | { readonly code: 'ratio-misfit'; readonly ratio: number; readonly failureThreshold: number }
  | { readonly code: 'change-under-way' }
  | { readonly code: 'row-not-written'; readonly cause: Why }
  | { readonly code: 'row-not-held'; readonly needed: number }
