/**
 * What each server counted for an acknowledgement, over time: its share of the weight, or whether it was among the
 * selected. From the trace, where a quorum tells of itself a few times a second at most, so a row may lag that much.
 */
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { Series } from '../result-series.ts'

type Told = Extract<TraceEvent, { kind: 'quorum' }>
type Shares = NonNullable<Series['quorum']>

/** Undefined: nobody was weighed or selected, every replica counted as much as any other. */
export function quorumShares(events: readonly TraceEvent[], rows: number, intervalUs: number): Shares | undefined {
  const told = events.filter((event) => event.kind === 'quorum')
  if (told.length === 0) return undefined
  const kind = told.some(({ weights }) => weights !== null) ? 'weights' : 'selection'
  const names = [...new Set(told.flatMap(({ members }) => members))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  const share = new Map(names.map((name) => [name, new Array<number | null>(rows).fill(null)]))
  const marks = events.filter((event) => event.kind === 'quorum' || event.kind === 'reign')
  let next = 0
  let epoch = -1
  let newest: Told | null = null
  for (let row = 0; row < rows; row++) {
    while (next < marks.length && marks[next]!.atUs <= row * intervalUs) {
      const mark = marks[next++]!
      // An older epoch's coordinator may still speak of its quorum.
      if (mark.epoch < epoch) continue
      if (mark.kind === 'quorum') newest = mark
      else if (mark.epoch > epoch) newest = null
      epoch = mark.epoch
    }
    if (newest !== null) for (const [name, value] of sharesOf(newest, names)) share.get(name)![row] = value
  }
  return { kind, share: Object.fromEntries(share) }
}

function sharesOf({ members, weights }: Told, names: readonly string[]): (readonly [string, number])[] {
  if (weights === null) return names.map((name) => [name, members.includes(name) ? 1 : 0])
  const total = weights.each.reduce((sum, weight) => sum + weight, 0)
  return members.map((name, rank) => [name, Number((weights.each[rank]! / total).toPrecision(3))])
}

/** At most so many of the events that tell of a quorum are kept in a result: the series is made from all of them. */
const TOLD_AT_MOST = 200

/** Evenly thinned, so that a long run's result stays short. */
export function withFewerQuorums(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const count = events.filter(({ kind }) => kind === 'quorum').length
  if (count <= TOLD_AT_MOST) return events
  const every = Math.ceil(count / TOLD_AT_MOST)
  let seen = 0
  return events.filter(({ kind }) => kind !== 'quorum' || seen++ % every === 0)
}
