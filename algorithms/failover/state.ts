/** What a coordinator knows. One object per coordinator process, changed only between yields of its fibers. */
import { type Deferred, deferred } from '../effects.ts'
import type { Elections } from '../election/policies.ts'
import type { FiberProcess } from '../fiber.ts'
import type { GtidSet } from '../gtid-set.ts'
import type { PolicySettings } from '../policy-facts.ts'
import type { QuorumPolicy, QuorumSelection } from '../quorum/policy.ts'
import type { CoordinatorServer, JournalServer, MysqlServer, ServerState, SupervisorServer } from '../servers.ts'
import type { TimestampClient } from '../timestamps/algorithm.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import type { CommitDelays } from './advice.ts'
import type { Confirmations } from './confirmations.ts'
import type { EpochOwner } from './epoch-numbers.ts'
import type { Executions } from './executions.ts'
import type { Gate } from './gate.ts'
import type { Look, Loss } from './loss.ts'
import type { Mode } from './mode.ts'
import type { Procedures } from './procedures.ts'
import type { Order } from './promote.ts'
import type { Move } from './switchover.ts'
import type { Tuning } from './tuning.ts'

/** One epoch, led by this coordinator. */
export interface Reign {
  readonly epoch: number
  readonly source: Member
  readonly sourceUuid: string
  /** Changes only by a row of its own (`change-threshold.ts`). */
  k: number
  readonly base: number
  readonly startedUs: number
  readonly acknowledgements: Acknowledgements
  readonly confirmations: Confirmations
  readonly executions: Executions
  /** Settled when the reign has to end, with the cause. */
  alarm: Deferred<Alarm>
  /** Whom it makes way for, while it is powerless: the next alarm ends it, whichever comes first. */
  powerless: Alarm | null
  /** Settled when the reign is over: what is still asked of its source is not waited for. */
  readonly ended: Deferred<void>
  selection: QuorumSelection
  selectedAtUs: number
  /** When the trace was last told of weights, and of which: they may change with every round. */
  weightsShown: { readonly atUs: number; readonly ranking: string } | null
  thresholdChanging: boolean
  /** When no other source would have had replicas enough for a write either; never: -Infinity. */
  tooFewAtUs: number
}

export type Alarm =
  /** `powerless`: this coordinator cannot take over, and perhaps another can. */
  | { readonly kind: 'gone' | 'stalled' | 'deposed' | 'powerless'; readonly reason: string }
  /** Nothing is wrong: somebody wants another source. `to` null: whoever the policy prefers. */
  | { readonly kind: 'planned'; readonly reason: string; readonly from: Member; readonly to: Member | null }
  /** The source is gone, and a person wants this one in its place. `to` null: whoever the policy prefers. */
  | { readonly kind: 'ordered'; readonly reason: string; readonly to: Member | null }

/** What the adviser's moves have cost: its own account. */
interface MoveAccount {
  moves: number
  /** How long clients were held back, in all. */
  heldUs: number
}

/** A rebuild may fail, and the old data stay: who still has this server_uuid afterwards has lost nothing. */
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
  probeFailingSinceUs: number | null
  latencyUs: number
  crashes: number
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
  /** An administrative call is under way; settled when it ends. */
  administering: Deferred<void> | null
  rejoining: boolean
  /** Settled to make its probe loop look at once. */
  hurry: Deferred<void>
}

/** The simulator's knowledge: microseconds until `k` replicas hold a write of `node`. */
export type TrueDelay = (node: string, k: number) => number

export interface CoordinatorState {
  readonly process: FiberProcess
  /** Which epochs are this coordinator's own. */
  readonly owner: EpochOwner
  /** The other coordinators; none in most clusters. */
  readonly peers: readonly CoordinatorServer[]
  readonly members: readonly Member[]
  readonly byNode: ReadonlyMap<string, Member>
  readonly tuning: Tuning
  readonly level: 'applied' | 'received'
  /** Changes with its settings' failure threshold. */
  quorum: QuorumPolicy
  /** The fewest replicas that it has ever asked for: an epoch whose row nobody shows may have begun with so few. */
  leastK: number
  quorumSettings: PolicySettings
  readonly elections: Elections
  readonly trueDelayUs: TrueDelay | null
  readonly timestamps: TimestampClient
  readonly journal: JournalServer
  readonly supervisor: SupervisorServer
  readonly procedures: Procedures
  /** The highest epoch seen in any promise, row or journal record. */
  highestEpoch: number
  /** Epochs that never began and never will: given up before anybody was promoted, or passed over by their owner. */
  readonly givenUp: Set<number>
  /** Epochs of this coordinator's own that it tried to begin, in earlier lives, too, as far as its journal has them. */
  readonly opened: Set<number>
  /** The journal has every epoch that this coordinator ever opened: nothing had begun when it was begun. */
  journalIsWhole: boolean
  reign: Reign | null
  takingOver: boolean
  readonly gate: Gate
  /** A planned move that is under way. */
  move: Move | null
  /** What a person has ordered in place of a source that is gone. */
  order: Order | null
  readonly mode: Mode
  readonly account: MoveAccount
  /** Kept where the election policy has an adviser. */
  readonly commits: CommitDelays | null
  /** The latest statement of a client on the source. */
  client: 'answered' | 'failed' | null
  clientFailingSinceUs: number | null
}

export function newMember(index: number, node: string, none: GtidSet): Member {
  return {
    index,
    node,
    server: { name: node, kind: 'mysql' },
    state: null,
    stateAskedUs: -1,
    probe: null,
    probeFailingSinceUs: null,
    latencyUs: 1_000,
    crashes: 0,
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
    administering: null,
    rejoining: false,
    hurry: deferred(),
  }
}

/** Look at these members now instead of at the next interval. */
export function hurry(members: Iterable<Member>): void {
  for (const member of members) member.hurry.settle()
}
