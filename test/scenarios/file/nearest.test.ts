import assert from 'node:assert/strict'
import { nearest, suggestion } from '../../../scenarios/file/nearest.ts'
import { test } from '../../support/test.ts'

const NAMES = ['healthy', 'primary-crash', 'replica-crash', 'slow-replica']

test('a slip of the fingers finds its name', () => {
  assert.equal(nearest('helthy', NAMES), 'healthy')
  assert.equal(nearest('primary-carsh', NAMES), 'primary-crash')
  assert.equal(nearest('Primary_Crash', NAMES), 'primary-crash')
  assert.equal(nearest('replica-crashed', NAMES), 'replica-crash')
})

test('what resembles nothing gets no suggestion', () => {
  assert.equal(nearest('xyz', NAMES), null)
  assert.equal(nearest('', NAMES), null)
  assert.equal(suggestion('completely-different', NAMES), '')
})

test('another number is no slip', () => {
  assert.equal(nearest('node9', ['node1', 'node2']), null)
  assert.equal(nearest('nod1', ['node1', 'node2']), 'node1')
})
