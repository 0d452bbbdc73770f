/** The words every server is started with. `loose-` marks options that not every version from 8.0.26 to 9.x knows. */
import { join } from 'node:path'
import { DATA_CONNECTIONS, OTHER_CONNECTIONS, REPLICA_NET_TIMEOUT_US } from '../../../scenarios/limits.ts'
import { saysNoDefaultsItself } from './find-mysqld.ts'

interface NodeFlags {
  readonly directory: string
  readonly serverId: number
  /** What it listens on, and under which it is known. */
  readonly host: string
  readonly port: number
  readonly adminPort: number
}

/** Where things lie in a node's directory. */
export function nodePaths(directory: string) {
  return {
    data: join(directory, 'data'),
    temporary: join(directory, 'tmp'),
    pidFile: join(directory, 'mysqld.pid'),
    log: join(directory, 'error.log'),
    initFile: join(directory, 'init.sql'),
    /** Binlogs of data that was thrown away by a rebuild. */
    oldBinlogs: join(directory, 'old-binlogs'),
  }
}

/** In front of everything else: what keeps the machine's own configuration out. */
export async function leadingFlags(mysqld: string): Promise<string[]> {
  const flags = (await saysNoDefaultsItself(mysqld)) ? [] : ['--no-defaults']
  // mysqld refuses to run as root unless told that it is meant.
  if (process.getuid?.() === 0) flags.push('--user=root')
  return flags
}

/** Shared by the server that makes the template and by the nodes: a data directory remembers some of these. */
export const STORAGE_FLAGS: readonly string[] = [
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-buffer-size=8M',
  '--loose-innodb-redo-log-capacity=64M',
  '--loose-innodb-ddl-buffer-size=1M',
  // Four servers would share the kernel's small pool of AIO requests; tmpfs has none at all.
  '--innodb-use-native-aio=OFF',
  '--innodb-buffer-pool-dump-at-shutdown=OFF',
  '--innodb-buffer-pool-load-at-startup=OFF',
  '--character-set-server=utf8mb4',
]

export function nodeFlags(node: NodeFlags): string[] {
  const paths = nodePaths(node.directory)
  return [
    `--datadir=${paths.data}`,
    `--tmpdir=${paths.temporary}`,
    // Names this server beyond doubt: the sweeper kills a process only when it finds this word in its command line.
    `--pid-file=${paths.pidFile}`,
    // No socket file: nothing to leave behind, no 107-byte limit on its path, no stale lock after a kill.
    '--socket=',
    `--server-id=${node.serverId}`,
    `--bind-address=${node.host}`,
    `--port=${node.port}`,
    `--admin-address=${node.host}`,
    `--admin-port=${node.adminPort}`,
    '--create-admin-listener-thread=ON',
    `--report-host=${node.host}`,
    `--report-port=${node.port}`,
    ...serverFlags(),
  ]
}

/** What does not depend on where a server runs: the same words for processes and for containers. */
export function serverFlags(): string[] {
  return [...STORAGE_FLAGS, ...REPLICATION_FLAGS, ...QUIET_FLAGS, ...SMALL_FLAGS]
}

const REPLICATION_FLAGS: readonly string[] = [
  '--log-bin=binlog',
  '--binlog-expire-logs-seconds=0',
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
  '--log-replica-updates=ON',
  '--sync-binlog=1',
  '--innodb-flush-log-at-trx-commit=1',
  '--super-read-only=ON',
  '--skip-replica-start=ON',
  '--relay-log=relay',
  // ON empties the received set at a restart, and with it what an acknowledgement was given for.
  '--relay-log-recovery=OFF',
  '--replica-preserve-commit-order=ON',
  '--replica-parallel-workers=4',
  '--loose-replica-parallel-type=LOGICAL_CLOCK',
  '--loose-binlog-transaction-dependency-tracking=WRITESET',
  `--replica-net-timeout=${REPLICA_NET_TIMEOUT_US / 1_000_000}`,
  '--plugin-load-add=semisync_source.so;semisync_replica.so;mysql_clone.so',
  '--loose-rpl-semi-sync-source-enabled=OFF',
  '--loose-rpl-semi-sync-replica-enabled=OFF',
  // A finite timeout, or giving up without replicas, is a false acknowledgement.
  '--loose-rpl-semi-sync-source-timeout=4294967295',
  '--loose-rpl-semi-sync-source-wait-no-replica=ON',
]

const QUIET_FLAGS: readonly string[] = [
  '--loose-mysqlx=OFF',
  '--event-scheduler=OFF',
  // What fails there has happened all the same, and what is done there is on one server only.
  '--disabled-storage-engines=MyISAM,MEMORY,CSV,ARCHIVE,MERGE,BLACKHOLE,FEDERATED',
  '--skip-name-resolve',
  '--local-infile=OFF',
  '--secure-file-priv=NULL',
  '--log-error-verbosity=2',
  '--default-time-zone=+00:00',
]

/** Instruments and their buffers off; the replication tables and global_status do not depend on them. 547 -> 237 MB resident. */
const EMPTY_PERFORMANCE_SCHEMA_BUFFERS: readonly string[] = [
  ...['waits', 'stages', 'statements', 'transactions'].map((events) => `events-${events}-history-long-size`),
  ...['mutex', 'rwlock', 'cond', 'file', 'table', 'socket'].map((object) => `max-${object}-instances`),
  ...['mutex', 'rwlock', 'cond', 'file', 'statement', 'stage', 'memory'].map((object) => `max-${object}-classes`),
  ...['table-handles', 'table-lock-stat', 'index-stat', 'metadata-locks'].map((object) => `max-${object}`),
  ...['max-program-instances', 'max-prepared-statements-instances', 'max-sql-text-length', 'max-digest-length'],
  ...['error-size', 'accounts-size', 'hosts-size', 'users-size', 'setup-actors-size', 'setup-objects-size'],
  ...['session-connect-attrs-size'],
]

const SMALL_FLAGS: readonly string[] = [
  `--max-connections=${DATA_CONNECTIONS + OTHER_CONNECTIONS}`,
  '--table-open-cache=256',
  '--table-definition-cache=400',
  '--key-buffer-size=1M',
  // STATEMENT_DIGEST_TEXT tells what a client's statement does, and what is cut tells nothing. Per connection.
  '--max-digest-length=65536',
  '--performance-schema=ON',
  '--performance-schema-instrument=%=OFF',
  '--performance-schema-digests-size=1',
  ...EMPTY_PERFORMANCE_SCHEMA_BUFFERS.map((name) => `--loose-performance-schema-${name}=0`),
]
