/** One MySQL server as the collector sees it: a connection of its own, a probe, and what is remembered of the answers. */
import { exactInteger } from '../../algorithms/exact-integer.ts'
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { ServerState } from '../../algorithms/servers.ts'
import { smoothedLatency } from '../../algorithms/smoothed-latency.ts'
import { ConnectionPool } from '../mysql/pool.ts'
import { stateOf, stateText, WATCH_SETUP } from '../mysql/state.ts'
import { EarlierLooks, type MysqlTarget, watchEndpoint } from '../mysql/target.ts'
import type { SystemConfig } from './config.ts'

const PROBE_DEADLINE_MS = 1_000
/** Wall clocks are stepped, and MySQL counts its uptime in whole seconds. */
const START_TOLERANCE_MS = 3_000

/** The tables of the demo database; each row carries the timestamp of the write that made it. */
export const TABLES = ['users', 'products'] as const
type Table = (typeof TABLES)[number]

/**
 * The newest timestamp of each table: the one that was noted beside the write path, or the newest row's where that is
 * ahead. (The largest of all rows would be a look at all rows.) Then the newest epoch's row.
 */
const NEWEST = TABLES.map(
  (table) =>
    `GREATEST(COALESCE((SELECT last_timestamp FROM testdb._table_timestamps WHERE table_name = '${table}'), 0),` +
    ` COALESCE((SELECT timestamp FROM testdb.${table} ORDER BY id DESC LIMIT 1), 0))`,
).join(', ')
const EPOCH = 'SELECT epoch, member, source_uuid FROM quorumlab.epoch ORDER BY epoch DESC, k LIMIT 1'
/** What `stateText` reads comes as so many results. */
const STATE_RESULTS = 3

export interface Reading {
  readonly state: ServerState
  /** Executed or in the relay log. */
  readonly held: GtidSet
  readonly tables: Readonly<Record<Table, number>>
  /** The newest epoch whose row is here; null: none began. */
  readonly epoch: { readonly epoch: number; readonly member: number | null; readonly uuid: string | null } | null
}

/** What survives the collector: a start that it did not see is a crash that it did not see. */
export interface RememberedStart {
  readonly crashes: number
  readonly startedAtMs: number
}

export class InstanceProbe {
  readonly #target: MysqlTarget
  readonly #pool: ConnectionPool
  #latencyMs = 0
  #everAnswered = false
  #uptimeUs = 0
  #start: RememberedStart | null
  /** The last answer, also when the server has gone since. */
  reading: Reading | null = null
  answeredAtMs = 0
  /** Why the last probe was not answered; null: it was. */
  trouble: string | null = 'not probed yet'

  constructor(config: SystemConfig, member: number, remembered: RememberedStart | null) {
    const { members, accounts } = config
    this.#target = { node: members[member]!, members, accounts, semiSync: null, earlier: new EarlierLooks() }
    this.#pool = new ConnectionPool(watchEndpoint(this.#target), WATCH_SETUP, 1)
    this.#start = remembered
  }

  get latencyMs(): number {
    return this.#latencyMs
  }

  get start(): RememberedStart | null {
    return this.#start
  }

  /** One probe; settles within its deadline. */
  probe(): Promise<void> {
    const askedMs = performance.now()
    return new Promise((resolve) => {
      const text = `${stateText(this.#target)}; SELECT ${NEWEST}; ${EPOCH}`
      this.#pool.submit(text, PROBE_DEADLINE_MS * 1_000, (failure, result) => {
        const tookMs = performance.now() - askedMs
        if (failure === null) this.#receive(result, tookMs)
        // A loop that was itself late proves nothing about the server.
        else if (tookMs <= PROBE_DEADLINE_MS * (4 / 3)) this.trouble = failure.reason
        resolve()
      })
    })
  }

  close(): void {
    this.#pool.close()
  }

  #receive(result: unknown, tookMs: number): void {
    try {
      this.reading = readingOf(this.#target, result as unknown[][][])
    } catch (error) {
      this.trouble = (error as Error).message
      return
    }
    const nowMs = Date.now()
    const { uptimeUs } = this.reading.state
    const startedAtMs = nowMs - uptimeUs / 1_000
    const before = this.#start
    const isRestarted = this.#everAnswered
      ? uptimeUs < this.#uptimeUs
      : before !== null && startedAtMs > before.startedAtMs + START_TOLERANCE_MS
    if (before === null || isRestarted) this.#start = { crashes: (before?.crashes ?? -1) + 1, startedAtMs }
    this.#latencyMs = smoothedLatency(this.#latencyMs, tookMs, !this.#everAnswered)
    this.#everAnswered = true
    this.#uptimeUs = uptimeUs
    this.answeredAtMs = nowMs
    this.trouble = this.reading.state.offline ? 'fenced: in offline mode' : null
  }
}

function readingOf(target: MysqlTarget, results: readonly unknown[][][]): Reading {
  const state = stateOf(target, results.slice(0, STATE_RESULTS))
  const newest = results[STATE_RESULTS]![0]!
  const row = results[STATE_RESULTS + 1]![0]
  const held = new MutableGtidSet()
  held.addAll(state.executed)
  held.addAll(state.retrieved)
  return {
    state,
    held,
    tables: Object.fromEntries(
      TABLES.map((table, i) => [table, exactInteger(newest[i], `the newest timestamp of ${table}`)]),
    ) as Record<Table, number>,
    epoch:
      row === undefined
        ? null
        : {
            epoch: exactInteger(row[0], 'an epoch'),
            member: row[1] === null ? null : Number(row[1]),
            uuid: row[2] as string | null,
          },
  }
}
