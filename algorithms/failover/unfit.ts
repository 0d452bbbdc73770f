/**
 * Why a replica cannot be made to follow as it is, though it answers (failover/rules.md section 2, step 7): its data or
 * those of its source have gone their own way. Nothing is skipped and nothing merged: such a server is set aside and
 * rebuilt, as soon as the others can acknowledge without it.
 */
import type { GtidSet } from '../gtid-set.ts'
import type { Why } from '../reasons/why.ts'
import type { ServerState } from '../servers.ts'
import { isMarker } from './epoch.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'

/** Null: nothing is wrong with it that following would not mend. */
export function unfitness(reign: Reign, state: ServerState): Why | null {
  const extras = errantIn(reign, state)
  if (extras !== null) return { code: 'errant', transactions: extras.size }
  if (state.source !== reign.source.node) return null
  if (state.receiver === 'stopped' && state.receiverError === 'binlogs-purged') return { code: 'binlogs-purged' }
  return isBroken(state) ? { code: 'applier-failed', errno: state.applierErrno! } : null
}

/** Its applier met rows that are not its source's: whoever became the source by it would hand that on. */
export function isBroken({ applier, applierErrno }: Pick<ServerState, 'applier' | 'applierErrno'>): boolean {
  return applier === 'stopped' && applierErrno !== null
}

/**
 * What it has executed and no source of this epoch or before ever had. Of the reigning source's own transactions a
 * replica may show more than its source was last seen with; and a further row of the epoch travels like those.
 */
function errantIn(reign: Reign, { executed }: ServerState): GtidSet | null {
  if (reign.known.covers(executed)) return null
  const later = reign.source.state?.executed
  const extras = executed.minus(later === undefined ? reign.known : reign.known.union(later))
  return extras.isEmpty || extras.uuids().every(isMarker) ? null : extras
}

/**
 * Can writes be acknowledged while this one is set aside? A rebuilt server counts again only when it holds something that
 * was acknowledged without it, so with fewer others it would never come back. One that comes back with transactions of its
 * own acknowledges nothing as it is.
 */
export function canBeSpared(coordinator: CoordinatorState, reign: Reign, member: Member, why: Why): boolean {
  if (why.code === 'errant' && !acknowledges(coordinator, reign, member)) return true
  const others = coordinator.members.filter((other) => other !== member && acknowledges(coordinator, reign, other))
  return others.length >= reign.k
}

function acknowledges({ level }: CoordinatorState, { source }: Reign, { node, probe, loss, state }: Member): boolean {
  if (node === source.node || probe !== 'answered' || loss !== null || state === null) return false
  if (state.source !== source.node || state.receiver === 'stopped') return false
  return level === 'received' || state.applier === 'running'
}
