import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { followEvents, type SystemEvent } from '../../../../real/services/stress/event-stream.ts'
import { test } from '../../../support/test.ts'
import { until } from '../../drivers/local/scratch.ts'

test('events that come in pieces are whole, and after a lost connection none is missed', async () => {
  const resumed: (string | undefined)[] = []
  const open: ServerResponse[] = []
  const server = createServer((request, response) => {
    resumed.push(request.headers['last-event-id'] as string | undefined)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    open.push(response)
    if (resumed.length === 1) {
      response.write(': hello\n\nevent: sample\ndata: {"atMs"')
      setTimeout(() => response.write(':1}\n\nid: 7\nevent: decision\ndata: {"kind":"note"}\n\n'), 20)
      setTimeout(() => response.destroy(), 60)
    } else response.write('id: 8\nevent: decision\ndata: {"kind":"refused"}\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const over = new AbortController()
  const seen: SystemEvent[] = []
  const followed = followEvents(url, (event) => seen.push(event), over.signal)
  try {
    await until('the third event has come', 5_000, () => seen.length === 3)
    assert.deepEqual(
      seen.map(({ name, data }) => [name, data]),
      [
        ['sample', { atMs: 1 }],
        ['decision', { kind: 'note' }],
        ['decision', { kind: 'refused' }],
      ],
    )
    assert.deepEqual(resumed, [undefined, '7'])
  } finally {
    over.abort()
    await followed
    for (const response of open) response.destroy()
    server.close()
  }
})
