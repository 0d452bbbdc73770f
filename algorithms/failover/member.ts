/** One configured MySQL server, as a coordinator knows it. */
import { type Deferred, deferred } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import type { Why } from '../reasons/why.ts'
import type { MysqlServer, ServerState } from '../servers.ts'
import type { Look, Loss } from './loss.ts'
import { Silence } from './silence.ts'

/**
 * A rebuild that was begun. It may fail and leave the old data in place: a server that still has this server_uuid afterwards
 * has lost nothing.
 */
export interface PendingRebuild {
  readonly uuid: string
  /** What it had lost before that was decided. */
  readonly before: Loss | null
  /** When it was; null: in an earlier life of this coordinator. */
  readonly sinceUs: number | null
}

/** One configured MySQL server, as far as this coordinator has seen. */
export interface Member {
  readonly index: number
  readonly node: string
  readonly server: MysqlServer
  state: ServerState | null
  /** When the state was asked for; it is at least as new as this. */
  stateAskedUs: number
  probe: 'answered' | 'failed' | null
  /** That failure was a connection that broke, or was refused. */
  isBroken: boolean
  /** A client's statement on it failed, and none was answered since. */
  isDoubted: boolean
  /** When a look last showed that more of one transaction had come in; -1: none ever did. */
  advancedUs: number
  /** Of probes and, while it is the source, clients' statements. */
  readonly silence: Silence
  latencyUs: number
  crashes: number
  /** The process that was last seen had started by then. */
  bootedByUs: number
  /** Everything it was ever seen to hold, by this coordinator or a peer: shrinking means it lost data. */
  held: GtidSet
  /** By then it was seen to hold all of that. */
  heldAnsweredUs: number
  /** The look that `held` is from, this coordinator's or a peer's. */
  look: Look | null
  /** What it lost and has not made good. */
  loss: Loss | null
  /** When a loss was last seen or heard of: what was asked before proves nothing. */
  lostUs: number
  /** What the journal says of the loss. */
  lossInJournal: Loss | null
  /** At this moment it held all that it ever helped to acknowledge; -1: it never had to prove that. */
  provedUs: number
  /** When it was last pointed at a reigning source, under its lock and with that epoch promised; -1: never. */
  joinedUs: number
  /** At this process's first look it had promised nothing and no epoch had begun on it. */
  metUnused: boolean
  /** Its rebuild was decided, and nothing was heard of it since. */
  rebuild: PendingRebuild | null
  /** The server_uuid it was last seen with, also by this coordinator's earlier lives. Kept where there are peers. */
  knownUuid: string | null
  /** What the journal says of that. */
  uuidInJournal: string | null
  quarantined: boolean
  /** It was pointed at a source and did not answer: it may follow by now, and nobody has said that it is back. */
  pointedUnanswered: boolean
  /** Why it should be rebuilt and is not yet, as the trace was told; null: nothing of the kind. */
  unfit: Why | null
  /** How many times as long as others a command on it may take (administer.ts). */
  patience: number
  /** An administrative call is under way; settled when it ends. */
  administering: Deferred<void> | null
  rejoining: boolean
  /** Settled to make its probe loop look at once. */
  hurry: Deferred<void>
}

export function newMember(index: number, node: string, none: GtidSet): Member {
  return {
    index,
    node,
    server: { name: node, kind: 'mysql' },
    state: null,
    stateAskedUs: -1,
    probe: null,
    isBroken: false,
    isDoubted: false,
    advancedUs: -1,
    silence: new Silence(),
    latencyUs: 1_000,
    crashes: 0,
    bootedByUs: Number.POSITIVE_INFINITY,
    held: none,
    heldAnsweredUs: -1,
    look: null,
    loss: null,
    lostUs: -1,
    lossInJournal: null,
    provedUs: -1,
    joinedUs: -1,
    metUnused: false,
    rebuild: null,
    knownUuid: null,
    uuidInJournal: null,
    quarantined: false,
    pointedUnanswered: false,
    unfit: null,
    patience: 1,
    administering: null,
    rejoining: false,
    hurry: deferred(),
  }
}

/** Look at these members now instead of at the next interval. */
export function hurry(members: Iterable<Member>): void {
  for (const member of members) member.hurry.settle()
}
