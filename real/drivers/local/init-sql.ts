/**
 * What every server knows before it serves: the schema and the accounts. Two parts, because the template is shared by
 * all clusters and must not know their passwords: it holds locked accounts, and each node's first start unlocks them
 * with this cluster's own.
 *
 * Both run as `--init-file`, before the first connection is accepted and before super_read_only takes hold. The first
 * statement keeps them out of the binlog: otherwise each server would begin with a transaction that no other has.
 * One statement a line: older servers read the file by lines.
 */
import { randomBytes } from 'node:crypto'
import type { Account } from '../../mysql/connection.ts'
import type { Accounts } from '../../mysql/target.ts'

export const ACCOUNT_USERS = {
  admin: 'quorumlab_admin',
  client: 'quorumlab_client',
  replication: 'quorumlab_repl',
  drain: 'quorumlab_drain',
  audit: 'quorumlab_audit',
} as const

/** On testdb, whose tables are the clients' own; on nothing else. */
const CLIENT_RIGHTS =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, TRIGGER, EXECUTE,' +
  ' CREATE ROUTINE, ALTER ROUTINE, CREATE TEMPORARY TABLES, LOCK TABLES'

/**
 * A write's timestamp goes into its own row: the coordinator says it to its session, and these triggers put it down. A
 * replica gets the row with the value.
 */
function timestampTriggers(table: string): string[] {
  return ['INSERT', 'UPDATE'].map(
    (event) =>
      `CREATE DEFINER = '${ACCOUNT_USERS.admin}'@'%' TRIGGER testdb.${table}_${event.toLowerCase()} BEFORE ${event} ON testdb.${table}` +
      ' FOR EACH ROW SET NEW.timestamp = COALESCE(@quorumlab_timestamp, NEW.timestamp)',
  )
}

/** The demonstration's database. `_metadata` and `_table_timestamps` are filled beside the writes: inside they would be hot rows. */
const TESTDB_SQL: readonly string[] = [
  'CREATE DATABASE testdb',
  'CREATE TABLE testdb.users (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, email VARCHAR(255) NULL UNIQUE, created_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, timestamp BIGINT NULL)',
  'CREATE TABLE testdb.products (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, price DECIMAL(10, 2) NOT NULL DEFAULT 0, stock INT NOT NULL DEFAULT 0, created_at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, timestamp BIGINT NULL)',
  'CREATE TABLE testdb._metadata (id INT NOT NULL PRIMARY KEY, last_applied_timestamp BIGINT NOT NULL)',
  'INSERT INTO testdb._metadata VALUES (1, 0)',
  'CREATE TABLE testdb._table_timestamps (table_name VARCHAR(64) NOT NULL PRIMARY KEY, last_timestamp BIGINT NOT NULL)',
  "INSERT INTO testdb._table_timestamps VALUES ('users', 0), ('products', 0)",
]

export const TEMPLATE_SQL: readonly string[] = [
  'SET sql_log_bin = 0',
  'CREATE DATABASE quorumlab',
  // `position` orders the writes of a key by their commit on the source; `op` is what makes a retry harmless.
  'CREATE TABLE quorumlab.operations (position BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, op BIGINT UNSIGNED NOT NULL UNIQUE, key_id INT NOT NULL, ts_counter BIGINT NULL, ts_server INT NULL, payload MEDIUMBLOB NULL, KEY newest (key_id, position))',
  // A row for each key that a transaction of several statements has written: its lock is the key's.
  'CREATE TABLE quorumlab.latest (key_id INT NOT NULL PRIMARY KEY, op BIGINT UNSIGNED NOT NULL)',
  // Replicated: an epoch's first transaction writes its row.
  'CREATE TABLE quorumlab.epoch (epoch BIGINT NOT NULL, k INT NOT NULL, member INT NULL, base BIGINT NULL, source_uuid CHAR(36) NULL, started_at TIMESTAMP(6) NULL, PRIMARY KEY (epoch, k))',
  // Replicated: what may be repeated, in one transaction with what it did.
  'CREATE TABLE quorumlab.done_operations (operation_id VARBINARY(128) NOT NULL PRIMARY KEY, fingerprint CHAR(64) CHARACTER SET ascii NOT NULL, rows_affected BIGINT NULL, insert_id BIGINT UNSIGNED NULL, ts_counter BIGINT NULL, ts_server INT NULL, done_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), KEY done (done_at))',
  // Replicated: what operators write and change beside the workload (real/faults/incidents/).
  'CREATE TABLE quorumlab.operator_rows (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, filler VARBINARY(100) NULL)',
  'CREATE TABLE quorumlab.operator_table (id INT NOT NULL PRIMARY KEY)',
  // Local: written with sql_log_bin = 0 only.
  'CREATE TABLE quorumlab.promise (id TINYINT NOT NULL PRIMARY KEY, promised BIGINT NOT NULL)',
  'INSERT INTO quorumlab.promise VALUES (1, 0)',
  ...Object.values(ACCOUNT_USERS).map((user) => `CREATE USER '${user}'@'%' ACCOUNT LOCK`),
  // ALL names whatever privileges this version has: the list of dynamic ones differs between 8.0, 8.4 and 9.x.
  `GRANT ALL ON *.* TO '${ACCOUNT_USERS.admin}'@'%' WITH GRANT OPTION`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON quorumlab.operations TO '${ACCOUNT_USERS.client}'@'%'`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON quorumlab.done_operations TO '${ACCOUNT_USERS.client}'@'%'`,
  `GRANT INSERT, UPDATE ON quorumlab.latest TO '${ACCOUNT_USERS.client}'@'%'`,
  `GRANT SELECT ON quorumlab.* TO '${ACCOUNT_USERS.client}'@'%'`,
  ...TESTDB_SQL,
  ...['users', 'products'].flatMap(timestampTriggers),
  `GRANT ${CLIENT_RIGHTS} ON testdb.* TO '${ACCOUNT_USERS.client}'@'%'`,
  `GRANT REPLICATION SLAVE ON *.* TO '${ACCOUNT_USERS.replication}'@'%'`,
  `GRANT REPLICATION SLAVE, CONNECTION_ADMIN ON *.* TO '${ACCOUNT_USERS.drain}'@'%'`,
  // CONNECTION_ADMIN: a server that is fenced or set aside is audited, too.
  `GRANT SELECT, CONNECTION_ADMIN, SERVICE_CONNECTION_ADMIN ON *.* TO '${ACCOUNT_USERS.audit}'@'%'`,
  "ALTER USER 'root'@'localhost' ACCOUNT LOCK",
]

export function generateAccounts(): Accounts {
  // Letters and digits only: nothing to quote, in SQL or anywhere else. A replication password has at most 32 characters.
  const account = (user: string): Account => ({ user, password: randomBytes(16).toString('hex') })
  return {
    admin: account(ACCOUNT_USERS.admin),
    client: account(ACCOUNT_USERS.client),
    replication: account(ACCOUNT_USERS.replication),
    drain: account(ACCOUNT_USERS.drain),
    audit: account(ACCOUNT_USERS.audit),
  }
}

/** For a node's first start. Holds secrets: written with mode 600, removed as soon as the server answers. */
export function unlockSql(accounts: Accounts): readonly string[] {
  return [
    'SET sql_log_bin = 0',
    ...Object.values(accounts).map(
      ({ user, password }: Account) => `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}' ACCOUNT UNLOCK`,
    ),
  ]
}

export function sqlFile(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('')
}
