/**
 * What it costs a path to be one that faults may hurt: INSERTs by bare mysql2 on one server directly, the same through
 * the proxy's path to it, and on a server in a network namespace of its own. Nothing is done to any link. In turns, as
 * everything on real servers; what counts is the ratio to the direct path. The links of a run have the same form on both
 * sides of a comparison, so this is no error of a result, but a share of what it measures.
 */

import type { Driver } from '../../real/drivers/driver.ts'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import type { NodeAddress } from '../../real/mysql/target.ts'
import { ability } from '../../real/network/namespaces/ability.ts'
import { NamespacesNetwork } from '../../real/network/namespaces/namespaces-network.ts'
import { type RunNetwork, WHOLE } from '../../real/network/network.ts'
import { ProxyNetwork } from '../../real/network/proxy/proxy-network.ts'
import { answer, bareInserts, connectionTo, quartersOf, ratiosOf, Side, serverPid } from './real-servers.ts'

const CONNECTIONS = [1, 16]
const ROUND_MS = 300
const ROUNDS = 25
const WARM_ROUNDS = 5

interface Way {
  readonly name: string
  readonly driver: Driver
  /** As the client reaches it. */
  readonly node: NodeAddress
  /** Of whoever stands between. */
  readonly pids: readonly number[]
}

const proxyParts = (own: (name: string, pid: number) => void) => ({
  seed: 1,
  base: () => WHOLE,
  own,
  onFailure: (error: Error) => {
    throw error
  },
})

export async function links(): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  try {
    const here = await oneServer(ends)
    const server = here.nodes[0]!
    const proxies: number[] = []
    const proxy = new ProxyNetwork({
      ...proxyParts((_, pid) => proxies.push(pid)),
      ...{ bind: '127.0.0.1', reason: 'measured', paths: [['client', server.name]] },
    })
    ends.push(() => proxy.stop())
    await proxy.start()
    await proxy.introduce(server.name, server)
    const ways: Way[] = [
      { name: 'direct', driver: here, node: server, pids: [] },
      { name: 'proxy', driver: here, node: { ...server, ...proxy.addressOf('client', server.name) }, pids: proxies },
    ]
    const found = ability()
    if (found.able) {
      const there = await oneServer(ends, (driver) => roomsOf(driver, ends))
      ways.push({ name: 'namespaces', driver: there, node: there.nodes[0]!, pids: [] })
    }
    console.log(
      `\nINSERTs on one server by paths, ${ROUNDS} rounds of ${ROUND_MS} ms in turns, data in ${here.storage.kind}`,
    )
    if (!found.able) console.log(`  no namespaces: ${found.reason}`)
    for (const connections of CONNECTIONS) await compare(ways, connections)
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** One that takes writes. */
async function oneServer(
  ends: (() => Promise<void>)[],
  networkOf: (driver: Driver) => Promise<RunNetwork | undefined> = async () => undefined,
): Promise<Driver> {
  const driver = await createLocalDriver({ nodes: 1 })
  ends.push(() => driver.stop())
  await driver.start(await networkOf(driver))
  const administrator = await connectionTo(driver.nodes[0]!, driver.accounts.admin)
  for (const setting of ['super_read_only', 'read_only']) await answer(administrator, `SET GLOBAL ${setting} = OFF`)
  administrator.destroy()
  return driver
}

async function roomsOf(driver: Driver, ends: (() => Promise<void>)[]): Promise<RunNetwork> {
  const network = new NamespacesNetwork({
    rooms: (names) => driver.rooms(names),
    names: ['client', driver.nodes[0]!.name],
    isUsed: () => true,
    reason: 'measured',
    proxy: { ...proxyParts(() => {}), paths: [] },
  })
  ends.push(() => network.stop())
  await network.start()
  return network
}

async function compare(ways: readonly Way[], connections: number): Promise<void> {
  const opened = await Promise.all(ways.map(({ driver, node }) => bareInserts(driver, node, connections)))
  const sides = await Promise.all(
    ways.map(async ({ driver, pids }) => {
      const source = [await serverPid(driver, driver.nodes[0]!)]
      return () => new Side({ client: [process.pid], between: pids, server: source })
    }),
  )
  const warm = sides.map((make) => make())
  const measured = sides.map((make) => make())
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++)
    for (const [i, { start }] of opened.entries())
      await (round < WARM_ROUNDS ? warm : measured)[i]!.measure(ROUND_MS, connections, start)
  for (const { close } of opened) close()
  console.log(`\n  ${connections} connections`)
  for (const [i, { name }] of ways.entries()) {
    const [low, middle, high] = quartersOf(ratiosOf(measured[i]!, measured[0]!))
    const ratio = i === 0 ? '' : `${middle} % (quartiles ${low} and ${high} %)`
    console.log(`    ${name.padEnd(11)} ${measured[i]!.text}   ${ratio}`)
  }
}
