/** Moves of the source that were meant: told as such, because nothing had failed and nobody was passed over. */

import type { Result } from '../scenarios/result.ts'
import type { Failover } from '../scenarios/result-durations.ts'
import { milliseconds, plural, seconds } from '../scenarios/shown/numbers.ts'
import { listed } from './markup.ts'

interface PlannedMove {
  readonly from: string
  readonly to: string
  /** Null: somebody asked for it; else why the election policy proposed it. */
  readonly proposal: string | null
  /** How long clients were held back; null: not at all. */
  readonly heldMs: number | null
}

export function isPlanned(result: Result, failover: Failover): boolean {
  return failover.kind === undefined ? plannedMove(result, failover) !== null : failover.kind === 'planned move'
}

/** `2 more failovers and 1 more planned move` */
export function moreOf(result: Result, failovers: readonly Failover[]): string {
  const moves = failovers.filter((failover) => isPlanned(result, failover)).length
  const others = failovers.length - moves
  return listed([
    ...(others > 0 ? [plural(others, 'more failover')] : []),
    ...(moves > 0 ? [plural(moves, 'more planned move')] : []),
  ])
}

/** Null: the failover was none, or it ended elsewhere than was planned. */
export function plannedMove({ events }: Result, { epoch, newSource }: Failover): PlannedMove | null {
  for (const event of events) {
    if (event.kind !== 'switched' || event.epoch !== epoch || event.source !== newSource || event.verdict !== 'moved')
      continue
    const plan = events.findLast((one) => one.kind === 'planned' && one.epoch === epoch)
    const proposal = plan?.kind === 'planned' && plan.by === 'adviser' ? plan.reason : null
    return { from: event.from, to: newSource, proposal, heldMs: event.heldUs === null ? null : event.heldUs / 1000 }
  }
  return null
}

export function moveSentences(move: PlannedMove, failover: Failover): string[] {
  const { from, to, proposal, heldMs } = move
  const at = `At ${seconds(failover.startMs)}`
  const first =
    failover.durationMs === null ? '' : `its first new write came ${milliseconds(failover.durationMs)} after`
  const held = heldMs === null ? '' : `clients were held back for ${milliseconds(heldMs)}`
  const after = [held, first].filter((part) => part !== '').join(', and ')
  return [
    proposal === null
      ? `${at} the source was moved on purpose from ${from} to ${to}.`
      : `${at} ${failover.policy} moved the source from ${from} to ${to}: ${proposal}.`,
    ...(after === '' ? [] : [`${after.charAt(0).toUpperCase()}${after.slice(1)}.`]),
  ]
}
