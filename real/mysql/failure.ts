/**
 * What a MySQL error says about the statement it answers: certainly not done (`failed`), or possibly done
 * (`unknown`). The list of certain ones is short and explicit; whatever is not on it is `unknown`, because a wrong
 * `failed` makes a check lie and a wrong `unknown` only makes it careful.
 */
export interface Failure {
  readonly kind: 'failed' | 'unknown'
  /** A short, stable, lower-case phrase. */
  readonly reason: string
  /** MySQL's error number; 0 for what happened on the way there. */
  readonly errno: number
}

interface DriverError {
  readonly code?: string
  readonly errno?: number
  readonly message?: string
}

/** Server errors after which a single autocommit statement has left nothing behind. */
const REFUSED_STATEMENTS: Readonly<Record<number, string>> = {
  1044: 'access denied',
  1045: 'access denied',
  1062: 'duplicate operation',
  1064: 'syntax error',
  1142: 'access denied',
  1146: 'no such table',
  1205: 'lock wait timed out',
  1213: 'deadlock',
  1227: 'access denied',
  1290: 'read only',
  1792: 'read only',
  1836: 'read only',
  3032: 'server offline',
  3572: 'lock wait timed out',
}

const REFUSED_CONNECTIONS: Readonly<Record<number, string>> = {
  1040: 'too many connections',
  1045: 'access denied',
  1053: 'server shutting down',
  1203: 'too many connections',
  3032: 'server offline',
}

/** The connection was never usable: nothing was sent. */
export function connectFailure(error: unknown): Failure {
  const { code, errno } = error as DriverError
  const number = serverErrno(errno)
  if (code === 'ECONNREFUSED') return { kind: 'failed', reason: 'connection refused', errno: number }
  if (code === 'ETIMEDOUT') return { kind: 'failed', reason: 'connect timed out', errno: number }
  return { kind: 'failed', reason: REFUSED_CONNECTIONS[number] ?? 'connection refused in handshake', errno: number }
}

/** The statement was sent, and this came back. */
export function statementFailure(error: unknown): Failure {
  const { errno, message } = error as DriverError
  const number = serverErrno(errno)
  if (number === 0) return { kind: 'unknown', reason: 'connection lost', errno: 0 }
  const refused = REFUSED_STATEMENTS[number]
  if (refused !== undefined) return { kind: 'failed', reason: refused, errno: number }
  return { kind: 'unknown', reason: `error ${number}: ${(message ?? '').toLowerCase()}`, errno: number }
}

export const DEADLINE_IN_FLIGHT: Failure = { kind: 'unknown', reason: 'deadline passed', errno: 0 }
export const DEADLINE_UNSENT: Failure = { kind: 'failed', reason: 'no connection in time', errno: 0 }
export const CLOSED: Failure = { kind: 'failed', reason: 'connection closed', errno: 0 }

/** The operating system's numbers are negative. */
function serverErrno(errno: number | undefined): number {
  return errno !== undefined && errno >= 1000 ? errno : 0
}
