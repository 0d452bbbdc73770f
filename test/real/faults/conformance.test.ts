/** The conformance body on processes that are only words, and on servers that run. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Driver } from '../../../real/drivers/driver.ts'
import { createLocalDriver } from '../../../real/drivers/local/local-driver.ts'
import { Ownership } from '../../../real/drivers/local/ownership.ts'
import { underProcess } from '../../../real/faults/machine/under.ts'
import { type FaultTarget, nodeTarget } from '../../../real/faults/targets.ts'
import { connected } from '../../../real/mysql/admin-session.ts'
import { NO_SETUP } from '../../../real/mysql/connection.ts'
import { NamespacesNetwork } from '../../../real/network/namespaces/namespaces-network.ts'
import { makeRooms } from '../../../real/network/namespaces/rooms.ts'
import { WHOLE } from '../../../real/network/network.ts'
import { ProxyNetwork } from '../../../real/network/proxy/proxy-network.ts'
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import { conforms, FAULT_CASES, type Play, type Played } from '../../scenarios/faults/fault-conformance.ts'
import { test } from '../../support/test.ts'
import { until, withDirectory } from '../drivers/local/scratch.ts'
import { imagined, schedule, type Told } from './imagined.ts'

const NODES = ['node1', 'node2', 'node3', 'node4']
/** The schedule waits for each process: a unit is no bound on how long a server takes to start. */
const UNIT_MS = 700
/** Silence takes a quarter of a second to be seen. */
const LINK_UNIT_MS = 400
/** Steps have their times, and a busy machine is late. */
const SEEN_DEADLINE_MS = 20_000
const SERVICES = ['timestamp-1', 'timestamp-2', 'coordinator']

async function play(
  targets: readonly FaultTarget[],
  [steps, isNoted]: Parameters<Play>,
  unitMs: number,
  links: Pick<Told, 'network'> = {},
): Promise<Played> {
  const { faults, failures, changes } = schedule(targets, steps, { source: () => 'node1', ...links })
  try {
    await sleep((steps.length + 2) * unitMs)
    // What is missing then is said by whoever compares.
    const isSeen = () => faults.schedule.records.every(({ witness }) => witness.seenUs !== null)
    await until('every step is seen', SEEN_DEADLINE_MS, () => isNoted(changes) && isSeen()).catch(() => {})
    await faults.stop()
    const notes = [...changes]
    await faults.heal()
    await faults.lookAfter()
    assert.deepEqual(failures, [])
    for (const target of targets)
      await until(`${target.name} is healed`, SEEN_DEADLINE_MS, async () => (await target.look()).look === 'running')
    return { records: faults.schedule.records, notes }
  } finally {
    await faults.stop()
  }
}

/** As its coordinator would have left it. */
async function openToWriters({ nodes, accounts }: Driver, name: string): Promise<void> {
  const { host, adminPort } = nodes.find((node) => node.name === name)!
  const connection = await connected({ host, port: adminPort, account: accounts.admin }, NO_SETUP)
  await new Promise<void>((resolve, reject) => {
    connection.run('SET GLOBAL read_only = OFF', 5_000, (failure) => {
      if (failure === null) resolve()
      else reject(new Error(failure.reason))
    })
  })
  connection.destroy()
}

for (const one of FAULT_CASES)
  test(`imagined: ${one.title}`, () =>
    conforms(one, 40, (...told) => play([...NODES, ...SERVICES].map(imagined), told, 40)))

test('real servers: every case', { needs: 'mysql', deadlineMs: 300_000 }, async () => {
  const driver = await createLocalDriver({ nodes: 4, needs: { sizedDisks: ['node3'], fakedClocks: [] } })
  const failures: Error[] = []
  const names = [...NODES, ...SERVICES, 'client']
  const network = new ProxyNetwork({
    ...{ bind: '127.0.0.1', reason: 'a test', seed: 1, base: () => WHOLE },
    paths: names.flatMap((opener, i) => names.slice(0, i).map((acceptor): Pair => [opener, acceptor])),
    own: (name, pid) => driver.own(name, pid),
    onFailure: (error) => failures.push(error),
  })
  try {
    await Promise.all([driver.start(), network.start()])
    for (const one of FAULT_CASES) {
      await openToWriters(driver, NODES[0]!)
      const targets = [
        ...NODES.map((name) =>
          nodeTarget(
            driver,
            name,
            underProcess(driver, name, () => {}),
          ),
        ),
        ...SERVICES.map(imagined),
      ]
      await conforms(one, UNIT_MS, (...told) => play(targets, told, UNIT_MS, { network })).catch((error: unknown) => {
        throw new Error(one.title, { cause: error })
      })
    }
    assert.deepEqual(failures, [])
  } finally {
    await Promise.all([driver.stop(), network.stop()])
  }
})

const OF_LINKS = /partition|link:|flap|reset/

test('network namespaces: every case about links', { needs: 'namespaces', deadlineMs: 240_000 }, () =>
  withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const failures: Error[] = []
    const names = [...NODES, ...SERVICES, 'client']
    const network = new NamespacesNetwork({
      ...{ names, reason: 'a test', isUsed: () => true },
      rooms: (all) => makeRooms(all, ownership),
      proxy: {
        ...{ seed: 1, base: () => WHOLE },
        paths: names.flatMap((opener, i) => names.slice(0, i).map((acceptor): Pair => [opener, acceptor])),
        own: (name, pid) => ownership.noteProcess(name, pid),
        onFailure: (error) => failures.push(error),
      },
    })
    try {
      await network.start()
      for (const one of FAULT_CASES.filter(({ steps }) => steps.some((step) => OF_LINKS.test(step)))) {
        const targets = [...NODES, ...SERVICES].map(imagined)
        await conforms(one, LINK_UNIT_MS, (...told) => play(targets, told, LINK_UNIT_MS, { network })).catch(
          (error: unknown) => {
            throw new Error(one.title, { cause: error })
          },
        )
      }
      assert.deepEqual(failures, [])
    } finally {
      await network.stop()
      ownership.remove()
    }
  }),
)
