/**
 * What the procedures may ask of whom. Every server of the system is named here with its requests and the replies
 * they earn, so that `call(node, { kind: 'execute', ... })` is typed end to end and a wrong request does not compile.
 * `sim/` answers these from its models, `real/` from mysql2 and TCP. Nothing here knows which.
 */
import type { RelayRequests } from './failover/relaying.ts'
import type { ModeReply, SteeringRequests } from './failover/steering.ts'
import type { ToldLook } from './failover/told-look.ts'
import type { Gtid, GtidSet } from './gtid-set.ts'
import type { Why } from './reasons/why.ts'
import type { Consistency, Executed, Rows, RowValue, Staleness, Statement, WriteResult } from './statements.ts'
import type { Timestamp } from './timestamps/timestamp.ts'
import type { Told } from './told.ts'

/** A map from request kind to what is sent (besides `kind`) and what an `ok` outcome carries. */
export type Requests = Record<string, { readonly request: object; readonly reply: unknown }>

/** The address of a server: its process name, typed by what it answers. `R` is phantom: it exists for inference. */
export interface Server<R extends Requests> {
  readonly name: string
  readonly kind: 'mysql' | 'timestamp' | 'coordinator' | 'journal' | 'supervisor' | 'probe-target'
  readonly requests?: R
}

export type RequestOf<R extends Requests> = { [K in keyof R]: { readonly kind: K } & R[K]['request'] }[keyof R]
export type ReplyOf<R extends Requests, K extends keyof R> = R[K]['reply']

/**
 * How a call ends. `failed`: it certainly did nothing. `unknown`: it may have happened, now or later. `why` is what
 * decides, `reason` says it to people (`reasons/`).
 */
export type Outcome<T> = { readonly kind: 'ok'; readonly reply: T } | Failed | Unknown

export type Failed = NotOk<'failed'>
export type Unknown = NotOk<'unknown'>

interface NotOk<Kind> {
  readonly kind: Kind
  readonly why: Why
  readonly reason: string
}

// ---------------------------------------------------------------------------------------------- MySQL servers

/** The state a probe, a fence or a detach reads from a server. All of it comes from one reply over the network. */
export interface ServerState {
  readonly uuid: string
  readonly executed: GtidSet
  /** In the relay log, applied or not; empty on a server that replicates from nobody. */
  readonly retrieved: GtidSet
  /** The highest epoch this server has promised (a local row, never replicated). 0: none. */
  readonly promised: number
  readonly superReadOnly: boolean
  readonly offline: boolean
  readonly receiver: 'running' | 'connecting' | 'stopped'
  readonly applier: 'running' | 'stopped'
  /** Why the receiver gave up for good; null: it has not, or was told to stop. */
  readonly receiverError: 'binlogs-purged' | 'other' | null
  /** MySQL's number of the error that the applier stopped at by itself; null: at none since it was started. */
  readonly applierErrno: number | null
  /** Configured source, by member name; null when none is configured. */
  readonly source: string | null
  /** Microseconds since the last heartbeat or queued transaction from the source; null when never fed. */
  readonly fedAgeUs: number | null
  /** Of a transaction that its receiver has a part of: how many bytes, from some beginning. Null: of none, or nobody looked. */
  readonly arriving: { readonly transaction: string; readonly position: number } | null
  readonly uptimeUs: number
  readonly semiSyncSource: boolean
  /** Replicas whose receipt each commit waits for, however long it takes; 0: none, or it may stop waiting by itself. */
  readonly receipts: number
}

/**
 * Administrative commands: each changes a server, so each runs in the one session that holds the server's
 * administrator lock, after the check that the session's epoch is not outdated (failover/rules.md section 2).
 * A deposed session gets `failed`, code `deposed`.
 */
