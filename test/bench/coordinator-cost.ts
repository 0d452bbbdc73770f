/**
 * What the coordinator costs: EVENTUAL writes through it (its own process, its real interface, timestamps included)
 * against the same INSERTs by bare mysql2 on the same source, with the same number of connections and of operations in
 * flight. Both are asked from this process, in short turns, because a shared machine has moods; what counts is the ratio.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, createConnection } from 'mysql2'
import type { CoordinatorRequests, Outcome, ReplyOf, RequestOf } from '../../algorithms/servers.ts'
import { RunClock } from '../../real/clock.ts'
import type { Driver } from '../../real/drivers/driver.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { insertText } from '../../real/mysql/data.ts'
import { Service } from '../../real/services.ts'
import { awaitReign } from '../../real/settle.ts'
import { ServiceClient } from '../../real/transport/client.ts'
import { DEFAULT_TUNING } from '../../scenarios/scenario.ts'

const NODES = 4
const ROUNDS = 15
const ROUND_MS = 600
const CONNECTIONS = [1, 16, 64]

export async function coordinatorCost(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  const services: Service[] = []
  const driver = await createLocalDriver({ nodes: NODES })
  try {
    await driver.start()
    const coordinator = await startServices(driver, services, join(directory, 'journal'))
    console.log(`\nThe coordinator's cost: EVENTUAL writes, ${NODES} servers, data in ${driver.storage.kind}`)
    for (const connections of CONNECTIONS) await compare(driver, coordinator, connections)
  } finally {
    for (const service of services) await service.kill()
    await driver.stop()
    rmSync(directory, { recursive: true })
  }
}

async function startServices(driver: Driver, services: Service[], journalPath: string): Promise<ServiceClient> {
  const events = {
    onEvent() {},
    onSupervise() {},
    onFailure(error: Error) {
      console.error(error.message)
    },
  }
  for (const index of [0, 1])
    services.push(new Service(`timestamp-${index + 1}`, { kind: 'timestamp', port: 0, index, servers: 2 }, events))
  await Promise.all(services.map((service) => service.start()))
  const coordinator = new Service(
    'coordinator',
    {
      kind: 'coordinator',
      run: { originUs: RunClock.hostUs(), seed: 1 },
      port: 0,
      cluster: { members: driver.nodes, accounts: driver.accounts, semiSync: false },
      dataConnections: Math.max(...CONNECTIONS),
      timestampServers: services.map(({ name, port }) => ({ name, port })),
      config: {
        algorithms: { timestamps: 'odd-even', quorum: 'majority', election: 'seer-score' },
        // A saturated machine is not what this measures: no failover may come of it.
        tuning: { ...DEFAULT_TUNING, probeTimeoutUs: 5_000_000, unreachableUs: 60_000_000 },
        acknowledge: 'applied',
      },
      journalPath,
    },
    events,
  )
  services.push(coordinator)
  await coordinator.start()
  await awaitReign(coordinator.port, driver.nodes.length - 1, new AbortController().signal)
  return new ServiceClient('127.0.0.1', coordinator.port)
}

let nextOp = 1

async function compare(driver: Driver, coordinator: ServiceClient, connections: number): Promise<void> {
  const source = driver.nodes[0]!
  const bare = await Promise.all(
    Array.from({ length: connections }, () => {
      const { user, password } = driver.accounts.client
      const connection = createConnection({ host: source.host, port: source.port, user, password })
      return new Promise<Connection>((resolve, reject) =>
        connection.query('DO 0', (error) => (error === null ? resolve(connection) : reject(error))),
      )
    }),
  )
  const insert = (worker: number, done: (ok: boolean) => void) => {
    const op = nextOp++
    const text = insertText({ op, key: op % 1_000, timestamp: { counter: op, server: 1 } })
    bare[worker]!.query(text, (error) => (error === null ? done(true) : fail(error.message)))
  }
  const write = (_: number, done: (ok: boolean) => void) => {
    const op = nextOp++
    const request: RequestOf<CoordinatorRequests> = { kind: 'write', op, key: op % 1_000, consistency: 'EVENTUAL' }
    coordinator.call(request, 10_000_000, (outcome) => {
      const answer = outcome as Outcome<ReplyOf<CoordinatorRequests, 'write'>>
      if (answer.kind === 'ok' && answer.reply.verdict === 'ok') done(true)
      else if (answer.kind === 'ok' && answer.reply.verdict === 'failed') done(false)
      else fail(JSON.stringify(answer))
    })
  }
  const ratios: number[] = []
  const speeds: [number, number][] = []
  await perSecond(connections, insert)
  await perSecond(connections, write)
  for (let round = 0; round < ROUNDS; round++) {
    const direct = await perSecond(connections, insert)
    const through = await perSecond(connections, write)
    ratios.push(through / direct)
    speeds.push([direct, through])
  }
  for (const connection of bare) connection.destroy()
  const [direct, through] = [0, 1].map((i) => median(speeds.map((pair) => pair[i]!)).toFixed(0))
  const [low, high] = [
    ratios.toSorted((a, b) => a - b)[ROUNDS >> 2]!,
    ratios.toSorted((a, b) => a - b)[(ROUNDS * 3) >> 2]!,
  ]
  console.log(
    `  ${String(connections).padStart(3)} connections: bare mysql2 ${direct}/s, through the coordinator ${through}/s: ` +
      `${(median(ratios) * 100).toFixed(0)} %  (median of ${ROUNDS} rounds in turns, quartiles ${(low * 100).toFixed(0)} and ${(high * 100).toFixed(0)} %)`,
  )
}

/** Each of `workers` starts the next operation when its last one has ended; those that succeeded count. */
async function perSecond(
  workers: number,
  start: (worker: number, done: (ok: boolean) => void) => void,
): Promise<number> {
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
  return (count / (performance.now() - beganMs)) * 1_000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function fail(message: string): never {
  throw new Error(`the benchmark's write failed: ${message}`)
}
