/** Step 4 and 5 of a take-over: the chosen candidate gets everything that may have been acknowledged. */
import { call, type Fiber } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import { administer, isDeposed } from './administer.ts'
import type { Gathered } from './gather.ts'
import { type LivingEpoch, mayLeaveOut } from './quorum-rule.ts'
import type { CoordinatorState, Member } from './state.ts'

/** Bring the winner to everything that was seen. Returns the target it holds, or null when it cannot be done in time. */
export function* catchUp(
  coordinator: CoordinatorState,
  gathered: Gathered,
  winner: Member,
  epoch: number,
  living: LivingEpoch | null,
  seen: GtidSet,
  counted: number,
): Fiber<GtidSet | null | 'deposed'> {
  let missing: GtidSet = seen.minus(winner.held)
  const tried = new Set<Member>([winner])
  // Who has diverged would deliver that as well, and the winner would have diverged even if the attempt fails.
  const donors = [...gathered.fenced, ...gathered.stopped].filter(({ held }) => seen.covers(held))
  while (!missing.isEmpty) {
    const donor = yield* donorOf(coordinator, donors, tried, missing, epoch)
    if (donor === null) break
    tried.add(donor)
    const pointed = yield* administer(
      coordinator,
      winner,
      { epoch, source: null },
      { command: 'point', source: donor.node, drain: donor.state?.offline === true },
    )
    if (isDeposed(pointed)) return 'deposed'
    if (pointed.kind !== 'ok') return null
    const rest = missing.minus(donor.held)
    // Somebody else has the rest: their turn comes when this one has delivered.
    if (!rest.isEmpty && !(yield* arrived(coordinator, winner, missing.minus(rest), 'received'))) return null
    missing = rest
  }
  if (!missing.isEmpty) {
    const sourceUuid = living === null ? null : coordinator.members[living.member]!.state?.uuid
    const holders = [...gathered.stopped].filter((m) => !missing.minus(m.held).equals(missing)).length
    const fenced = [...gathered.fenced].some((m) => m.index === living?.member)
    if (living === null || sourceUuid == null) return null
    if (!mayLeaveOut(coordinator.members.length, living, missing, sourceUuid, holders, counted, fenced)) return null
  }
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
 * Somebody who has *applied* what is missing, all of it or else the most: relay logs are not served to others. Who was
 * `tried` is not asked again.
 */
function* donorOf(
  coordinator: CoordinatorState,
  members: readonly Member[],
  tried: Set<Member>,
  missing: GtidSet,
  epoch: number,
): Fiber<Member | null> {
  const donors = members
    .filter((member) => !tried.has(member))
    .map((member) => ({ member, share: missing.minus(missing.minus(member.held)) }))
    .filter(({ share }) => !share.isEmpty)
    .sort((a, b) => b.share.size - a.share.size)
  for (const { member, share } of donors) {
    if (member.state!.executed.covers(share)) return member
    if (yield* applied(coordinator, member, share, epoch)) return member
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
