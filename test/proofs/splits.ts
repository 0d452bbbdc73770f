/** Two servers out of four are cut off: nobody may be promoted, and it is said why; after the heal everything goes on at once. */

import type { Written } from '../../scenarios/file/written.ts'
import { healed, held } from './attempts.ts'
import { WITH_LINKS } from './failovers.ts'
import { Late, type LiveCluster } from './live-cluster.ts'
import type { Facts, Proof } from './proof.ts'

const TIMES = 20
const REFUSED_MS = 15_000
const SERVED_MS = 10_000
const SERVED_WITHIN_MS = 1_000

export const SPLITS: Proof = {
  says: 'a 2-2 split and a lost majority are refused with their reason, and served again within 1 s after the heal',
  scenario: WITH_LINKS,
  kinds: {
    'two and two': {
      count: TIMES,
      expects: 'no failover',
      perform: (live) => {
        const [near, ...far] = live.replicas
        const split = [[live.reign.source, near, 'coordinator', 'coordinator-2', 'client'], far]
        return refused(live, { partition: { split } }, { heal: { split } })
      },
    },
    'majority lost': {
      count: TIMES,
      expects: 'no failover',
      perform: (live) => {
        const away = live.replicas.slice(1)
        return refused(live, { partition: away }, { heal: away })
      },
    },
  },
}

async function refused(live: LiveCluster, cut: Written, heal: Written): Promise<Facts> {
  const mark = live.mark()
  const hurt = [{ at: '0s', ...cut }]
  live.strike(hurt)
  await held(live, mark, 1)
  const refusals = () => live.since(mark).events.flatMap((event) => (event.kind === 'refused' ? [event] : []))
  await live.until('a take-over is refused', REFUSED_MS, () => refusals().length > 0)
  const { why, reason, atUs } = refusals()[0]!
  const seenUs = live.since(mark).faults[0]!.witness.seenUs!
  live.mend(hurt, [heal])
  const healedUs = await healed(live, mark)
  let servedUs = Number.POSITIVE_INFINITY
  await live.until('writes are acknowledged again', SERVED_MS, () => {
    // Those that were due during the split wait for a free client and come first: what was sent after the heal is meant.
    for (const { kind, outcome, sentUs, endUs } of live.since(mark).operations)
      if (kind === 'write' && outcome === 'ok' && (sentUs ?? 0) > healedUs) servedUs = Math.min(servedUs, endUs!)
    return servedUs < Number.POSITIVE_INFINITY
  })
  const servedMs = (servedUs - healedUs) / 1_000
  if (why.code !== 'rule') throw new Late(`it was refused for another reason: ${reason}`)
  if (servedMs > SERVED_WITHIN_MS) throw new Late(`served ${servedMs.toFixed(0)} ms after the heal`)
  return { refusedMs: (atUs - seenUs) / 1_000, servedMs, refusedBecause: why.code }
}
