/**
 * The administrative commands, statement by statement, by the rules of failover/rules.md section 2 and with the traps of
 * real servers in mind. Each function assumes that its session holds the lock and is not deposed; each ends with the
 * state read back from the server itself.
 */
import { rowOf } from '../../algorithms/failover/epoch.ts'
import { HEARTBEAT_US } from '../../algorithms/failover/source-watch.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import { receiptsAwaited } from '../../algorithms/semi-sync.ts'
import type { AdminCommand, ServerState } from '../../algorithms/servers.ts'
import { AdminError, type AdminSession, LOCK, UNKNOWN_THREAD } from './admin-session.ts'
import { decoded } from './decoded.ts'
import { errnoOf } from './failure.ts'
import { PROMISED, stateOf, stateText } from './state.ts'
import type { MysqlTarget } from './target.ts'

/** MySQL's default of 10 makes a receiver give up for good after ten seconds. */
const RETRY_COUNT = 86_400
/** Of rpl_semi_sync_source_timeout: 49 days. */
const LONGEST_TIMEOUT_MS = 4_294_967_295

type Command<Name extends AdminCommand['command']> = Extract<AdminCommand, { readonly command: Name }>

/** Replica failed to initialize applier metadata structure from the repository. */
const RELAY_LOG_UNREADABLE = 1872

/** `before`: read under the lock a moment ago. */
export async function perform(
  session: AdminSession,
  target: MysqlTarget,
  action: AdminCommand,
  before: ServerState,
): Promise<ServerState> {
  switch (action.command) {
    case 'detach':
      await promise(session, action.promise, before.superReadOnly)
      return await stopReceiver(session, target)
    case 'fence':
      await fence(session, target, action.promise)
      break
    case 'point':
      await point(session, target, action, before)
      break
    case 'promote':
      await promote(session, target, action, before)
      break
    case 'mark':
      await mark(session, target, action, before)
      break
    case 'quiesce':
      await quiesce(session, target, before)
      break
    case 'apply':
      await session.change('START REPLICA SQL_THREAD')
      break
    case 'discardRelayLog':
      // Also forgets the channel, so that the next `point` starts from the executed set alone.
      await session.change('STOP REPLICA')
      await session.change('RESET REPLICA ALL')
      break
    case 'release':
      // Closing the session frees the lock only when the server notices; saying so frees it now.
      await session.ask(`SELECT RELEASE_LOCK('${LOCK}')`)
      break
  }
  return await state(session, target)
}

export async function state(session: AdminSession, target: MysqlTarget): Promise<ServerState> {
  const answer = await session.ask(stateText(target))
  const read = decoded(() => stateOf(target, answer))
  if (read.kind !== 'ok') throw refused(read.why)
  return read.reply
}

/**
 * A local row, never replicated and without a GTID. super_read_only is off for this one statement only, read_only
 * stays on, and all of it is one text, so that a coordinator that dies in between cannot leave the door ajar.
 */
async function promise(session: AdminSession, epoch: number, superReadOnly: boolean): Promise<void> {
  const update = `UPDATE quorumlab.promise SET promised = ${epoch} WHERE promised < ${epoch}`
  const opened = superReadOnly
    ? ['SET GLOBAL super_read_only = OFF', update, 'SET GLOBAL super_read_only = ON']
    : [update]
  try {
    const text = ['SET SESSION lock_wait_timeout = 1, sql_log_bin = 0', ...opened, 'SET SESSION sql_log_bin = 1']
    await session.change(text.join('; '))
  } catch (error) {
    // The applier kept the lock for longer than the wait: the door is shut again before anything is reported.
    if (!(error instanceof AdminError) || !session.alive) throw error
    if (superReadOnly) await readOnly(session)
    const [[promised]] = (await session.ask(PROMISED)) as [[number]]
    if (promised < epoch) throw error
    await session.change('SET SESSION sql_log_bin = 1')
  }
}

/** The session's epoch, promised and read back: who follows a source has promised its epoch. */
async function promised(session: AdminSession, target: MysqlTarget, before: ServerState): Promise<ServerState> {
  if (before.promised >= session.epoch) return before
  await promise(session, session.epoch, before.superReadOnly)
  const after = await state(session, target)
  if (after.promised < session.epoch) throw unfinished({ code: 'not-kept', promised: after.promised })
  return after
}

