/** What the MySQL-protocol front needs of this coordinator: whom to ask, and when an answer may be seen. */
import { textOf } from '../../../algorithms/reasons/text.ts'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { ConnectionPool } from '../../mysql/pool.ts'
import type { StatementClassifier } from '../../mysql/statement-class.ts'
import type { SystemConfig } from '../config.ts'
import { Front } from '../front/front.ts'
import type { FrontSystem } from '../front/front-system.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { Asking } from './asking.ts'
import { HOLD_MS } from './held-operations.ts'

interface FrontParts {
  readonly asking: Asking
  readonly acknowledged: Acknowledged
  readonly config: SystemConfig
  readonly classifier: StatementClassifier
  /** Of the classifier: any server that answers says its version. */
  readonly pools: readonly ConnectionPool[]
  readonly wireTimestamp: (timestamp: Timestamp) => number
  readonly onFailure: (error: unknown) => void
}

const VERSION_DEADLINE_US = 2_000_000
/** Where no server answers yet: new enough for every client to use today's protocol. */
const SOME_VERSION = '8.4.0'

/** Null: none is configured. Rejects with an EnvironmentError that names a busy port. */
export async function startFront(parts: FrontParts): Promise<Front | null> {
  const { bind, mysqlPort } = parts.config
  if (mysqlPort === null) return null
  const version = `${await versionOf(parts.pools)}-quorumlab`
  try {
    const front = await Front.listen(systemOf(parts, version), bind, mysqlPort)
    parts.asking.onEvent((event) => {
      if (event.kind === 'reign') front.sourceIs(event.source)
    })
    return front
  } catch (error) {
    throw new EnvironmentError(`Port ${mysqlPort} for MySQL clients cannot be had: ${(error as Error).message}`, {
      ...{ kind: 'refused', subject: 'coordinator', cause: error },
      advice: 'End what uses it, or give another with --mysql-port.',
    })
  }
}

function systemOf(parts: FrontParts, version: string): FrontSystem {
  const { acknowledged, asking, config, classifier, wireTimestamp, onFailure } = parts
  const address = (name: string) => config.members.find((member) => member.name === name)!
  return {
    account: config.accounts.client,
    version,
    classify: (text, hasParameters) => classifier.classify(text, hasParameters),
    enter: () => new Promise((resolve) => asking.coordinator.enter(resolve)),
    route: async (consistency) => {
      for (const untilMs = performance.now() + HOLD_MS; ; ) {
        const route = await asking.ask({ kind: 'route', consistency })
        if (route !== null) return { source: address(route.source), reader: address(route.reader) }
        const leftMs = untilMs - performance.now()
        if (leftMs <= 0 || !(await asking.until(({ kind }) => kind === 'reign', leftMs))) return null
      }
    },
    timestamp: async () => {
      const { timestamp } = await asking.ask({ kind: 'timestamp', after: null })
      return timestamp === null ? null : wireTimestamp(timestamp)
    },
    settle: async (done) => {
      const { why } = await asking.ask({ kind: 'settle', timestamp: null, ...done })
      if (why !== null) return { verdict: 'not-held', reason: textOf(why) }
      if (done.gtid !== null && done.consistency !== 'EVENTUAL') acknowledged.add(done.gtid)
      return { verdict: 'ok' }
    },
    lost: (node) => asking.coordinator.connectionLost(node),
    failed: onFailure,
  }
}

async function versionOf(pools: readonly ConnectionPool[]): Promise<string> {
  const answers = pools.map(
    (pool) =>
      new Promise<string>((resolve, reject) => {
        pool.submit('SELECT VERSION()', VERSION_DEADLINE_US, (failure, rows) => {
          if (failure === null) resolve(String((rows as unknown[][])[0]![0]))
          else reject(new Error(failure.reason))
        })
      }),
  )
  return Promise.any(answers).catch(() => SOME_VERSION)
}
