/**
 * MySQL's errors, by number, as far as this project has a word for them: both worlds name them from here, the real one
 * what a server answered, the simulated one what a server would. What a statement that met one has left behind is
 * another question (real/mysql/failure.ts).
 */

export type MysqlWhy =
  | { readonly code: MysqlCode; readonly errno: number; readonly sqlState: string }
  /** A number that has no word here. 0: the server hung up while it was to let somebody in. */
  | { readonly code: 'handshake-refused'; readonly errno: number; readonly sqlState: string }
  | { readonly code: 'mysql-error'; readonly errno: number; readonly sqlState: string; readonly message: string }

type MysqlCode = (typeof ERRORS)[keyof typeof ERRORS][0]

/** Code and SQL state by number (MySQL 8.0, Server Error Message Reference). */
const ERRORS = {
  1040: ['too-many-connections', '08004'],
  1044: ['access-denied', '42000'],
  1045: ['access-denied', '28000'],
  1053: ['shutting-down', '08S01'],
  1062: ['duplicate-operation', '23000'],
  1064: ['syntax-error', '42000'],
  1142: ['access-denied', '42000'],
  1146: ['no-such-table', '42S02'],
  1200: ['no-replica', 'HY000'],
  1203: ['too-many-connections', '42000'],
  1205: ['lock-wait-timeout', 'HY000'],
  1213: ['deadlock', '40001'],
  1227: ['access-denied', '42000'],
  1290: ['read-only', 'HY000'],
  1317: ['interrupted', '70100'],
  1792: ['read-only', '25006'],
  1836: ['read-only', 'HY000'],
  3021: ['receiver-runs', 'HY000'],
  3032: ['offline-mode', 'HY000'],
  3081: ['replica-runs', 'HY000'],
  3085: ['applier-runs', 'HY000'],
  3572: ['lock-wait-timeout', 'HY000'],
} as const satisfies Readonly<Record<number, readonly [string, string]>>

/** `message`: the server's own words, kept where we have none. */
export function mysqlWhy(errno: number, sqlState = '', message = ''): MysqlWhy {
  const known = (ERRORS as Readonly<Record<number, readonly [MysqlCode, string]>>)[errno]
  if (known === undefined) return { code: 'mysql-error', errno, sqlState, message }
  return { code: known[0], errno, sqlState: sqlState === '' ? known[1] : sqlState }
}
