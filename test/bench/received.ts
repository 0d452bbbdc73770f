/**
 * `acknowledge: received` against plain semi-sync: STRONG writes through the coordinator (its own process, its real
 * interface, timestamps included), closed loop, against the same INSERTs by bare mysql2 on the same source, which waits
 * for as many receipts (timeout never). Both ways that an acknowledgement may come are measured: by semi-sync's receipts,
 * and by the positions that the replicas report; and `applied` beside them. Short turns, because a shared machine has
 * moods; what counts is the ratio.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from 'mysql2'
import type { Driver } from '../../real/drivers/driver.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import type { ChildProcess } from '../../real/processes/child-process.ts'
import {
  answer,
  bareInserts,
  caughtUp,
  connectionTo,
  quartersOf,
  ratiosOf,
  Side,
  serverPid,
  sourceOf,
  startCoordinator,
  writesThrough,
} from './real-servers.ts'

const NODES = 4
/** Of four servers' majority. */
const RECEIPTS = 2
const CONNECTIONS = [1, 16, 64]
/** What is aimed at, per cent of plain semi-sync, for each number of connections. */
const AIMS = [80, 95, 95]
const ROUND_MS = 400
const ROUNDS = 25
/** The engine compiles what is hot while it runs, in all processes. */
const WARM_ROUNDS = 8

const CARRIERS = [
  { name: 'received, by receipts', acknowledge: 'received', semiSync: true },
  { name: 'received, by positions', acknowledge: 'received', semiSync: false },
  { name: 'applied', acknowledge: 'applied', semiSync: false },
] as const

export async function received(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  const driver = await createLocalDriver({ nodes: NODES })
  try {
    await driver.start()
    console.log(
      `\nSTRONG writes against semi-sync with ${RECEIPTS} receipts, ${NODES} servers, data in ${driver.storage.kind}`,
    )
    console.log(`  ${ROUNDS} rounds of ${ROUND_MS} ms in turns; processor time in us a write, of each process`)
    for (const carrier of CARRIERS) await measure(driver, directory, carrier)
  } finally {
    await driver.stop()
    rmSync(directory, { recursive: true })
  }
}

async function measure(driver: Driver, directory: string, carrier: (typeof CARRIERS)[number]): Promise<void> {
  const children: ChildProcess[] = []
  const servers: Connection[] = []
  try {
    const dataConnections = Math.max(...CONNECTIONS)
    const journal = join(directory, 'journal')
    const coordinator = await startCoordinator(driver, children, journal, { ...carrier, dataConnections })
    const source = await sourceOf(coordinator, driver)
    for (const node of [source, ...driver.nodes.filter((other) => other !== source)])
      servers.push(await connectionTo(node, driver.accounts.admin))
    // A replica sends receipts where that was on when its receiver started.
    for (const replica of servers.slice(1))
      for (const sql of [
        'SET GLOBAL rpl_semi_sync_replica_enabled = ON',
        'STOP REPLICA IO_THREAD',
        'START REPLICA IO_THREAD',
      ])
        await answer(replica, sql)
    const [first, second, last] = children.map(({ pid }) => pid) as [number, number, number]
    const pids = {
      client: [process.pid],
      coordinator: [last],
      timestamps: [first, second],
      source: [await serverPid(driver, source)],
    }
    /** Where the coordinator does not want it, the source has semi-sync for the bare rounds alone. */
    const semiSync = (on: boolean) =>
      carrier.semiSync
        ? Promise.resolve()
        : answer(
            servers[0]!,
            `SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = ${RECEIPTS}, GLOBAL rpl_semi_sync_source_enabled = ${on}`,
          )
    console.log(`\n  ${carrier.name}`)
    const compare = async (connections: number, rounds: number) => {
      const bare = await bareInserts(driver, source, connections)
      const write = writesThrough(coordinator, 'STRONG')
      const plain = new Side(pids)
      const through = new Side(pids)
      for (let round = 0; round < rounds; round++) {
        await caughtUp(servers)
        await semiSync(true)
        await plain.measure(ROUND_MS, connections, bare.start)
        await caughtUp(servers)
        await semiSync(false)
        await through.measure(ROUND_MS, connections, write)
      }
      bare.close()
      return { plain, through }
    }
    await compare(dataConnections, WARM_ROUNDS)
    for (const [i, connections] of CONNECTIONS.entries()) {
      const { plain, through } = await compare(connections, ROUNDS)
      const [low, middle, high] = quartersOf(ratiosOf(through, plain))
      console.log(
        `    ${connections} connections: ${middle} % (aimed at: ${AIMS[i]} %; quartiles ${low} and ${high} %)`,
      )
      console.log(`      plain semi-sync  ${plain.text}`)
      console.log(`      the coordinator  ${through.text}`)
    }
    coordinator.close()
    // The next coordinator may not know of it, and a replica that waits for receipts applies nothing.
    await answer(servers[0]!, 'SET GLOBAL rpl_semi_sync_source_enabled = OFF')
  } finally {
    for (const connection of servers) connection.destroy()
    for (const child of children) await child.kill()
  }
}
