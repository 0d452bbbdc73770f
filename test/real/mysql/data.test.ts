import assert from 'node:assert/strict'
import { waitText } from '../../../real/mysql/data.ts'
import { test } from '../../support/test.ts'

test('a wait has one column name, whatever it waits for: else the driver compiles and keeps a parser for each', () => {
  const nameOf = (text: string) => / AS (\w+)$/.exec(text)?.[1]
  const name = nameOf(waitText('3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5', 1_000_000))
  assert.equal(name, 'timed_out')
  assert.equal(nameOf(waitText('3e11fa47-71ca-11e1-9e33-c80aa9429562:6', 2_500)), name)
})
