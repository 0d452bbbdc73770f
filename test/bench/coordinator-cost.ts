/**
 * What the coordinator costs: EVENTUAL writes through it (its own process, its real interface, timestamps included)
 * against the same INSERTs by bare mysql2 on the same source, with the same number of connections and of operations in
 * flight. Both are asked from this process, in short turns, because a shared machine has moods; what counts is the
 * ratio. The processor time of each process explains it: on a machine with few cores the servers, the coordinator and
 * the asking process share them, so that every microsecond that the coordinator spends is one that MySQL waits for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driver } from '../../real/drivers/driver.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import type { ChildProcess } from '../../real/processes/child-process.ts'
import type { ServiceClient } from '../../real/transport/service-client.ts'
import {
  bareInserts,
  caughtUp,
  connectionTo,
  type Pids,
  quartersOf,
  ratiosOf,
  Side,
  serverPid,
  shareOfCore,
  startCoordinator,
  writesThrough,
} from './real-servers.ts'

const NODES = 4
const ROUNDS = 30
/** The engine compiles what is hot while it runs, in all processes. */
const WARM_ROUNDS = 12
const ROUND_MS = 300
const CONNECTIONS = [1, 16, 64]
const IDLE_MS = 2_000

export async function coordinatorCost(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-bench-'))
  const children: ChildProcess[] = []
  const driver = await createLocalDriver({ nodes: NODES })
  try {
    await driver.start()
    const client = await startCoordinator(driver, children, join(directory, 'journal'), {
      semiSync: false,
      dataConnections: Math.max(...CONNECTIONS),
      acknowledge: 'applied',
    })
    const [first, second, coordinator] = children.map(({ pid }) => pid) as [number, number, number]
    const source = await serverPid(driver, driver.nodes[0]!)
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
  const bare = await bareInserts(driver, driver.nodes[0]!, connections)
  const write = writesThrough(coordinator, 'EVENTUAL')
  const direct = new Side(pids)
  const through = new Side(pids)
  for (let round = 0; round < rounds; round++) {
    await caughtUp(servers)
    await direct.measure(ROUND_MS, connections, bare.start)
    await caughtUp(servers)
    await through.measure(ROUND_MS, connections, write)
  }
  for (const connection of servers) connection.destroy()
  bare.close()
  return { direct, through }
}

function report(connections: number, { direct, through }: Comparison): void {
  const [low, middle, high] = quartersOf(ratiosOf(through, direct))
  console.log(`\n  ${connections} connections: ${middle} %  (median of the rounds; quartiles ${low} and ${high} %)`)
  console.log(`    bare mysql2      ${direct.text}`)
  console.log(`    the coordinator  ${through.text}`)
}

/** What the coordinator's background work (probes, mostly) takes while nobody asks anything. */
async function idle(pids: Pids): Promise<void> {
  const share = await shareOfCore(pids.coordinator!, IDLE_MS)
  console.log(`\n  idle: the coordinator takes ${(share * 100).toFixed(1)} % of a core`)
}
