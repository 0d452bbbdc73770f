import assert from 'node:assert/strict'
import { freePrefix, overlaps } from '../../../../real/network/namespaces/ranges.ts'
import { test } from '../../../support/test.ts'

test('a range overlaps with whatever contains it, or lies in it', () => {
  for (const range of ['10.1.2.0/24', '10.1.2.128/25', '10.1.2.3', '10.1.0.0/16', '10.0.0.0/8', '0.0.0.0/1'])
    assert.ok(overlaps(range, '10.1.2'), range)
  for (const range of ['10.1.3.0/24', '10.1.3.0', '11.0.0.0/8', '128.0.0.0/1', 'default', '0.0.0.0/0'])
    assert.ok(!overlaps(range, '10.1.2'), range)
})

test('a free range is private, and taken by nobody', () => {
  const taken = ['10.0.0.0/8', '172.16.0.0/12']
  for (let i = 0; i < 50; i++) assert.match(freePrefix(taken)!, /^192\.168\.\d+$/)
  assert.match(freePrefix([])!, /^10\.1\d\d\.\d+$/)
  assert.equal(freePrefix([...taken, '192.168.0.0/16']), null)
})
