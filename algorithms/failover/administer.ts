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

/** How long a command may take before it is given up, its own network counted in. */
export function commandTimeoutUs({ tuning }: CoordinatorState, { latencyUs }: Member): number {
  return Math.max(tuning.adminTimeoutUs, Math.ceil(ROUND_TRIPS * latencyUs))
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
