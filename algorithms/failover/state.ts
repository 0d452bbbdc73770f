/** What a coordinator knows. One object per coordinator process, changed only between yields of its fibers. */
import type { Deferred } from '../effects.ts'
import type { Elections } from '../election/policies.ts'
import type { FiberProcess } from '../fiber.ts'
import type { MutableGtidSet } from '../gtid-set.ts'
import type { PolicySettings } from '../policy-facts.ts'
import type { QuorumPolicy } from '../quorum/policy.ts'
import type { JournalServer, SupervisorServer } from '../servers.ts'
import type { TimestampClient } from '../timestamps/algorithm.ts'
import type { CommitDelays } from './commit-delays.ts'
import type { EpochOwner } from './epoch-numbers.ts'
import type { Gate } from './gate.ts'
import type { Member } from './member.ts'
import type { Peer } from './peer.ts'
import type { Procedures } from './procedures.ts'
import type { Alarm, Reign } from './reign.ts'
import type { SwitchoverReply } from './steering.ts'
import type { Tuning } from './tuning.ts'

/** One move on its way. */
export interface Move {
  readonly from: Member
  /** Null: whoever the election policy puts first. */
  readonly to: Member | null
  readonly by: 'request' | 'adviser'
  readonly reason: string
  readonly done: Deferred<SwitchoverReply>
}

/** What a person has ordered and nobody has reigned since. */
export interface Order {
  readonly alarm: Extract<Alarm, { kind: 'ordered' }>
  readonly done: Deferred<SwitchoverReply>
}

/** May it replace a source that is gone without being asked (mode.ts)? */
export interface Mode {
  automatic: boolean
  /** Null: it does not stand back. */
  standBack: { readonly untilUs: number; readonly forUs: number } | null
}

/** What the adviser's moves have cost: its own account. */
interface MoveAccount {
  moves: number
  /** How long clients were held back, in all. */
  heldUs: number
}

/** The simulator's knowledge: microseconds until `k` replicas hold a write of `node`. */
export type TrueDelay = (node: string, k: number) => number

export interface CoordinatorState {
  readonly process: FiberProcess
  /** Which epochs are this coordinator's own. */
  readonly owner: EpochOwner
  /** The other coordinators; none in most clusters. */
  readonly peers: readonly Peer[]
  readonly members: readonly Member[]
  readonly byNode: ReadonlyMap<string, Member>
  readonly tuning: Tuning
  readonly level: 'applied' | 'received'
  /** Transactions that a quorum may have left to apply, under `received`. */
  readonly maxApplyBacklog: number
  /** Changes with its settings' failure threshold. */
  quorum: QuorumPolicy
  readonly makeQuorum: (settings: PolicySettings) => QuorumPolicy
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
  /** What was acknowledged by receipts in the reigns before it. */
  readonly byReceipts: MutableGtidSet
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
  /** It has run without a long interruption since. */
  awakeSinceUs: number
  /** The other coordinators were asked for the silence of the source that began then; null: for none yet. */
  peersAskedSinceUs: number | null
}
