import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { Ending } from '../../real/ending.ts'
import { test } from '../support/test.ts'

test('an interrupt ends the run that goes on, and none that is over is still told', async () => {
  const interrupt = new AbortController()
  const listeners = () => getEventListeners(interrupt.signal, 'abort').length
  for (let trial = 0; trial < 20; trial++) {
    const over = new AbortController()
    const ending = new Ending(interrupt.signal, over.signal)
    assert.equal(await ending.orEnd(Promise.resolve(trial)), trial)
    over.abort()
    assert.equal(listeners(), 0)
  }
  const ending = new Ending(interrupt.signal, new AbortController().signal)
  const work = ending.orEnd(new Promise(() => {}))
  interrupt.abort('Ctrl-C')
  await assert.rejects(work, (reason) => reason === 'Ctrl-C')
})
