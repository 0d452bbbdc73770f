/**
 * What the coordinator costs: EVENTUAL writes through it (its own process, its real interface, timestamps included)
 * against the same INSERTs by bare mysql2 on the same source, with the same number of connections and of operations in
 * flight. Both are asked from this process, in short turns, because a shared machine has moods; what counts is the
 * ratio. The processor time of each process explains it: on a machine with few cores the servers, the coordinator and
 * the asking process share them, so that every microsecond that the coordinator spends is one that MySQL waits for.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Connection, createConnection } from 'mysql2'
import type { CoordinatorRequests, Outcome, ReplyOf, RequestOf } from '../../algorithms/servers.ts'
import type { Driver } from '../../real/drivers/driver.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { awaitReign } from '../../real/drivers/settle.ts'
import type { Account } from '../../real/mysql/connection.ts'
import type { NodeAddress } from '../../real/mysql/target.ts'
import { ChildProcess } from '../../real/processes/child-process.ts'
import { RunClock } from '../../real/processes/run-clock.ts'
import type { ServiceProcess } from '../../real/processes/service-host.ts'
import { ServiceClient } from '../../real/transport/service-client.ts'
import { DEFAULT_SEER, DEFAULT_TUNING } from '../../scenarios/scenario.ts'
import { timestampSetup } from '../real/timestamp-setup.ts'

const NODES = 4
const ROUNDS = 30
/** The engine compiles what is hot while it runs, in all processes. */
const WARM_ROUNDS = 12
const ROUND_MS = 300
const CONNECTIONS = [1, 16, 64]
const IDLE_MS = 2_000
const CATCH_UP_SEC = 30
/** A tick of /proc/PID/stat. */
const TICK_US = 10_000

/** The processes whose time is read, in the order of the columns. */
type Pids = Readonly<Record<'client' | 'coordinator' | 'timestamps' | 'source', readonly number[]>>

export async function coordinatorCost(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  const children: ChildProcess[] = []
  const driver = await createLocalDriver({ nodes: NODES })
  try {
    await driver.start()
    const client = await startChildren(driver, children, join(directory, 'journal'))
    const [first, second, coordinator] = children.map(({ pid }) => pid) as [number, number, number]
    const source = await serverPid(driver)
    const pids = { client: [process.pid], coordinator: [coordinator], timestamps: [first, second], source: [source] }
    console.log(`\nThe coordinator's cost: EVENTUAL writes, ${NODES} servers, data in ${driver.storage.kind}`)
    console.log(`  ${ROUNDS} rounds of ${ROUND_MS} ms in turns; processor time in us a write, of each process`)
    await compare(driver, client, Math.max(...CONNECTIONS), pids, WARM_ROUNDS)
    for (const connections of CONNECTIONS) report(connections, await compare(driver, client, connections, pids, ROUNDS))
    await idle(pids)
  } finally {
    for (const child of children) await child.kill()
    await driver.stop()
    rmSync(directory, { recursive: true })
  }
}

async function startChildren(driver: Driver, children: ChildProcess[], journalPath: string): Promise<ServiceClient> {
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
        semiSync: null,
      },
      dataConnections: Math.max(...CONNECTIONS),
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
        acknowledge: 'applied',
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

let nextOp = 1

interface Comparison {
  readonly direct: Side
  readonly through: Side
}

