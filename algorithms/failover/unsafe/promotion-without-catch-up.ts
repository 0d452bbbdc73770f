/**
 * UNSAFE, kept on purpose: whom the election policy prefers by the last metrics is promoted as it is, as the original
 * prototype did (STOP REPLICA, RESET REPLICA ALL, writable). No quorum rule: one server that answers is enough, also
 * one that slept through everything. No target and no drain: what the winner lacks is gone, what it has received and
 * not applied is thrown away with its relay log, and who has more than the winner counts as diverged.
 */
import type { Fiber } from '../../effects.ts'
import { EMPTY_GTID_SET, type GtidSet } from '../../gtid-set.ts'
import { administer, isDeposed } from '../administer.ts'
import type { Member } from '../member.ts'
import type { Procedures } from '../procedures.ts'
import type { Rule } from '../quorum-rule.ts'
import type { CoordinatorState } from '../state.ts'
import type { Snapshot } from '../take-over-steps.ts'

const NOTHING = { needed: 0, counted: 0 } as const
const ALLOWED: Rule = { allowed: true, k: 0, data: NOTHING, promises: NOTHING, uncounted: [], unprovable: [] }

export function promotionWithoutCatchUp(procedures: Procedures): Procedures {
  return {
    ...procedures,
    foresee: () => ALLOWED,
    judge: (coordinator, gathered) => ({ ...procedures.judge(coordinator, gathered), rule: ALLOWED }),
    eligible: (coordinator, { living }, cause) =>
      coordinator.members.filter(
        (member) =>
          member.state !== null &&
          member.probe === 'answered' &&
          (cause.kind === 'start' || member.index !== living?.member),
      ),
    catchUp: asItIs,
  }
}

function* asItIs(
  coordinator: CoordinatorState,
  _snapshot: Snapshot,
  winner: Member,
  epoch: number,
): Fiber<GtidSet | null | 'deposed'> {
  // What it throws away nobody is to miss.
  winner.held = EMPTY_GTID_SET
  const dropped = yield* administer(coordinator, winner, { epoch, source: null }, { command: 'discardRelayLog' })
  if (isDeposed(dropped)) return 'deposed'
  return dropped.kind === 'ok' ? dropped.reply.executed : null
}
