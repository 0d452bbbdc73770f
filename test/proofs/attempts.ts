/** The parts that attempts are put together from. */
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { Written } from '../../scenarios/file/written.ts'
import { Late, type LiveCluster, type Mark } from './live-cluster.ts'
import type { Facts } from './proof.ts'

const HOLDS_MS = 20_000
const SERVED_MS = 30_000
const HEALED_MS = 60_000
/** A server that has to be rebuilt is cloned and catches up. */
const BACK_MS = 120_000
/** No shorter than the least term of a source: a failover within it would be refused, and another question. */
const REST_MS = 1_000

/** Hurts, waits until a newer epoch serves writes begun after that, mends, and waits until the old source is back in it. */
export async function failover(live: LiveCluster, hurt: readonly Written[], mend: readonly Written[]): Promise<Facts> {
  await live.sleep(REST_MS)
  const mark = live.mark()
  live.strike(hurt)
  await held(live, mark, hurt.length)
  const servedMs = await servedByNewer(live, mark)
  return { servedMs, ...(await comesBack(live, mark, hurt, mend)) }
}

/** Whoever leads the servers is hurt, and no server: somebody leads the same source, or another, in a newer epoch. */
export async function takeOver(live: LiveCluster, hurt: readonly Written[], mend: readonly Written[]): Promise<Facts> {
  await live.sleep(REST_MS)
  const mark = live.mark()
  const before = coordinatorOf(live)
  live.strike(hurt)
  await held(live, mark, hurt.length)
  const servedMs = await servedByNewer(live, mark)
  live.mend(hurt, mend)
  await healed(live, mark)
  return { servedMs, tookOver: coordinatorOf(live) === before ? 'itself' : 'the other' }
}

/** Nothing is hurt: the coordinator is asked to move the source. */
export async function move(live: LiveCluster): Promise<Facts> {
  await live.sleep(REST_MS)
  const mark = live.mark()
  live.strike([{ at: '0s', switchover: 'replica' }])
  const switched = () => live.since(mark).events.find((event) => event.kind === 'switched')
  await live.until('the source has moved', SERVED_MS, () => switched() !== undefined)
  await live.until('a new source serves', SERVED_MS, () =>
    live.since(mark).operations.some(({ outcome, epoch }) => outcome === 'ok' && (epoch ?? 0) > mark.reign.epoch),
  )
  const { verdict, heldUs } = switched()!
  const { operations } = live.since(mark)
  const notWell = operations.filter(({ outcome }) => outcome !== 'ok')
  if (verdict !== 'moved') throw new Late(`the move was answered with: ${verdict}`)
  const each = [...new Set(notWell.map(({ kind, outcome, reason }) => `${kind} ${outcome}: ${reason}`))]
  if (notWell.length > 0) throw new Late(`${notWell.length} operations did not end well (${each.join('; ')})`)
  return { heldMs: heldUs === null ? null : heldUs / 1_000 }
}

/** Undoes what `hurt` did, and tells how the old source of `mark` came back. */
async function comesBack(
  live: LiveCluster,
  mark: Mark,
  hurt: readonly Written[],
  mend: readonly Written[],
): Promise<Facts> {
  const { source } = mark.reign
  const from = live.mark()
  live.mend(hurt, mend)
  const writable = live.writableMs(source, BACK_MS)
  writable.catch(() => {})
  const healedUs = await healed(live, mark)
  const isBack = (event: TraceEvent) => event.kind === 'rejoined' && event.node === source
  await live.until(`${source} has rejoined`, BACK_MS, () => live.since(from).events.some(isBack))
  const { events } = live.since(mark)
  const fenced = events.flatMap((event) =>
    event.kind === 'fenced' && event.node === source ? [event.writableForUs / 1_000] : [],
  )
  return {
    writableSeenMs: await writable,
    writableToldMs: fenced.length === 0 ? null : Math.max(...fenced),
    cameBackBy: events.some((event) => event.kind === 'rebuilt' && event.node === source) ? 'rebuild' : 'rejoin',
    backMs: Math.max(0, (events.findLast(isBack)!.atUs - healedUs) / 1_000),
  }
}

/** Until every fault since `mark` is undone; when the last one was. */
export async function healed(live: LiveCluster, mark: Mark): Promise<number> {
  await live.until('the faults are undone', HEALED_MS, () =>
    live.since(mark).faults.every(({ healedUs }) => healedUs !== null),
  )
  return Math.max(...live.since(mark).faults.map(({ healedUs }) => healedUs!))
}

/** Until as many faults as were asked for were seen to hold. */
export async function held(live: LiveCluster, mark: Mark, count: number): Promise<void> {
  await live.until('the faults hold', HOLDS_MS, () => {
    const { faults } = live.since(mark)
    return faults.length >= count && faults.every(({ witness }) => witness.seenUs !== null)
  })
}

/**
 * Until a write that was begun after the last fault is acknowledged in a newer epoch than before; how long that took from
 * the first fault's witness on.
 */
async function servedByNewer(live: LiveCluster, mark: Mark): Promise<number> {
  const seenUs = live.since(mark).faults.map(({ witness }) => witness.seenUs!)
  const fromUs = Math.max(...seenUs)
  let servedUs = Number.POSITIVE_INFINITY
  await live.until('a new source serves', SERVED_MS, () => {
    for (const { kind, outcome, epoch, intendedUs, endUs } of live.since(mark).operations) {
      if (kind !== 'write' || outcome !== 'ok' || intendedUs <= fromUs || (epoch ?? 0) <= mark.reign.epoch) continue
      servedUs = Math.min(servedUs, endUs!)
    }
    return servedUs < Number.POSITIVE_INFINITY
  })
  return (servedUs - Math.min(...seenUs)) / 1_000
}

/** Who leads: the process whose reign is the newest. */
export function coordinatorOf(live: LiveCluster): string {
  return live.reign.process
}
