/**
 * Losses that somebody has seen: relay logs that hold what is acknowledged (`acknowledge: received`) and journals of
 * coordinators. A rule can save what a coordinator knows to be lost, and nothing else: a relay log that goes while
 * nobody looks, and the last coordinator that knew of it together with its journal, are lost to any rule. So each run
 * has a watcher, a coordinator that keeps looking: with several of them one that nothing is done to, alone one that
 * does not die before it has noticed. A watcher sees a loss by a smaller set, so the applier stands still for a while
 * before: what was received meanwhile is in the relay log alone.
 */
import { moment } from './faults.ts'
import type { Plan } from './plan.ts'

/** Of the runs in which it may happen. */
const RELAY_LOGS = 0.25
const JOURNAL = 0.4
const THRESHOLD = 0.25
/** Of the runs that are aimed at losses: nothing else happens in them. */
const NOTHING_ELSE = 0.6
/** So long an applier stands still at least: every watcher has seen what is received and not applied. */
const STANDS_STILL_MS = 600
/** A server has started again without its relay logs, was asked, and its loss is journalled. */
const NOTICED_MS = 1_600

interface Losing {
  readonly acknowledge: string
  /** Every run is to lose something. */
  readonly isAim: boolean
}

/** Returns whether other faults may be drawn beside these. */
export function drawLosses(plan: Plan, { acknowledge, isAim }: Losing): boolean {
  const { chance, coordinators } = plan.setting
  const ofRelayLogs = acknowledge === 'received' && (isAim || chance.happens(RELAY_LOGS))
  const ofJournal = coordinators.length > 1 && chance.happens(JOURNAL)
  if (!ofRelayLogs && !ofJournal) return true
  const [first, ...others] = coordinators as readonly [string, ...string[]]
  if (others.length === 0) {
    if (chance.happens(0.5)) {
      noticedThenGone(plan, first)
      return false
    }
    plan.watchedBy({ process: first, keeps: 'living' })
    relayLogs(plan, null)
  } else {
    // Mostly not the one that reigns at first.
    const watcher = chance.happens(0.8) ? chance.pick(others) : first
    plan.watchedBy({ process: watcher, keeps: 'looking' })
    const blind = chance.pick(coordinators.filter((name) => name !== watcher))
    if (ofRelayLogs) relayLogs(plan, blind)
    if (ofJournal) journal(plan, blind)
  }
  return !(isAim && chance.happens(NOTHING_ELSE))
}

/**
 * Some replicas alone receive what is acknowledged, and their appliers stand still. Then one of them loses its relay
 * logs, shortly before the source is gone or while a take-over waits for another applier. `blind`: a coordinator that
 * may be cut off from the loser meanwhile, and may be gone with the source.
 */
function relayLogs(plan: Plan, blind: string | null): void {
  const { chance, durationMs } = plan.setting
  const { holders, blockedMs } = holdersOf(plan)
  const lostMs = blockedMs + STANDS_STILL_MS + chance.between(0, Math.floor(durationMs * 0.2))
  const isHidden = blind !== null && chance.happens(0.5)
  const goneMs = Math.max(
    blockedMs + 300,
    lostMs + (isHidden ? chance.between(200, 2500) : chance.between(-1500, 1000)),
  )
  leaveAlone(plan, holders, blockedMs, goneMs)
  const losers = holders.slice(0, chance.happens(0.8) ? 1 : 2)
  for (const loser of losers) plan.strike('lose-relay-logs', loser, lostMs)
  if (blind === null) return
  if (isHidden) {
    const atMs = lostMs - chance.between(20, 300)
    plan.add('partition', { split: [[blind], losers] }, { atMs, forMs: goneMs - atMs + chance.between(0, 4000) })
  }
  if (chance.happens(isHidden ? 0.8 : 0.3))
    plan.takeAway(blind, { atMs: goneMs + chance.between(-100, 200), forMs: chance.between(200, 4000) })
}

/** The only coordinator dies with the source, once it has journalled who lost its relay logs. */
function noticedThenGone(plan: Plan, coordinator: string): void {
  const { chance } = plan.setting
  const { holders, blockedMs } = holdersOf(plan)
  const lostMs = blockedMs + STANDS_STILL_MS + chance.between(0, 500)
  const goneMs = lostMs + NOTICED_MS + chance.between(0, 500)
  leaveAlone(plan, holders, blockedMs, goneMs)
  plan.strike('lose-relay-logs', holders[0]!, lostMs)
  plan.add('crash', coordinator, { atMs: goneMs + chance.between(-20, 100), forMs: chance.between(200, 1500) })
}

function holdersOf(plan: Plan): { readonly holders: readonly string[]; readonly blockedMs: number } {
  const { setting } = plan
  const { chance, nodes } = setting
  const replicas = nodes.slice(1)
  const holders = chance.some(replicas, chance.between(1, Math.max(1, replicas.length - 1)))
  return { holders, blockedMs: moment(setting, 0.05, 0.12) }
}

/** Of the replicas only the holders receive anything, none of them applies it, and then the source is gone. */
function leaveAlone(plan: Plan, holders: readonly string[], blockedMs: number, goneMs: number): void {
  const { chance, nodes } = plan.setting
  const [source, ...replicas] = nodes as readonly [string, ...string[]]
  const forMs = goneMs - blockedMs
  plan.add('block-applier', holders, { atMs: blockedMs, forMs: forMs + chance.between(0, 4000) })
  const others = replicas.filter((name) => !holders.includes(name))
  if (others.length > 0 && chance.happens(0.85)) {
    const span = { atMs: blockedMs + chance.between(0, 300), forMs: forMs + chance.between(-300, 1500) }
    plan.add('partition', { split: [[source, ...holders], others] }, span)
  }
  plan.takeAway(source, { atMs: goneMs, forMs: chance.between(1000, 6000) })
}

/** A coordinator starts without what it has journalled. */
function journal(plan: Plan, coordinator: string): void {
  const { setting } = plan
  const { chance } = setting
  const atMs = moment(setting, 0.1, 0.6)
  plan.strike('lose-journal', coordinator, atMs)
  const goneMs = Math.max(0, atMs + chance.between(-300, 300))
  plan.takeAway(coordinator, { atMs: goneMs, forMs: chance.between(100, 2000) }, ['crash', 'stop'])
}

/** The coordinator is asked to go on with another failure threshold, whatever else happens. */
export function drawThresholds(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes } = setting
  if (!chance.happens(THRESHOLD)) return
  const most = Math.floor((nodes.length - 1) / 2)
  for (let i = chance.between(1, 2); i > 0; i--)
    plan.strike('change-threshold', chance.between(1, most), moment(setting, 0.05, 0.8))
}
