import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { EVENTS, SNAPSHOT } from './imagined-state.ts'

test('state and events are plain JSON: what is sent is what arrives', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(EVENTS)), EVENTS)
  assert.deepEqual(JSON.parse(JSON.stringify(SNAPSHOT)).topology.source, 'instance-1')
})
