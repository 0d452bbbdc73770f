import assert from 'node:assert/strict'
import { SharedCall } from '../../../../real/network/namespaces/shared-call.ts'
import { test } from '../../../support/test.ts'

test('who asks before a call begins is served by it, who asks later by the next', async () => {
  let calls = 0
  let finish = () => {}
  const shared = new SharedCall(() => {
    calls++
    return new Promise<number>((resolve) => {
      finish = () => resolve(calls)
    })
  })
  const first = [shared.ask(), shared.ask()]
  await Promise.resolve()
  assert.equal(calls, 1)
  const second = [shared.ask(), shared.ask()]
  finish()
  assert.deepEqual(await Promise.all(first), [1, 1])
  finish()
  assert.deepEqual(await Promise.all(second), [2, 2])
  await shared.over()
})

test('a call that fails fails for those who asked for it, and not for the next', async () => {
  let calls = 0
  const shared = new SharedCall(async () => {
    if (++calls === 1) throw new Error('refused')
  })
  await assert.rejects(shared.ask(), /refused/)
  await shared.ask()
})
