/**
 * What the benchmarks on real servers share: a coordinator with its timestamp servers in processes of their own over
 * four local servers, and ways to write that are measured in turns, because a shared machine has moods; what counts is
 * the ratio. The processor time of each process explains it: on a machine with few cores the servers, the coordinator
 * and the asking process share them, so that every microsecond that one spends is one that the others wait for.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Connection, createConnection } from 'mysql2'
import type { CoordinatorConfig } from '../../algorithms/failover/coordinator.ts'
import { STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import type { CoordinatorRequests, Outcome, ReplyOf, RequestOf } from '../../algorithms/servers.ts'
import type { Consistency } from '../../algorithms/statements.ts'
import type { Driver } from '../../real/drivers/driver.ts'
import { awaitReign } from '../../real/drivers/settle.ts'
import type { Account } from '../../real/mysql/connection.ts'
import type { NodeAddress } from '../../real/mysql/target.ts'
import { ChildProcess } from '../../real/processes/child-process.ts'
import { RunClock } from '../../real/processes/run-clock.ts'
import type { ServiceProcess } from '../../real/processes/service-host.ts'
import { ServiceClient } from '../../real/transport/service-client.ts'
import { DEFAULT_MAX_APPLY_BACKLOG, DEFAULT_SEER, DEFAULT_TUNING } from '../../scenarios/scenario.ts'
import { timestampSetup } from '../real/timestamp-setup.ts'

const CATCH_UP_SEC = 30
/** A tick of /proc/PID/stat. */
const TICK_US = 10_000

/** The processes whose time is read, in the order of the columns. */
export type Pids = Readonly<Record<string, readonly number[]>>

/** `children`: those that were started are added, to be ended by the caller: the timestamp servers, then the coordinator. */
export async function startCoordinator(
  driver: Driver,
  children: ChildProcess[],
  journalPath: string,
  {
    semiSync,
    dataConnections,
    acknowledge,
  }: {
    readonly semiSync: boolean
    readonly dataConnections: number
    readonly acknowledge: CoordinatorConfig['acknowledge']
  },
): Promise<ServiceClient> {
  const events = {
    onExit: (child: ServiceProcess) => {
      if (child.lastLines.length > 0) console.error(`${child.name} ended:\n${child.lastLines.join('\n')}`)
    },
  }
  for (const index of [0, 1])
    children.push(
      await ChildProcess.start(
        `timestamp-${index + 1}`,
        timestampSetup('odd-even', index, 2, dirname(journalPath)),
        events,
      ),
    )
  const coordinator = await ChildProcess.start(
    'coordinator',
    {
      kind: 'coordinator',
      coordinators: ['coordinator'],
      index: 0,
      run: { originUs: RunClock.hostUs(), seed: 1 },
      bind: '127.0.0.1',
      port: 0,
      cluster: {
        servers: driver.nodes.map((node) => ({ node, members: driver.nodes })),
        accounts: driver.accounts,
        semiSync: semiSync ? STRICT_SEMI_SYNC : null,
      },
      dataConnections,
      timestampServers: children.map(({ name, host, port }) => ({ name, host, port })),
      config: {
        algorithms: {
          timestamps: 'odd-even',
          quorum: 'majority',
          election: 'seer-score',
          failureThreshold: 1,
          weightRatio: 'largest',
        },
        seer: DEFAULT_SEER,
        // A saturated machine is not what this measures: no failover may come of it.
        tuning: { ...DEFAULT_TUNING, probeTimeoutUs: 5_000_000, unreachableUs: 60_000_000 },
        acknowledge,
        maxApplyBacklog: DEFAULT_MAX_APPLY_BACKLOG,
        unsafe: [],
      },
      journalPath,
    },
    events,
  )
  children.push(coordinator)
  await awaitReign([coordinator], driver.nodes.length - 1, new AbortController().signal)
  return new ServiceClient('127.0.0.1', coordinator.port)
}

/** One way to write, over all its rounds. */
/** Starts one operation of a worker; `done` is told whether it counts. */
type Start = (worker: number, done: (ok: boolean) => void) => void

export class Side {
  readonly speeds: number[] = []
  readonly #pids: Pids
  readonly #ticks: number[]
  #count = 0

  constructor(pids: Pids) {
    this.#pids = pids
    this.#ticks = Object.keys(pids).map(() => 0)
  }

  async measure(roundMs: number, workers: number, start: Start): Promise<void> {
    const before = Object.values(this.#pids).map(ticks)
    const { count, perSec } = await perSecond(roundMs, workers, start)
    Object.values(this.#pids).forEach((pids, i) => {
      this.#ticks[i]! += ticks(pids) - before[i]!
    })
    this.#count += count
    this.speeds.push(perSec)
  }

  get text(): string {
    const speed = this.speeds.toSorted((a, b) => a - b)[this.speeds.length >> 1]!
    const columns = Object.keys(this.#pids).map(
      (name, i) => `${name} ${((this.#ticks[i]! * TICK_US) / this.#count).toFixed(0).padStart(4)}`,
    )
    return `${speed.toFixed(0).padStart(6)}/s   ${columns.join('   ')}`
  }
}

