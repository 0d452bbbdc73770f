/**
 * What a coordinator has done by others, as steps that a fault may wait for: its commands to servers, its note of a
 * take-over in its journal, and what it asks of the supervisor. Both worlds tell of each when it is sent and when its
 * answer is there: a coordinator may die or sleep between the two.
 */
import type { AdminCommand } from '../../algorithms/servers.ts'

/** `journal`: the note of a take-over, before anything is touched. */
export type Command = Exclude<AdminCommand['command'], 'release'> | 'journal' | 'saveExtras' | 'rebuild'

export const COMMANDS = [
  ...(['journal', 'detach', 'fence', 'point', 'apply', 'promote', 'mark'] as const),
  ...(['quiesce', 'discardRelayLog', 'saveExtras', 'rebuild'] as const),
] as const satisfies readonly Command[]

/** Who is told of each. */
export type CommandListener = (command: Command, isAnswered: boolean) => void

interface Request {
  readonly kind: string
  readonly action?: AdminCommand
  readonly record?: { readonly kind?: string }
}

/** Null: the request is none of them. */
export function commandOf({ kind, action, record }: Request): Command | null {
  if (kind === 'administer') return action!.command === 'release' ? null : action!.command
  if (kind === 'append') return record?.kind === 'take-over' ? 'journal' : null
  return kind === 'saveExtras' || kind === 'rebuild' ? kind : null
}
