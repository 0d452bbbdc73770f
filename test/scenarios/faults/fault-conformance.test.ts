import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { verbsWithoutCase } from './fault-conformance.ts'

test('every verb that both worlds carry out has a case that both must pass', () => {
  assert.deepEqual(verbsWithoutCase(), [])
})