/** Each of `workers` starts the next operation when its last one has ended; those that succeeded count. */
async function perSecond(
  roundMs: number,
  workers: number,
  start: Start,
): Promise<{ readonly count: number; readonly perSec: number }> {
  const beganMs = performance.now()
  let count = 0
  await Promise.all(
    Array.from(
      { length: workers },
      (_, worker) =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (performance.now() - beganMs >= roundMs) resolve()
            else
              start(worker, (ok) => {
                if (ok) count++
                next()
              })
          }
          next()
        }),
    ),
  )
  return { count, perSec: (count / (performance.now() - beganMs)) * 1_000 }
}

/** Replicas that still apply what the other side wrote would take their processor time from this side. */
export async function caughtUp([source, ...replicas]: readonly Connection[]): Promise<void> {
  const gtids = await answer(source!, 'SELECT @@global.gtid_executed')
  await Promise.all(
    replicas.map(async (replica) => {
      const left = await answer(replica, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', ${CATCH_UP_SEC})`)
      if (left !== 0) throw new Error(`a replica was not caught up after ${CATCH_UP_SEC} s`)
    }),
  )
}

/** The first column of the first row, if any. */
export function answer(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    connection.query({ sql, rowsAsArray: true }, (error, rows) =>
      error === null ? resolve(Array.isArray(rows) ? (rows as unknown[][])[0]![0] : null) : reject(error),
    ),
  )
}

export function connectionTo({ host, port }: NodeAddress, { user, password }: Account): Promise<Connection> {
  const connection = createConnection({ host, port, user, password })
  return new Promise((resolve, reject) =>
    connection.query('DO 0', (error) => (error === null ? resolve(connection) : reject(error))),
  )
}

export async function serverPid(driver: Driver, node: NodeAddress): Promise<number> {
  const connection = await connectionTo(node, driver.accounts.client)
  const path = await answer(connection, 'SELECT @@pid_file')
  connection.destroy()
  return Number(readFileSync(path as string, 'latin1'))
}

/** User and system time of all threads. */
function ticks(pids: readonly number[]): number {
  let sum = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    sum += Number(fields[11]) + Number(fields[12])
  }
  return sum
}

/** Who reigns. */
export async function sourceOf(coordinator: ServiceClient, driver: Driver): Promise<NodeAddress> {
  const status = await new Promise<Outcome<ReplyOf<CoordinatorRequests, 'status'>>>((resolve) => {
    coordinator.call({ kind: 'status' }, 10_000_000, (outcome) =>
      resolve(outcome as Outcome<ReplyOf<CoordinatorRequests, 'status'>>),
    )
  })
  const name = status.kind === 'ok' ? status.reply.source : null
  const source = driver.nodes.find((node) => node.name === name)
  if (source === undefined) throw new Error(`nobody reigns: ${JSON.stringify(status)}`)
  return source
}

let nextOp = 1

/** INSERTs by bare mysql2 on the source, each worker on a connection of its own. */
export async function bareInserts(
  driver: Driver,
  source: NodeAddress,
  connections: number,
): Promise<{ readonly start: Start; readonly close: () => void }> {
  const bare = await Promise.all(
    Array.from({ length: connections }, () => connectionTo(source, driver.accounts.client)),
  )
  return {
    start(worker, done) {
      const op = nextOp++
      const sql = `INSERT INTO quorumlab.operations (op, key_id, ts_counter, ts_server) VALUES (${op}, ${op % 1_000}, ${op}, 1)`
      bare[worker]!.query(sql, (error) => (error === null ? done(true) : fail(error.message)))
    },
    close() {
      for (const connection of bare) connection.destroy()
    },
  }
}

/** The same rows through a coordinator. */
export function writesThrough(coordinator: ServiceClient, consistency: Consistency): Start {
  return (_, done) => {
    const op = nextOp++
    const request: RequestOf<CoordinatorRequests> = {
      kind: 'write',
      statement: { kind: 'keyed', op, key: op % 1_000 },
      consistency,
      session: null,
    }
    coordinator.call(request, 10_000_000, (outcome) => {
      const answer = outcome as Outcome<ReplyOf<CoordinatorRequests, 'write'>>
      if (answer.kind === 'ok' && answer.reply.verdict === 'ok') done(true)
      else if (answer.kind === 'ok' && answer.reply.verdict === 'failed') done(false)
      else fail(JSON.stringify(answer))
    })
  }
}

/** Of each round, ascending. */
export function ratiosOf(side: Side, against: Side): readonly number[] {
  return side.speeds.map((speed, round) => speed / against.speeds[round]!).toSorted((a, b) => a - b)
}

/** Lower quartile, median and upper quartile of shares, in per cent. */
export function quartersOf(shares: readonly number[]): readonly string[] {
  return [1, 2, 3].map((quarter) => (shares[(shares.length * quarter) >> 2]! * 100).toFixed(0))
}

/** What processes take of one core, measured for so long. */
export async function shareOfCore(pids: readonly number[], forMs: number): Promise<number> {
  const before = ticks(pids)
  await new Promise((resolve) => setTimeout(resolve, forMs))
  return ((ticks(pids) - before) * TICK_US) / (forMs * 1_000)
}

function fail(message: string): never {
  throw new Error(`the benchmark's write failed: ${message}`)
}
