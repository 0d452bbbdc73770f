/**
 * What each administrative command is made of: statements in an order that avoids every trap of `statements.ts`. Each
 * statement is a round trip of its own, so a coordinator that dies or is cut off half-way leaves exactly the first
 * half done. A procedure ends with null, or with why it changed nothing.
 */
import type { Why } from '../../algorithms/reasons/why.ts'
import { receiptsAwaited, type SemiSyncSettings } from '../../algorithms/semi-sync.ts'
import type { AdminCommand, ServerState } from '../../algorithms/servers.ts'
import type { Statement } from './statements.ts'

type Result = { readonly state: ServerState; readonly rows: number }
/** Several statements in one text travel together: whoever sent them may die, they are all run. */
type Text = readonly Statement[]
export type Procedure = Generator<Text, Why | null, Result>

export interface ProcedureSettings {
  readonly semiSync: SemiSyncSettings | null
  readonly heartbeatUs: number
}

/** A wait for writes in progress that lasts longer is given up: they may hang in semi-sync for ever. */
const LOCK_WAIT_US = 1_000_000

/** `epoch`: the session's. `state`: read under the lock, when the session was opened or last used. */
export function procedureOf(
  command: AdminCommand,
  epoch: number,
  state: ServerState,
  settings: ProcedureSettings,
): Procedure {
  switch (command.command) {
    case 'detach':
      return detach(command.promise, state)
    case 'fence':
      return fence(command.promise)
    case 'point':
      return point(command.source, command.drain, epoch, state, settings)
    case 'promote':
      return promote(command, state, settings)
    case 'mark':
      return mark(command, state, settings)
    case 'quiesce':
      return quiesce(state)
    case 'apply':
      return apply()
    case 'discardRelayLog':
      return discardRelayLog()
    case 'release':
      return nothing()
  }
}

function* nothing(): Procedure {
  yield [{ kind: 'show state' }]
  return null
}

function* detach(promise: number, state: ServerState): Procedure {
  const refusal = yield* promiseUpward(promise, state)
  if (refusal !== null) return refusal
  yield [{ kind: 'stop receiver' }]
  return null
}

/**
 * super_read_only is off for just that statement; read_only stays on, so no client can write meanwhile. One text: a
 * coordinator that dies in between cannot leave the door ajar.
 */
function* promiseUpward(promise: number, state: ServerState): Procedure {
  const outdated = (epoch: number): Why => ({ code: 'deposed', by: 'promise', epoch, session: promise })
  if (state.promised > promise) return outdated(state.promised)
  if (state.promised === promise) return null
  const update: Statement = { kind: 'update promise', promise }
  const { promised } = (yield state.superReadOnly ? [WRITABLE_FOR_ADMINISTRATORS, update, READ_ONLY] : [update]).state
  if (promised > promise) return outdated(promised)
  return promised < promise ? { code: 'not-kept', promised } : null
}

const WRITABLE_FOR_ADMINISTRATORS: Statement = { kind: 'set super_read_only', on: false, lockWaitUs: null }
const READ_ONLY: Statement = { kind: 'set super_read_only', on: true, lockWaitUs: LOCK_WAIT_US }
const SEMI_SYNC_OFF: Statement = { kind: 'set semi-sync', on: false, k: 1 }

/** Clients first: semi-sync off would answer them OK. Semi-sync second: super_read_only would wait behind it. */
function* closeToClients(): Generator<Text, ServerState, Result> {
  yield [{ kind: 'set offline_mode', on: true }]
  yield [SEMI_SYNC_OFF]
  return (yield [READ_ONLY]).state
}

function* fence(promise: number): Procedure {
  const state = yield* closeToClients()
  const refusal = yield* promiseUpward(promise, state)
  if (refusal !== null) return refusal
  yield [{ kind: 'show state' }]
  return null
}

/** Who follows has promised: two take-overs may have to meet in this server. */
function* point(
  source: string,
  drain: boolean,
  epoch: number,
  state: ServerState,
  settings: ProcedureSettings,
): Procedure {
  const refusal = yield* promiseUpward(epoch, state)
  if (refusal !== null) return refusal
  const account = drain ? 'drain' : 'plain'
  const change = { kind: 'change source', source, account, heartbeatUs: settings.heartbeatUs } as const
  if (!state.superReadOnly) yield [READ_ONLY]
  if (state.semiSyncSource) yield [SEMI_SYNC_OFF]
  if (state.source === null) {
    // No replica until now: there is no relay log to lose, and the first CHANGE must name the auto position.
    yield [{ ...change, autoPosition: true }]
    yield [{ kind: 'start applier' }]
  } else {
    yield [{ kind: 'stop receiver' }]
    // With both threads stopped CHANGE would delete the relay log.
    yield [{ kind: 'start applier' }]
    yield [change]
  }
  yield [{ kind: 'start receiver' }]
  yield [{ kind: 'set offline_mode', on: false }]
  return null
}

/**
 * The marker is written while read_only still keeps clients out, so nothing comes before it; and before semi-sync is
 * on, because its receipts can only come when the replicas have been pointed here.
 */
function* promote(
  command: Extract<AdminCommand, { command: 'promote' }>,
  state: ServerState,
  settings: ProcedureSettings,
): Procedure {
  if (state.receiver !== 'stopped') return { code: 'still-receiving', receiver: state.receiver }
  const unapplied = state.retrieved.minus(state.executed).size
  if (unapplied > 0) return { code: 'unapplied', transactions: unapplied }
  yield [{ kind: 'stop applier' }]
  yield [WRITABLE_FOR_ADMINISTRATORS]
  yield [{ kind: 'insert marker', marker: command.marker }]
  yield* switchSemiSyncOn(command.k, settings)
  yield [{ kind: 'set read_only', on: false }]
  yield [{ kind: 'set offline_mode', on: false }]
  return null
}

function* switchSemiSyncOn(k: number, { semiSync }: ProcedureSettings): Generator<Text, void, Result> {
  if (semiSync === null) return
  const receipts = receiptsAwaited(semiSync, k)
  if (receipts > 0) yield [{ kind: 'set semi-sync', on: true, k: receipts, settings: semiSync }]
}

/** A further row of the epoch. Its commit waits for receipts like any other. */
function* mark(
  { marker, receipts }: Extract<AdminCommand, { command: 'mark' }>,
  state: ServerState,
  settings: ProcedureSettings,
): Procedure {
  if (state.superReadOnly) return { code: 'not-writable' }
  if (state.semiSyncSource) yield* switchSemiSyncOn(receipts, settings)
  yield [{ kind: 'insert marker', marker }]
  return null
}

/** A semi-sync source may have clients in endless waits: then as in `fence`. Else offline_mode is not needed. */
function* quiesce(state: ServerState): Procedure {
  if (state.semiSyncSource) yield* closeToClients()
  else yield [READ_ONLY]
  yield [{ kind: 'kill clients' }]
  yield [{ kind: 'stop receiver' }]
  yield [{ kind: 'stop applier' }]
  return null
}

function* apply(): Procedure {
  yield [{ kind: 'start applier' }]
  return null
}

/** RESET REPLICA ALL: the channel is forgotten too, so the next `point` starts from the executed set alone. */
function* discardRelayLog(): Procedure {
  yield [{ kind: 'stop receiver' }]
  yield [{ kind: 'stop applier' }]
  yield [{ kind: 'reset replica', all: true }]
  return null
}
