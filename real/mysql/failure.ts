/**
 * What a MySQL error says about the statement it answers: certainly not done (`failed`), or possibly done
 * (`unknown`). The list of certain ones is short and explicit; whatever is not on it is `unknown`, because a wrong
 * `failed` makes a check lie and a wrong `unknown` only makes it careful.
 */
import { mysqlWhy } from '../../algorithms/reasons/mysql-errors.ts'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Failed, Unknown } from '../../algorithms/servers.ts'
import type { ServerError } from './exchange.ts'

export type Failure = Failed | Unknown

interface DriverError {
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
  readonly message?: string
}

/** Server errors after which a single autocommit statement has left nothing behind. */
const REFUSED_STATEMENTS: ReadonlySet<number> = new Set([
  1044, 1045, 1062, 1064, 1142, 1146, 1205, 1213, 1227, 1290, 1792, 1836, 3032, 3572,
])

/** What a server says that does not let a connection in. */
const REFUSED_CONNECTIONS: ReadonlySet<number> = new Set([1040, 1045, 1053, 1203, 3032])

/** The connection was never usable: nothing was sent. */
export function connectFailure(error: unknown): Failure {
  const { code, errno, sqlState = '' } = error as DriverError
  if (code === 'ECONNREFUSED') return failed({ code: 'connection-refused' })
  if (code === 'ETIMEDOUT') return failed({ code: 'connect-timeout' })
  const number = serverErrno(errno)
  if (REFUSED_CONNECTIONS.has(number)) return failed(mysqlWhy(number, sqlState))
  return failed({ code: 'handshake-refused', errno: number, sqlState })
}

/** The statement was sent, and this came back. */
export function statementFailure(error: unknown): Failure {
  const { errno, sqlState, message } = error as DriverError
  const number = serverErrno(errno)
  if (number === 0) return unknown({ code: 'connection-lost' })
  const why = mysqlWhy(number, sqlState, message)
  return REFUSED_STATEMENTS.has(number) ? failed(why) : unknown(why)
}

/** The server's own refusal; null: the connection was lost. */
export function serverError(error: unknown): ServerError | null {
  const { errno, sqlState = 'HY000', message = '' } = error as DriverError
  const number = serverErrno(errno)
  return number === 0 ? null : { errno: number, sqlState, message }
}

/**
 * Errors that say something of the server, or that a transaction may have met on its way into the binlog: what they
 * leave behind is judged as for any other statement. All others are about the client's statement.
 */
const NOT_THE_STATEMENT: ReadonlySet<number> = new Set([
  // It stops, or its clients are sent away; the session was killed; memory or disk is out.
  1021, 1037, 1038, 1040, 1041, 1053, 1114, 1203, 1317, 1927, 3032, 3169,
  // It is no source.
  1290, 1836,
  // During the commit.
  1026, 1030, 1105, 1180, 1197, 1534, 1598, 1705, 3100, 3101,
])

/** A client's SQL, alone in its transaction, was answered with this: what MySQL refuses is rolled back. */
export function sqlFailure(error: ServerError): Failure {
  return NOT_THE_STATEMENT.has(error.errno) ? statementFailure(error) : failed({ code: 'statement-refused', ...error })
}

export const DEADLINE_IN_FLIGHT: Failure = unknown({ code: 'deadline' })
export const DEADLINE_UNSENT: Failure = failed({ code: 'no-connection' })
export const CLOSED: Failure = failed({ code: 'connection-closed' })

/** MySQL's error number; 0 for what happened on the way there. */
export function errnoOf(why: Why): number {
  return 'errno' in why ? why.errno : 0
}

/** The operating system's numbers are negative. */
function serverErrno(errno: number | undefined): number {
  return errno !== undefined && errno >= 1000 ? errno : 0
}