async function compare(
  driver: Driver,
  coordinator: ServiceClient,
  connections: number,
  pids: Pids,
  rounds: number,
): Promise<Comparison> {
  const servers = await Promise.all(driver.nodes.map((node) => connectionTo(node, driver.accounts.admin)))
  const bare = await Promise.all(
    Array.from({ length: connections }, () => connectionTo(driver.nodes[0]!, driver.accounts.client)),
  )
  const insert = (worker: number, done: (ok: boolean) => void) => {
    const op = nextOp++
    const sql = `INSERT INTO quorumlab.operations (op, key_id, ts_counter, ts_server) VALUES (${op}, ${op % 1_000}, ${op}, 1)`
    bare[worker]!.query(sql, (error) => (error === null ? done(true) : fail(error.message)))
  }
  const write = (_: number, done: (ok: boolean) => void) => {
    const op = nextOp++
    const request: RequestOf<CoordinatorRequests> = {
      kind: 'write',
      statement: { kind: 'keyed', op, key: op % 1_000 },
      consistency: 'EVENTUAL',
      session: null,
    }
    coordinator.call(request, 10_000_000, (outcome) => {
      const answer = outcome as Outcome<ReplyOf<CoordinatorRequests, 'write'>>
      if (answer.kind === 'ok' && answer.reply.verdict === 'ok') done(true)
      else if (answer.kind === 'ok' && answer.reply.verdict === 'failed') done(false)
      else fail(JSON.stringify(answer))
    })
  }
  const direct = new Side(pids)
  const through = new Side(pids)
  for (let round = 0; round < rounds; round++) {
    await caughtUp(servers)
    await direct.measure(connections, insert)
    await caughtUp(servers)
    await through.measure(connections, write)
  }
  for (const connection of servers) connection.destroy()
  for (const connection of bare) connection.destroy()
  return { direct, through }
}

function report(connections: number, { direct, through }: Comparison): void {
  const ratios = through.speeds.map((speed, round) => speed / direct.speeds[round]!).toSorted((a, b) => a - b)
  const [low, middle, high] = [1, 2, 3].map((quarter) => (ratios[(ROUNDS * quarter) >> 2]! * 100).toFixed(0))
  console.log(`\n  ${connections} connections: ${middle} %  (median of the rounds; quartiles ${low} and ${high} %)`)
  console.log(`    bare mysql2      ${direct.text}`)
  console.log(`    the coordinator  ${through.text}`)
}

/** What the coordinator's background work (probes, mostly) takes while nobody asks anything. */
async function idle(pids: Pids): Promise<void> {
  const before = ticks(pids.coordinator)
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const share = ((ticks(pids.coordinator) - before) * TICK_US) / (IDLE_MS * 1_000)
  console.log(`\n  idle: the coordinator takes ${(share * 100).toFixed(1)} % of a core`)
}

/** One of the two ways to write, over all its rounds. */
class Side {
  readonly speeds: number[] = []
  readonly #pids: Pids
  readonly #ticks: number[]
  #count = 0

  constructor(pids: Pids) {
    this.#pids = pids
    this.#ticks = Object.keys(pids).map(() => 0)
  }

  async measure(workers: number, start: (worker: number, done: (ok: boolean) => void) => void): Promise<void> {
    const before = Object.values(this.#pids).map(ticks)
    const { count, perSec } = await perSecond(workers, start)
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
  workers: number,
  start: (worker: number, done: (ok: boolean) => void) => void,
): Promise<{ readonly count: number; readonly perSec: number }> {
  const beganMs = performance.now()
  let count = 0
  await Promise.all(
    Array.from(
      { length: workers },
      (_, worker) =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (performance.now() - beganMs >= ROUND_MS) resolve()
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
async function caughtUp([source, ...replicas]: readonly Connection[]): Promise<void> {
  const gtids = await answer(source!, 'SELECT @@global.gtid_executed')
  await Promise.all(
    replicas.map(async (replica) => {
      const left = await answer(replica, `SELECT WAIT_FOR_EXECUTED_GTID_SET('${gtids}', ${CATCH_UP_SEC})`)
      if (left !== 0) fail(`a replica was not caught up after ${CATCH_UP_SEC} s`)
    }),
  )
}

function answer(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) =>
    connection.query({ sql, rowsAsArray: true }, (error, rows) =>
      error === null ? resolve((rows as unknown[][])[0]![0]) : reject(error),
    ),
  )
}

function connectionTo({ host, port }: NodeAddress, { user, password }: Account): Promise<Connection> {
  const connection = createConnection({ host, port, user, password })
  return new Promise((resolve, reject) =>
    connection.query('DO 0', (error) => (error === null ? resolve(connection) : reject(error))),
  )
}

async function serverPid(driver: Driver): Promise<number> {
  const connection = await connectionTo(driver.nodes[0]!, driver.accounts.client)
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

function fail(message: string): never {
  throw new Error(`the benchmark's write failed: ${message}`)
}
