/**
 * A server's state in one round trip. Everything a probe, a fence or a detach reports is read by the same text, so
 * that a coordinator never has to reconcile two ways of looking.
 */
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { ServerState } from '../../algorithms/servers.ts'
import { type ConnectionSetup, NO_SETUP } from './connection.ts'
import type { MysqlTarget } from './target.ts'

/**
 * Once per connection. The server's start is kept in a session variable, because performance_schema.global_status
 * takes longer to read than all the rest, and a connection does not outlive its server.
 */
const WATCH_SQL =
  "SET time_zone = '+00:00', @quorumlab_started = (SELECT NOW(6) - INTERVAL VARIABLE_VALUE SECOND" +
  " FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime')"
export const WATCH_SETUP: ConnectionSetup = { ...NO_SETUP, sql: WATCH_SQL }

/** rpl_semi_sync_source_timeout at its largest, 49 days. */
const NEVER_MS = 4_294_967_295

export const PROMISED = 'SELECT promised FROM quorumlab.promise WHERE id = 1'
export const EXECUTED = 'SELECT @@global.gtid_executed'
export const RECEIVED =
  "SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''"

/** The row of the only channel; no row when none is configured. */
const CHANNEL =
  'SELECT configuration.HOST, configuration.PORT, receiver.SERVICE_STATE, applier.SERVICE_STATE, receiver.RECEIVED_TRANSACTION_SET,' +
  // Zero dates (never) give NULL.
  ' TIMESTAMPDIFF(MICROSECOND, receiver.LAST_HEARTBEAT_TIMESTAMP, NOW(6)),' +
  ' TIMESTAMPDIFF(MICROSECOND, receiver.LAST_QUEUED_TRANSACTION_END_QUEUE_TIMESTAMP, NOW(6)),' +
  ' receiver.LAST_ERROR_MESSAGE, receiver.QUEUEING_TRANSACTION,' +
  ' (SELECT GROUP_CONCAT(LAST_ERROR_NUMBER) FROM performance_schema.replication_applier_status_by_worker' +
  " WHERE CHANNEL_NAME = '' AND LAST_ERROR_NUMBER <> 0)" +
  ' FROM performance_schema.replication_connection_configuration AS configuration' +
  ' JOIN performance_schema.replication_connection_status AS receiver USING (CHANNEL_NAME)' +
  ' JOIN performance_schema.replication_applier_status AS applier USING (CHANNEL_NAME)' +
  " WHERE CHANNEL_NAME = ''"

/**
 * How far its receiver is in its source's binlog is told by nothing else, and asked only while it is in the middle of a
 * transaction: all the rest of this answer is not wanted.
 */
const STATUS = 'SHOW REPLICA STATUS'
const READ_SOURCE_LOG_POS = 6

/** A commit that may go on without them has waited for nobody. */
const RECEIPTS =
  `IF(@@global.rpl_semi_sync_source_enabled AND @@global.rpl_semi_sync_source_wait_no_replica` +
  ` AND @@global.rpl_semi_sync_source_timeout = ${NEVER_MS}, @@global.rpl_semi_sync_source_wait_for_replica_count, 0)`

/** What a client's connection is told (told.ts). Without semi-sync there may be no such settings to ask for. */
export function toldText({ semiSync }: Pick<MysqlTarget, 'semiSync'>): string {
  return `SELECT (${PROMISED}), ${semiSync === null ? 0 : RECEIPTS}`
}

/** Of these threads of its clients, those that still run something. */
export function busyText({ accounts }: Pick<MysqlTarget, 'accounts'>, threads: readonly number[]): string {
  return (
    `SELECT PROCESSLIST_ID FROM performance_schema.threads WHERE PROCESSLIST_ID IN (${threads.join()})` +
    ` AND PROCESSLIST_USER = '${accounts.client.user}' AND PROCESSLIST_COMMAND <> 'Sleep'`
  )
}

type Rows = readonly (readonly unknown[])[]

export function stateText(target: MysqlTarget): string {
  const semiSync = target.semiSync !== null ? `@@global.rpl_semi_sync_source_enabled, ${RECEIPTS}` : '0, 0'
  return (
    `SELECT @@server_uuid, @@global.super_read_only, @@global.offline_mode, ${semiSync},` +
    ` UNIX_TIMESTAMP(@quorumlab_started) * 1000000, UNIX_TIMESTAMP(NOW(6)) * 1000000, (${PROMISED}); ${CHANNEL}; ${EXECUTED}` +
    (target.earlier.isReceiving ? `; ${STATUS}` : '')
  )
}

/** Interprets the rows of `stateText`. */
export function stateOf(target: MysqlTarget, result: unknown): ServerState {
  const [[server], [channel], [executed], statuses = []] = result as [Rows, Rows, Rows, Rows?]
  const [status] = statuses
  const [uuid, superReadOnly, offline, semiSyncSource, receipts, startedUs, nowUs, promised] = server!
  const [
    host,
    port,
    receiver,
    applier,
    retrieved,
    heartbeatAgeUs,
    queuedAgeUs,
    receiverMessage,
    queueing,
    applierErrnos,
  ] = channel ?? []
  const transaction = (queueing as string | undefined) ?? ''
  target.earlier.isReceiving = transaction !== ''
  return {
    uuid: uuid as string,
    executed: MutableGtidSet.parse(executed![0] as string),
    retrieved: MutableGtidSet.parse((retrieved as string | undefined) ?? ''),
    promised: exactInteger(promised ?? 0, 'a promised epoch'),
    superReadOnly: superReadOnly === 1,
    offline: offline === 1,
    receiver: receiver === 'ON' ? 'running' : receiver === 'CONNECTING' ? 'connecting' : 'stopped',
    applier: applier === 'ON' ? 'running' : 'stopped',
    receiverError: receiver === 'OFF' ? receiverErrorOf((receiverMessage as string | null) ?? '') : null,
    applierErrno: rowErrorIn((applierErrnos as string | null) ?? ''),
    source: target.members.find((member) => member.host === host && member.port === Number(port))?.name ?? null,
    fedAgeUs: youngest(heartbeatAgeUs, queuedAgeUs),
    arriving:
      transaction === '' || status === undefined
        ? null
        : { transaction, position: Number(status[READ_SOURCE_LOG_POS]) },
    uptimeUs: Math.max(0, Math.round(Number(nowUs) - target.earlier.start.settle(Number(startedUs)))),
    semiSyncSource: semiSyncSource === 1,
    receipts: exactInteger(receipts ?? 0, 'how many receipts are waited for'),
  }
}

/** The number (13114) says no more than that its source refused it. */
function receiverErrorOf(message: string): ServerState['receiverError'] {
  if (message === '') return null
  return /purged/.test(message) ? 'binlogs-purged' : 'other'
}

/** Duplicate key; no such row; a table or column that is or is not there: its rows are not its source's. */
const OF_ROWS = [1032, 1050, 1054, 1062, 1146]

/** Of all workers: those that were stopped by another one's error have numbers of their own. */
function rowErrorIn(errnos: string): number | null {
  return (
    errnos
      .split(',')
      .map(Number)
      .find((errno) => OF_ROWS.includes(errno)) ?? null
  )
}

function youngest(...agesUs: readonly unknown[]): number | null {
  const known = agesUs.filter((age) => age !== null && age !== undefined).map(Number)
  return known.length === 0 ? null : Math.max(0, Math.min(...known))
}
