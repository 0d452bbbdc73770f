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
  const { tuning } = coordinator
  let target = seen
  const missing = seen.minus(winner.held)
  if (!missing.isEmpty) {
    const donor = yield* donorOf(coordinator, gathered, winner, missing)
    if (donor === null) {
      const sourceUuid = living === null ? null : coordinator.members[living.member]!.state?.uuid
      const holders = [...gathered.stopped].filter((m) => !missing.minus(m.held).equals(missing)).length
      const fenced = gathered.fenced !== null && gathered.fenced.index === living?.member
      if (living === null || sourceUuid == null) return null
      if (!mayLeaveOut(coordinator.members.length, living, missing, sourceUuid, holders, counted, fenced)) return null
      target = seen.minus(missing)
    } else {
      const pointed = yield* administer(
        coordinator,
        winner,
        { epoch, source: null },
        { command: 'point', source: donor.node, drain: donor.state?.offline === true },
      )
      if (isDeposed(pointed)) return 'deposed'
      if (pointed.kind !== 'ok') return null
    }
  }
  if (target.minus(winner.state!.executed).isEmpty) return target
  const drained = yield* call(
    winner.server,
    { kind: 'waitFor', gtids: target, level: 'applied', timeoutUs: tuning.drainTimeoutUs },
    tuning.drainTimeoutUs + tuning.adminTimeoutUs,
  )
  if (drained.kind !== 'ok' || !drained.reply.covered) return null
  // The receiver may run again since it was pointed at the donor: a winner takes nothing from anybody.
  if (winner.state!.receiver === 'stopped') return target
  const stopped = yield* administer(coordinator, winner, { epoch, source: null }, { command: 'detach', promise: epoch })
  if (isDeposed(stopped)) return 'deposed'
  return stopped.kind === 'ok' && stopped.reply.receiver === 'stopped' ? target : null
}

/** Somebody who has *applied* what is missing: relay logs are not served to others. */
function* donorOf(
  coordinator: CoordinatorState,
  gathered: Gathered,
  winner: Member,
  missing: GtidSet,
): Fiber<Member | null> {
  const fenced = gathered.fenced
  if (fenced?.state?.executed.covers(missing)) return fenced
  const holders = [...gathered.stopped].filter((m) => m !== winner && m.held.covers(missing))
  for (const holder of holders) {
    const applied = yield* call(
      holder.server,
      { kind: 'waitFor', gtids: missing, level: 'applied', timeoutUs: coordinator.tuning.drainTimeoutUs },
      coordinator.tuning.drainTimeoutUs + coordinator.tuning.adminTimeoutUs,
    )
    if (applied.kind === 'ok' && applied.reply.covered) return holder
  }
  return null
}
