/** Servers as the quorum rule asks about them. */
import type { Loss } from '../../../algorithms/failover/loss.ts'
import type { Server } from '../../../algorithms/failover/quorum-rule.ts'

export const RELAY_LOG: Loss = { seen: { kind: 'relay log', byUs: 1 }, doubted: false, joined: false }
export const REBUILT: Loss = { seen: { kind: 'rebuilt', byUs: 1 }, doubted: false, joined: false }
/** Rebuilt, and promised the reigning epoch since. */
export const JOINED: Loss = { ...REBUILT, joined: true }

/** Of `n` servers those that were stopped; the others do not answer. `lost`: what some of them lost. */
export function stopped(n: number, members: readonly number[], lost: Readonly<Record<number, Loss>> = {}): Server[] {
  return Array.from({ length: n }, (_, m) => ({
    node: `node${m + 1}`,
    standing: members.includes(m) ? 'stopped' : 'silent',
    loss: lost[m] ?? null,
  }))
}