/** STOP waits for the thread; the read-back is what counts (failover/rules.md: "read them back"). */
async function stopReceiver(session: AdminSession, target: MysqlTarget): Promise<ServerState> {
  await session.change('STOP REPLICA IO_THREAD')
  const after = await state(session, target)
  if (after.receiver !== 'stopped') throw unfinished({ code: 'receiver-not-stopped', receiver: after.receiver })
  return after
}

/** In this order, or a client is told OK for a row that no replica has. */
async function fence(session: AdminSession, target: MysqlTarget, epoch: number): Promise<void> {
  const semiSyncOff = target.semiSync === null ? [] : ['SET GLOBAL rpl_semi_sync_source_enabled = OFF']
  await session.change(['SET GLOBAL offline_mode = ON', ...semiSyncOff].join('; '))
  await readOnly(session)
  await promise(session, epoch, true)
}

/** Waits for statements that are being written; a short lock wait, repeated while there is time. */
async function readOnly(session: AdminSession): Promise<void> {
  for (;;) {
    try {
      await session.change('SET SESSION lock_wait_timeout = 1; SET GLOBAL super_read_only = ON')
      return
    } catch (error) {
      const timedOut = error instanceof AdminError && error.failure.why.code === 'lock-wait-timeout'
      if (!timedOut || session.leftMs < 1_100) throw error
    }
  }
}

/**
 * Follow another source without losing the relay log: CHANGE with both threads stopped deletes it, CHANGE with the
 * applier running keeps it. A server that never replicated has no relay log, so there the order does not matter, and
 * only there is SOURCE_AUTO_POSITION named.
 */
async function point(
  session: AdminSession,
  target: MysqlTarget,
  { source, drain }: Command<'point'>,
  found: ServerState,
): Promise<void> {
  const member = target.members.find(({ name }) => name === source)
  if (member === undefined) throw new Error(`assertion: ${source} is not a configured member`)
  const before = await promised(session, target, found)
  if (!before.superReadOnly) await readOnly(session)
  if (target.semiSync !== null)
    // The replica's half takes effect when its receiver starts.
    await session.change('SET GLOBAL rpl_semi_sync_source_enabled = OFF; SET GLOBAL rpl_semi_sync_replica_enabled = ON')
  const channels = (await session.ask(
    "SELECT 1 FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = ''",
  )) as unknown[]
  let configured = channels.length > 0
  // What came in until the receiver stood still is there as well.
  const still = configured && before.receiver !== 'stopped' ? await stopReceiver(session, target) : before
  if (configured && still.applier !== 'running') configured = await startApplier(session, still)
  if (configured) {
    const ready = await state(session, target)
    // Without this the next statement could be the one that throws acknowledged transactions away.
    if (ready.applier !== 'running') throw unfinished({ code: 'applier-stopped' })
  }
  const account = drain ? target.accounts.drain : target.accounts.replication
  const options = [
    `SOURCE_HOST = ${text(member.host)}`,
    `SOURCE_PORT = ${member.port}`,
    `SOURCE_USER = ${text(account.user)}`,
    `SOURCE_PASSWORD = ${text(account.password)}`,
    'GET_SOURCE_PUBLIC_KEY = 1',
    'SOURCE_CONNECT_RETRY = 1',
    `SOURCE_RETRY_COUNT = ${RETRY_COUNT}`,
    // A CHANGE that leaves it out sets it back to half of replica_net_timeout.
    `SOURCE_HEARTBEAT_PERIOD = ${HEARTBEAT_US / 1e6}`,
    ...(configured ? [] : ['SOURCE_AUTO_POSITION = 1']),
  ]
  await session.change(`CHANGE REPLICATION SOURCE TO ${options.join(', ')}`)
  await session.change(configured ? 'START REPLICA IO_THREAD' : 'START REPLICA')
  if (before.offline) await session.change('SET GLOBAL offline_mode = OFF')
}

/**
 * False: the files of its relay log are gone (1872), and the channel had to be forgotten with them. What was received and not
 * applied was in them; that the server has such transactions, it must not say any more.
 */
async function startApplier(session: AdminSession, { executed, retrieved }: ServerState): Promise<boolean> {
  try {
    await session.change('START REPLICA SQL_THREAD')
    return true
  } catch (error) {
    const isUnreadable = error instanceof AdminError && errnoOf(error.failure.why) === RELAY_LOG_UNREADABLE
    if (!isUnreadable || !executed.covers(retrieved)) throw error
    await session.change('RESET REPLICA ALL')
    return false
  }
}

