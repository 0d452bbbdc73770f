/** What a coordinator knows at this moment, for whoever shows it to people. It is read, never decided by. */
import type { GtidSet } from '../gtid-set.ts'
import { MutableGtidSet } from '../gtid-set.ts'
import type { RuleVerdict } from '../reasons/why.ts'
import type { ServerState } from '../servers.ts'
import { unionOf } from './epoch.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'
import { foreseen } from './snapshot.ts'
import type { CoordinatorState } from './state.ts'

export interface MemberOverview {
  readonly node: string
  readonly probe: Member['probe']
  /** As its last answered probe showed it; null: none was answered yet. */
  readonly state: ServerState | null
  /** How old that is; null: there is none. */
  readonly stateAgeUs: number | null
  readonly latencyUs: number
  /** Transactions that the source is known to have executed and this one has not. */
  readonly lag: number
  readonly crashes: number
  readonly quarantined: boolean
  /** It lost data and has not made that good. */
  readonly hasLost: boolean
  /** Executed here, and not known to be the source's or of its making. */
  readonly errant: GtidSet
}

export interface Overview {
  readonly nowUs: number
  readonly epoch: number
  readonly reign: {
    readonly epoch: number
    readonly source: string
    readonly k: number
    readonly startedUs: number
    /** Whom a write waits for by name; null: any `needed` replicas. */
    readonly members: readonly string[] | null
    readonly needed: number
    /** By rank, the source first; null: the policy does not weigh. */
    readonly weights: {
      readonly ranking: readonly string[]
      readonly each: readonly number[]
      readonly threshold: number
    } | null
  } | null
  readonly takingOver: boolean
  readonly isHeld: boolean
  readonly isMoving: boolean
  readonly members: readonly MemberOverview[]
  /** Would the quorum rule be met by what answers now? */
  readonly rule: RuleVerdict & { readonly allowed: boolean }
}

export function overviewOf(coordinator: CoordinatorState): Overview {
  const { members, reign, process, highestEpoch, takingOver, gate, move } = coordinator
  const nowUs = process.nowUs
  const known =
    reign?.source.state?.executed ?? unionOf(members.map(({ state }) => state?.executed ?? new MutableGtidSet()))
  return {
    nowUs,
    epoch: reign?.epoch ?? highestEpoch,
    reign: reign === null ? null : reignOf(coordinator, reign),
    takingOver,
    isHeld: gate.isClosed,
    isMoving: move !== null,
    members: members.map((member) => memberOf(reign, member, known, nowUs)),
    rule: foreseen(coordinator),
  }
}

function reignOf({ members }: CoordinatorState, reign: Reign): NonNullable<Overview['reign']> {
  const { epoch, source, k, startedUs, selection, acknowledgements } = reign
  const name = (index: number) => members[index]!.node
  const { rounds } = acknowledgements
  return {
    ...{ epoch, source: source.node, k, startedUs },
    members: selection.members?.map(name) ?? null,
    needed: Math.max(k, selection.needed),
    weights: rounds && {
      ranking: rounds.ranking.map(name),
      each: rounds.scheme.weights,
      threshold: rounds.scheme.threshold,
    },
  }
}

function memberOf(reign: Reign | null, member: Member, known: GtidSet, nowUs: number): MemberOverview {
  const { node, probe, state, stateAskedUs, latencyUs, crashes, quarantined, loss } = member
  const executed = state?.executed ?? new MutableGtidSet()
  // A replica was probed at another moment than its source, and may show more of the reign's own.
  const own =
    reign === null
      ? new MutableGtidSet()
      : MutableGtidSet.interval(reign.sourceUuid, reign.base + 1, Number.MAX_SAFE_INTEGER)
  return {
    ...{ node, probe, state, latencyUs, crashes, quarantined },
    stateAgeUs: state === null ? null : nowUs - stateAskedUs,
    lag: member === reign?.source ? 0 : known.minus(executed).size,
    hasLost: loss !== null,
    errant: reign === null || member === reign.source ? new MutableGtidSet() : executed.minus(known.union(own)),
  }
}
