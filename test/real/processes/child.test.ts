import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from '../../support/test.ts'

const CHILD = new URL('../../../real/processes/child.ts', import.meta.url).href
/** Asks before it is ready, as a coordinator does that finds something to mend, and says at last what it was answered. */
const PROGRAM = `
  import { runChild, tellParent } from '${CHILD}'
  runChild('service', async () => {
    tellParent({ kind: 'supervise', id: 1, request: { kind: 'processes' } })
    await new Promise((resolve) => setTimeout(resolve, 200))
    tellParent({ kind: 'ready', port: 1 })
    return (message) => tellParent({ kind: 'fatal', message: JSON.stringify(message) })
  })
`

test('an answer that comes before a child is ready waits for it, and does not end it', async () => {
  const words = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const told: unknown[] = []
    const answered = { kind: 'supervised', id: 1, outcome: { kind: 'ok', reply: [] } }
    child.on('message', (message: { readonly kind: string }) => {
      told.push(message)
      if (message.kind === 'supervise') child.send(answered)
    })
    child.send({ kind: 'setup', setup: { kind: 'service' } })
    while (told.length < 3) await once(child, 'message')
    assert.deepEqual(told.slice(1), [
      { kind: 'ready', port: 1 },
      { kind: 'fatal', message: JSON.stringify(answered) },
    ])
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})