/**
 * Become the source. The marker is written while read_only still keeps clients out (an administrator may write, they
 * may not), so it is certainly the epoch's first transaction; and semi-sync is switched on after it but before the
 * first client, because the marker itself would wait for replicas that are only pointed here afterwards.
 */
async function promote(
  session: AdminSession,
  target: MysqlTarget,
  action: Command<'promote'>,
  before: ServerState,
): Promise<void> {
  if (before.receiver !== 'stopped') throw refused({ code: 'still-receiving', receiver: before.receiver })
  if (!before.executed.covers(before.retrieved))
    throw refused({ code: 'unapplied', transactions: before.retrieved.minus(before.executed).size })
  await session.change('STOP REPLICA')
  await session.change('SET SESSION lock_wait_timeout = 1; SET GLOBAL super_read_only = OFF')
  await writeRow(session, action)
  await switchSemiSyncOn(session, target, action.k)
  await session.change('SET GLOBAL read_only = OFF')
  if (before.offline) await session.change('SET GLOBAL offline_mode = OFF')
}

/** The settings first: from the moment it is on a commit waits by them. */
async function switchSemiSyncOn(session: AdminSession, { semiSync }: MysqlTarget, k: number): Promise<void> {
  if (semiSync === null) return
  const receipts = receiptsAwaited(semiSync, k)
  if (receipts === 0) return
  const { timeoutUs, waitNoReplica } = semiSync
  await session.change(
    [
      `rpl_semi_sync_source_timeout = ${timeoutUs === 'never' ? LONGEST_TIMEOUT_MS : Math.round(timeoutUs / 1000)}`,
      `rpl_semi_sync_source_wait_for_replica_count = ${receipts}`,
      `rpl_semi_sync_source_wait_no_replica = ${waitNoReplica ? 'ON' : 'OFF'}`,
      'rpl_semi_sync_source_enabled = ON',
    ]
      .map((setting) => `SET GLOBAL ${setting}`)
      .join('; '),
  )
}

/** A further row of the epoch, written beside the clients' writes. */
async function mark(
  session: AdminSession,
  target: MysqlTarget,
  action: Command<'mark'>,
  before: ServerState,
): Promise<void> {
  if (before.superReadOnly) throw refused({ code: 'not-writable' })
  if (before.semiSyncSource) await switchSemiSyncOn(session, target, action.receipts)
  await session.change('SET SESSION lock_wait_timeout = 1')
  await writeRow(session, action)
}

/** Under a GTID of its own making, which makes a second try do nothing: MySQL skips what it has executed. */
async function writeRow(session: AdminSession, { marker, k }: Pick<Command<'promote'>, 'marker' | 'k'>): Promise<void> {
  const row = rowOf(marker.uuid)
  await session.change(
    `SET SESSION gtid_next = ${text(`${marker.uuid}:${marker.number}`)}; ` +
      'INSERT INTO quorumlab.epoch (epoch, k, member, base, source_uuid, started_at)' +
      ` VALUES (${row.epoch}, ${k}, ${row.member}, ${row.base}, @@server_uuid, NOW(6)); ` +
      'SET SESSION gtid_next = AUTOMATIC',
  )
}

/** First step of a rejoin: nothing is written here any more, by clients or by the applier, then look. */
async function quiesce(session: AdminSession, target: MysqlTarget, before: ServerState): Promise<void> {
  if (before.semiSyncSource) {
    // A source that waits for acknowledgements: super_read_only would wait for ever behind its clients. As in `fence`.
    await session.change('SET GLOBAL offline_mode = ON')
    await session.change('SET GLOBAL rpl_semi_sync_source_enabled = OFF')
  }
  await readOnly(session)
  const clients = (await session.ask(
    'SELECT PROCESSLIST_ID FROM performance_schema.threads' +
      ` WHERE PROCESSLIST_USER = ${text(target.accounts.client.user)} AND PROCESSLIST_ID IS NOT NULL`,
  )) as [number][]
  for (const [id] of clients) {
    try {
      await session.change(`KILL ${id}`)
    } catch (error) {
      const gone = error instanceof AdminError && errnoOf(error.failure.why) === UNKNOWN_THREAD
      if (!gone) throw error
    }
  }
  await session.change('STOP REPLICA')
}

/** Nothing was changed by what is refused. */
function refused(why: Why): AdminError {
  return new AdminError(failed(why))
}

/** Something was changed, and what was asked for was not reached. */
function unfinished(why: Why): AdminError {
  return new AdminError(unknown(why))
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
