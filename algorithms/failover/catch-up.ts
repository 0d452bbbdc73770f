/** Step 4 and 5 of a take-over: the chosen candidate gets everything that may have been acknowledged. */
import { call, type Fiber } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import { administer, isDeposed } from './administer.ts'
import type { Member } from './member.ts'
import { mayLeaveOut } from './quorum-rule.ts'
import type { CoordinatorState } from './state.ts'
import type { Snapshot } from './take-over-steps.ts'

/** Bring the winner to everything that was seen. Returns the target it holds, or null when it cannot be done in time. */
export function* catchUp(
  coordinator: CoordinatorState,
  snapshot: Snapshot,
  winner: Member,
  epoch: number,
): Fiber<GtidSet | null | 'deposed'> {
  const { read, seen } = snapshot
  let missing: GtidSet = seen.minus(read.get(winner)!.held)
  const tried = new Set<Member>([winner])
  // Who has diverged would deliver that as well, and the winner would have diverged even if the attempt fails.
  const donors: Donor[] = [...read]
    .sort(([, a], [, b]) => Number(b.fenced) - Number(a.fenced))
    .flatMap(([member, { held }]) => (seen.covers(held) ? [{ member, held }] : []))
  while (!missing.isEmpty) {
    const donor = yield* donorOf(coordinator, donors, tried, missing, epoch)
    if (donor === null) break
    const { member, held } = donor
    tried.add(member)
    const pointed = yield* administer(
      coordinator,
      winner,
      { epoch, source: null },
      { command: 'point', source: member.node, drain: member.state?.offline === true },
    )
    if (isDeposed(pointed)) return 'deposed'
    if (pointed.kind !== 'ok') return null
    const rest = missing.minus(held)
    // Somebody else has the rest: their turn comes when this one has delivered.
    if (!rest.isEmpty && !(yield* arrived(coordinator, winner, missing.minus(rest), 'received'))) return null
    missing = rest
  }
  if (!missing.isEmpty && !isLeftOut(coordinator, snapshot, missing)) return null
  const target = seen.minus(missing)
  const isThere = target.minus(winner.state!.executed).isEmpty
  if (!isThere && !(yield* applied(coordinator, winner, target, epoch))) return null
  // The receiver may run again since it was pointed at the donor: a winner takes nothing from anybody.
  if (winner.state!.receiver === 'stopped') return target
  const stopped = yield* administer(coordinator, winner, { epoch, source: null }, { command: 'detach', promise: epoch })
  if (isDeposed(stopped)) return 'deposed'
  return stopped.kind === 'ok' && stopped.reply.receiver === 'stopped' ? target : null
}

/**
 * May the missing transactions be left out? The snapshot alone decides: who holds them now does not tell who held them when
 * the receivers were stopped.
 */
function isLeftOut({ members }: CoordinatorState, { read, living, data }: Snapshot, missing: GtidSet): boolean {
  if (living === null) return false
  const sourceUuid = members[living.member]!.state?.uuid
  if (sourceUuid === undefined) return false
  const holders = [...data].filter((member) => !missing.minus(read.get(member)!.held).equals(missing)).length
  const fenced = read.get(members[living.member]!)?.fenced === true
  return mayLeaveOut(members.length, living, missing, sourceUuid, holders, data.size, fenced)
}

interface Donor {
  readonly member: Member
  readonly held: GtidSet
}

/**
 * Somebody who has *applied* what is missing, all of it or else the most: relay logs are not served to others. Who was
 * `tried` is not asked again.
 */
function* donorOf(
  coordinator: CoordinatorState,
  holders: readonly Donor[],
  tried: Set<Member>,
  missing: GtidSet,
  epoch: number,
): Fiber<Donor | null> {
  const donors = holders
    .filter(({ member }) => !tried.has(member))
    .map((donor) => ({ donor, share: missing.minus(missing.minus(donor.held)) }))
    .filter(({ share }) => !share.isEmpty)
    .sort((a, b) => b.share.size - a.share.size)
  for (const { donor, share } of donors) {
    const { member } = donor
    if (member.state!.executed.covers(share)) return donor
    if (yield* applied(coordinator, member, share, epoch)) return donor
    tried.add(member)
  }
  return null
}

/** Of what it has received. Its applier is started where it does not run, as after every boot. */
function* applied(coordinator: CoordinatorState, member: Member, gtids: GtidSet, epoch: number): Fiber<boolean> {
  const { applier, source } = member.state!
  if (applier === 'stopped' && source !== null) {
    const started = yield* administer(coordinator, member, { epoch, source: null }, { command: 'apply' })
    if (started.kind !== 'ok') return false
  }
  return yield* arrived(coordinator, member, gtids, 'applied')
}

function* arrived(
  coordinator: CoordinatorState,
  member: Member,
  gtids: GtidSet,
  level: 'applied' | 'received',
): Fiber<boolean> {
  const { drainTimeoutUs, adminTimeoutUs } = coordinator.tuning
  const outcome = yield* call(
    member.server,
    { kind: 'waitFor', gtids, level, timeoutUs: drainTimeoutUs },
    drainTimeoutUs + adminTimeoutUs,
  )
  return outcome.kind === 'ok' && outcome.reply.covered
}
