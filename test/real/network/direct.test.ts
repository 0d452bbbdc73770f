import assert from 'node:assert/strict'
import { DirectNetwork } from '../../../real/network/direct.ts'
import { test } from '../../support/test.ts'

test('everybody is reached where it listens, and nothing can be done to a link', async () => {
  const network = new DirectNetwork('127.0.0.1', 'nothing is done to its links')
  await network.start()
  assert.deepEqual(network.placeOf(), { prefix: [], bind: '127.0.0.1' })
  assert.throws(() => network.addressOf('client', 'node1'), /node1 has not been introduced/)
  await network.introduce('node1', { host: '127.0.0.1', port: 3306, adminPort: 33062 })
  assert.deepEqual(network.addressOf('client', 'node1'), { host: '127.0.0.1', port: 3306, adminPort: 33062 })
  await network.stop()
})
