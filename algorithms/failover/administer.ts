/** Administrative calls: one at a time per server, never abandoned, and every refusal for a newer epoch noticed. */
import { call, type Deferred, deferred, emit, type Fiber, wait } from '../effects.ts'
import type { Deposed } from '../reasons/why.ts'
import type { AdminCommand, Failed, Outcome, ServerState } from '../servers.ts'
import type { Member } from './member.ts'
import { observeCommand } from './monitor.ts'
import type { CoordinatorState } from './state.ts'

export interface Session {
  readonly epoch: number
  readonly source: string | null
}

/**
 * A command is a conversation: its session, then up to seven statements, each a round trip. To a server that is far
 * away it takes its time even when nothing is wrong.
 */
const ROUND_TRIPS = 10
/** A command that a living server did not do in time is given twice as long the next time, at most so many times as long. */
const MOST_PATIENCE = 4
/** A lock is not waited for to the very end of a command's time. */
const NEARLY = 0.9

/** How long a command takes at most where nothing is wrong, its own network counted in. */
export function commandUs({ tuning }: CoordinatorState, { latencyUs }: Member): number {
  return Math.max(tuning.adminTimeoutUs, Math.ceil(ROUND_TRIPS * latencyUs))
}

/** After so long a command is given up. */
export function commandTimeoutUs(coordinator: CoordinatorState, member: Member): number {
  return member.patience * commandUs(coordinator, member)
}

/**
 * Did the command run out of time on a server that answers? It is slow, or an applier with a large transaction is in the
 * way; given up again after as long, it would never be done.
 */
function learnPatience(coordinator: CoordinatorState, member: Member, askedUs: number, isDone: boolean): void {
  const tookUs = coordinator.process.nowUs - askedUs
  const { adminTimeoutUs } = coordinator.tuning
  const ranOut = !isDone && tookUs >= NEARLY * adminTimeoutUs && member.stateAskedUs >= askedUs
  if (ranOut) member.patience = Math.min(2 * member.patience, MOST_PATIENCE)
  else if (isDone && tookUs < adminTimeoutUs / 2) member.patience = 1
}

export function* administer(
  coordinator: CoordinatorState,
  member: Member,
  session: Session,
  action: AdminCommand,
): Fiber<Outcome<ServerState>> {
  while (member.administering !== null) yield* wait(member.administering)
  const done: Deferred<void> = deferred()
  member.administering = done
  try {
    const askedUs = coordinator.process.nowUs
    const outcome = yield* call(
      member.server,
      { kind: 'administer', epoch: session.epoch, source: session.source, action },
      commandTimeoutUs(coordinator, member),
    )
    learnPatience(coordinator, member, askedUs, outcome.kind === 'ok')
    if (outcome.kind === 'ok') observeCommand(coordinator, member, outcome.reply, askedUs, coordinator.process.nowUs)
    if (isDeposed(outcome))
      yield* emit({
        kind: 'deposed',
        epoch: session.epoch,
        why: outcome.why,
        reason: `${member.node}: ${outcome.reason}`,
      })
    return outcome
  } finally {
    member.administering = null
    done.settle()
  }
}

export function isDeposed(outcome: Outcome<unknown>): outcome is Failed & { readonly why: Deposed } {
  return outcome.kind === 'failed' && outcome.why.code === 'deposed'
}
