import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Ownership } from '../../../../real/drivers/local/ownership.ts'
import { NamespacesNetwork } from '../../../../real/network/namespaces/namespaces-network.ts'
import { makeRooms } from '../../../../real/network/namespaces/rooms.ts'
import { WHOLE } from '../../../../real/network/network.ts'
import type { Pair } from '../../../../scenarios/faults/link-pairs.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'
import { ended, lineIn, serverIn } from './programs.ts'

const NEEDS = { needs: 'namespaces', deadlineMs: 30_000 } as const

async function withNetwork(
  names: readonly string[],
  body: (network: NamespacesNetwork) => Promise<void>,
  paths: readonly Pair[] = [],
) {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const network = new NamespacesNetwork({
      isUsed: () => true,
      ...{ names, reason: 'a test' },
      rooms: (all) => makeRooms(all, ownership),
      proxy: { paths, seed: 1, base: () => WHOLE, own() {}, onFailure: assert.fail },
    })
    try {
      await network.start()
      await body(network)
    } finally {
      await network.stop()
      ownership.remove()
    }
  })
}

test('directions are cut and healed one by one, whatever is done to the way back', NEEDS, () =>
  withNetwork(['node1', 'node2', 'client'], async (network) => {
    const [there, back]: readonly Pair[] = [
      ['node1', 'node2'],
      ['node2', 'node1'],
    ]
    const delivers = async () =>
      await Promise.all(
        [there!, back!, ['client', 'node2'] as const].map((link) => network.look(link, 'delivery')),
      ).then((looks) => looks.map((look) => look.delivers))
    assert.deepEqual(await delivers(), [true, true, true])
    await network.set(there!, { ...WHOLE, cut: 'drop' })
    assert.deepEqual(await delivers(), [false, true, true])
    await Promise.all([network.set(there!, WHOLE), network.set(back!, { ...WHOLE, cut: 'drop' })])
    assert.deepEqual(await delivers(), [true, false, true])
    // Whoever has opened a connection, a reset of either direction ends it.
    await Promise.all([network.set(back!, WHOLE), network.set(there!, { ...WHOLE, cut: 'reset' })])
    assert.deepEqual(await delivers(), [false, false, true])
    await Promise.all([there!, back!].map((link) => network.set(link, WHOLE)))
    assert.deepEqual(await delivers(), [true, true, true])
  }),
)

test('everybody has a place, with an address that nobody else has', NEEDS, () =>
  withNetwork(['node1', 'client'], async (network) => {
    const [node, client] = [network.placeOf('node1'), network.placeOf('client')]
    assert.notEqual(node.bind, client.bind)
    assert.match(node.prefix.join(' '), /^nsenter --net=\S+-node1 --$/)
    await network.introduce('node1', { host: node.bind, port: 3306, adminPort: 33062 })
    assert.deepEqual(network.addressOf('client', 'node1'), { host: node.bind, port: 3306, adminPort: 33062 })
  }),
)

test('what no kernel does is done by a proxy on that path alone, and the cut stays with the kernel', NEEDS, () => {
  const [there, back]: readonly [Pair, Pair] = [
    ['client', 'node1'],
    ['node1', 'client'],
  ]
  return withNetwork(
    ['client', 'node1', 'node2'],
    async (network) => {
      const node1 = network.placeOf('node1')
      const echo = await serverIn(node1, 'socket.pipe(socket)')
      try {
        await network.introduce('node1', { host: node1.bind, port: echo.port, adminPort: 0 })
        assert.notEqual(network.addressOf('client', 'node1').host, node1.bind)
        assert.equal(network.addressOf('node2', 'node1').host, node1.bind)
        const [usual, usualBack] = [await network.look(there, 'delay'), await network.look(back, 'delay')]
        await network.set(there, { ...WHOLE, delays: [{ kind: 'constant', us: 40_000 }] })
        const [slow, slowBack] = [await network.look(there, 'delay'), await network.look(back, 'delay')]
        assert.ok(slow.amount > usual.amount + 30_000, `${usual.text}, then ${slow.text}`)
        assert.ok(slowBack.amount < usualBack.amount + 30_000, slowBack.text)

        const line = await lineIn(network.placeOf('client'), network.addressOf('client', 'node1'))
        assert.ok((await line.roundTrip()) >= 40)
        await network.set(there, { ...WHOLE, cut: 'drop' })
        const silent = line.roundTrip()
        assert.equal(await Promise.race([silent, sleep(600, 'silence')]), 'silence')
        assert.equal((await network.look(there, 'delivery')).delivers, false)
        await network.set(there, WHOLE)
        // Sent again by the kernel, after its own timeout.
        assert.ok((await silent) >= 600)
        await ended(line.child)
      } finally {
        await ended(echo.child)
      }
    },
    [there],
  )
})