export type AdminCommand =
  /** Promise `promise`, stop the IO thread, read back. Step 1 and 2 of a failover. */
  | { readonly command: 'detach'; readonly promise: number }
  /** offline_mode on, semi-sync off, super_read_only on, promise, read executed: in this order. */
  | { readonly command: 'fence'; readonly promise: number }
  /**
   * Promise the session's epoch and read that back, then follow `source`. Keeps relay logs (CHANGE runs with the
   * applier running and the receiver stopped), then starts the receiver. `drain` uses the account that may enter a
   * fenced server.
   */
  | { readonly command: 'point'; readonly source: string; readonly drain: boolean }
  /** Become the source: receiver stopped and read back, semi-sync source if configured, writable, write the marker transaction. */
  | { readonly command: 'promote'; readonly marker: Gtid; readonly k: number }
  /**
   * Write a further row of the reigning epoch, with another k, on its source; nothing when it is there already. With
   * semi-sync, `receipts` replicas are waited for from now on.
   */
  | { readonly command: 'mark'; readonly marker: Gtid; readonly k: number; readonly receipts: number }
  /** super_read_only, clients cut, receiver and applier stopped; then read. First step of a rejoin. */
  | { readonly command: 'quiesce' }
  /** Start the applier: after a boot it is stopped, and what was received stays unapplied. */
  | { readonly command: 'apply' }
  /** Drop the relay log. Only after its extras were listed, or when executed covers it. */
  | { readonly command: 'discardRelayLog' }
  /** Give the administrator lock back and close the session. */
  | { readonly command: 'release' }

export type MysqlRequests = {
  /** One autocommit transaction. SQL that the server refuses is `failed`, code `statement-refused`: the server is well. */
  execute: {
    request: {
      readonly statement: Statement
      readonly timestamp: Timestamp | null
      readonly operationId: string | null
    }
    reply: Executed & { readonly told: Told }
  }
  /**
   * Read. `after`: wait first, `waitUs` at most, until these are executed here. `wantExecuted`: gtid_executed, read on
   * the same connection after the data (never before it).
   */
  query: {
    request: {
      readonly statement: Statement
      readonly after: GtidSet | null
      readonly waitUs: number
      readonly wantExecuted: boolean
    }
    reply: {
      /** A keyed read's. */
      readonly value: RowValue | null
      /** An SQL read's. */
      readonly rows: Rows | null
      readonly executed: GtidSet | null
      readonly told: Told
    }
  }
  /** The highest timestamp among the rows applied here. */
  highestTimestamp: { request: object; reply: { readonly timestamp: Timestamp | null } }
  /** gtid_executed now. */
  executed: { request: object; reply: { readonly executed: GtidSet } }
  /** Wait until `gtids` are executed (applied) here, or in the relay log (received), then report the whole set. */
  waitFor: {
    request: { readonly gtids: GtidSet; readonly level: 'applied' | 'received'; readonly timeoutUs: number }
    reply: { readonly covered: boolean; readonly gtids: GtidSet }
  }
  probe: { request: object; reply: ServerState }
  /** The cheap part of a probe, for confirming a reign: the promise, and all GTIDs executed or retrieved. */
  confirm: { request: object; reply: { readonly promised: number; readonly gtids: GtidSet } }
  /** `source`: the member this epoch's session administers for (null while none is chosen). Never abandoned. */
  administer: {
    request: { readonly epoch: number; readonly source: string | null; readonly action: AdminCommand }
    reply: ServerState
  }
}
export type MysqlServer = Server<MysqlRequests>

// ------------------------------------------------------------------------------------------- other servers

export type TimestampRequests = {
  /** odd-even: the server's next number. */
  next: { request: object; reply: { readonly timestamp: Timestamp } }
  /** odd-even: begin again with the first number. */
  reset: { request: object; reply: object }
  /** taas, hybrid: a number whose counter is above `after` and above every one this server ever gave. */
  tick: { request: { readonly after: number }; reply: { readonly timestamp: Timestamp } }
  /** oracle: a number of the leader's; `leader` (0-based, null: unknown) when that is somebody else. */
  issue: {
    request: object
    reply:
      | { readonly kind: 'issued'; readonly timestamp: Timestamp }
      | { readonly kind: 'elsewhere'; readonly leader: number | null }
  }
  /** oracle, among its servers: see `timestamps/lease-grants.ts`. `owner` is 0-based. */
  survey: { request: { readonly owner: number }; reply: GrantReply }
  acquire: { request: { readonly term: number; readonly owner: number }; reply: GrantReply }
  renew: { request: { readonly term: number }; reply: GrantReply }
  release: { request: { readonly term: number }; reply: GrantReply }
  save: { request: { readonly term: number; readonly bound: number }; reply: GrantReply }
}
/** What the asked server has granted and saved, after the request. */
export interface GrantReply {
  readonly granted: boolean
  readonly term: number
  readonly bound: number
}
export type TimestampServer = Server<TimestampRequests>

/** What a client's session has done so far. The client keeps it and sends it along: coordinators know no sessions. */
export interface Session {
  /** Transactions that it has written or may have read; null: not kept, because none of its operations is SESSION. */
  readonly seen: GtidSet | null
  /** The largest timestamp that it was answered. */
  readonly timestamp: Timestamp | null
}

