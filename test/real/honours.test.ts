import assert from 'node:assert/strict'
import { withoutEffect } from '../../real/honours.ts'
import { scenarioOf } from '../../scenarios/file/load.ts'
import type { NetworkForm } from '../../scenarios/worlds.ts'
import { test } from '../support/test.ts'

const ignored = (written: Readonly<Record<string, unknown>>, network: NetworkForm = 'direct') =>
  withoutEffect(scenarioOf({ name: 'honours', ...written }, 'honours'), network)

test('keys that real servers do not follow are named where a file sets them', () => {
  assert.deepEqual(ignored({ network: { default: { delay: '5ms' } } }), ['network.default'])
  assert.deepEqual(ignored({ network: { links: { 'node1->node3': { delay: '5ms' } } } }), ['network.links'])
  const zones = [
    { name: 'here', nodes: 2 },
    { name: 'there', nodes: 2 },
  ]
  const matrix = [
    ['0.1ms', '20ms'],
    ['20ms', '0.1ms'],
  ]
  const placed = { cluster: { zones }, network: { matrix } }
  assert.ok(ignored(placed).includes('cluster.zones'))
  for (const network of ['proxy', 'namespaces'] as const) assert.deepEqual(ignored(placed, network), [])
})

test('a file that leaves them alone, or spells out the default, names none', () => {
  assert.deepEqual(ignored({ cluster: { nodes: 5, semiSync: true }, workload: { ratePerSec: 7 } }), [])
})
