/**
 * `acknowledge: received`, carried by semi-sync: the source answers a commit, and shows it, when so many replicas have
 * said that it is in their relay logs. That is what a quorum of replicas would report, a round trip earlier and without
 * anybody asking them. What is different:
 *
 * - The source counts replicas and does not say which. Where it matters who they are (weights, a selection by name, a
 *   member that lost data and does not count) their own reports decide as ever, beside the receipts.
 * - So nobody knows what a replica held that was killed. One that has restarted and lacks something that was acknowledged
 *   by receipts may have lost it: that is a loss like any other, until it proves itself (rules.md section 1).
 * - Nobody who reports could say that a newer epoch has begun: the source's own connection has to (`execute` in servers.ts).
 * - A count is worth what the source's settings are. They are read with every look at it; the fewest receipts that any
 *   look found it to wait for are all that counts, and one that may stop waiting by itself waits for none.
 */
import type { Gtid, GtidSet } from '../gtid-set.ts'
import type { ServerState } from '../servers.ts'
import type { Told } from '../told.ts'
import { newestRow } from './epoch.ts'
import type { Member } from './member.ts'
import type { Reign } from './reign.ts'
import type { CoordinatorState } from './state.ts'

/** What a look at the source says of the transactions that it shows. */
export function receiptsShown({ level }: Pick<CoordinatorState, 'level'>, state: ServerState): number {
  return level === 'received' ? state.receipts : 0
}

/**
 * The source has answered for this transaction. On a connection that began before it could have promised a newer epoch: a
 * fence cuts clients off before it lets them pass. And on one that began after it had been told to wait: whoever has
 * restarted waits for nobody, and may serve clients before any look has found that out.
 */
export function receipted(reign: Reign, gtid: Gtid, told: Told, nowUs: number): void {
  const receipts = Math.min(reign.receipts, told.receipts)
  if (receipts > 0 && told.promised <= reign.epoch && gtid.uuid === reign.sourceUuid && gtid.number > reign.base)
    reign.acknowledgements.receipted(gtid.number, receipts, nowUs)
}

/** The source has shown all this to a client. Where it has begun a newer epoch, its receipts are of that one. */
export function receiptsSeen(reign: Reign, executed: GtidSet, told: Told, nowUs: number): void {
  const receipts = Math.min(reign.receipts, told.receipts)
  if (receipts === 0 || newestRow(executed)?.epoch !== reign.epoch) return
  reign.acknowledgements.receipted(executed.highest(reign.sourceUuid), receipts, nowUs)
}

/** Do commits wait for replicas inside their statement? */
export function commitsWait({ source }: Reign): boolean {
  return source.state?.semiSyncSource === true
}

/** Everything that this coordinator acknowledged by receipts, the member's perhaps among them. */
export function mayHaveReceipted({ reign, byReceipts }: CoordinatorState, member: Member): GtidSet {
  return reign === null || reign.source === member ? byReceipts : byReceipts.union(reign.acknowledgements.byReceipts)
}
