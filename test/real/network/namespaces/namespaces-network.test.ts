import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Ownership } from '../../../../real/drivers/local/ownership.ts'
import { NamespacesNetwork } from '../../../../real/network/namespaces/namespaces-network.ts'
import { makeRooms } from '../../../../real/network/namespaces/rooms.ts'
import type { LinkState } from '../../../../real/network/network.ts'
import type { Pair } from '../../../../scenarios/faults/link-pairs.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'

const WHOLE: LinkState = { cut: null, delays: [], bandwidthBytesPerSec: null, lossRatio: 0, closeDelayUs: 0 }
const NEEDS = { needs: 'namespaces', deadlineMs: 30_000 } as const

async function withNetwork(names: readonly string[], body: (network: NamespacesNetwork) => Promise<void>) {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const network = new NamespacesNetwork({ rooms: (all) => makeRooms(all, ownership) }, names, 'a test')
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
    // A reset of one direction takes nothing from the silence of the other.
    await network.set(there!, { ...WHOLE, cut: 'reset' })
    assert.deepEqual(await delivers(), [true, false, true])
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