/** `ok` at the call level carries the operation's own verdict: the coordinator answers, but may answer `unknown`. */
export type WriteReply =
  | {
      readonly verdict: 'ok'
      /** Null: SQL that changed nothing. What it saw is acknowledged then, as with a read. */
      readonly gtid: Gtid | null
      readonly timestamp: Timestamp | null
      readonly epoch: number
      readonly node: string
      /** Of SQL. */
      readonly result: WriteResult | null
      /** Beside a null `gtid`, for the session to remember; null also where nothing was waited for (EVENTUAL). */
      readonly seen: GtidSet | null
    }
  /** `gtid` is known when the source committed but the quorum did not answer. */
  | {
      readonly verdict: 'failed' | 'unknown'
      readonly why: Why
      readonly reason: string
      readonly gtid: Gtid | null
      readonly timestamp: Timestamp | null
      /** Whom it was sent to, under which epoch; null: to nobody. */
      readonly at: { readonly node: string; readonly epoch: number } | null
    }
export type ReadReply =
  | {
      readonly verdict: 'ok'
      /** A keyed read's. */
      readonly value: RowValue | null
      /** An SQL read's. */
      readonly rows: Rows | null
      readonly epoch: number
      readonly node: string
      /** Everything that the value may come from, for the session to remember; null: it keeps nothing, or EVENTUAL. */
      readonly seen: GtidSet | null
      /** Of an EVENTUAL read; the others are not stale. */
      readonly staleness: Staleness | null
    }
  | { readonly verdict: 'failed'; readonly why: Why; readonly reason: string }

/** One operation of a client. */
export interface ClientRequest {
  readonly statement: Statement
  readonly consistency: Consistency
  /** Null: a client without one. */
  readonly session: Session | null
  /** Makes a repeat of an SQL write harmless: it is answered with what the first one came to. */
  readonly operationId?: string
}

/** `unknown`: the row may be written, so a take-over may count on the smaller k; acknowledgement keeps the larger. */
export type ChangeThresholdReply =
  | { readonly verdict: 'ok'; readonly epoch: number; readonly k: number }
  | { readonly verdict: 'refused' | 'unknown'; readonly why: Why; readonly reason: string }

export type CoordinatorRequests = SteeringRequests &
  RelayRequests & {
    write: { request: ClientRequest; reply: WriteReply }
    read: { request: ClientRequest; reply: ReadReply }
    /** Change the failure threshold t of a policy that has one, within the epoch (failover/rules.md section 1). */
    changeThreshold: { request: { readonly failureThreshold: number }; reply: ChangeThresholdReply }
    /** What this coordinator does, and whom it rules: `source` null while it does not reign. */
    status: {
      request: object
      reply: {
        readonly state: 'reigns' | 'takes over' | 'stands by'
        readonly epoch: number
        readonly source: string | null
        /** Replicas that must hold a STRONG write. */
        readonly k: number | null
        readonly replicas: readonly string[]
        /** Would the quorum rule let it take over now, by its last probes? */
        readonly able: boolean
        /** Epochs of its own that it gave up before anybody was promoted. */
        readonly givenUp: readonly number[]
        readonly looks: readonly ToldLook[]
        readonly mode: ModeReply
      }
    }
  }
export type CoordinatorServer = Server<CoordinatorRequests>

/** The coordinator's own durable log: `ok` means it is on disk (fsync). */
export type JournalRequests = {
  append: { request: { readonly record: object }; reply: object }
  readAll: { request: object; reply: { readonly records: readonly object[] } }
}
export type JournalServer = Server<JournalRequests>

/** Who may start, stop and rebuild server processes: the driver. A coordinator can only ask. */
export type SupervisorRequests = {
  /**
   * What `node` uses of its machine. `busyUs`: processor time since its start, its neighbours' included where those can
   * be seen. Null: nobody can say.
   */
  usage: {
    request: { readonly node: string }
    reply: { readonly busyUs: number | null; readonly cores: number; readonly memoryBytes: number | null }
  }
  /** Save what `gtids` did on `node` (mysqlbinlog) before they are thrown away. */
  saveExtras: { request: { readonly node: string; readonly gtids: GtidSet }; reply: { readonly path: string } }
  /** Replace the data of `node` by a clone of `donor`, with a new server_uuid, and start it (read-only, not replicating). */
  rebuild: { request: { readonly node: string; readonly donor: string }; reply: { readonly uuid: string } }
}
export type SupervisorServer = Server<SupervisorRequests>
