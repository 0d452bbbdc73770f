/** The coordinator's way to the timestamp services: requests that are shared, and what is told of those that fail. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import type { Outcome } from '../../../algorithms/servers.ts'
import { ChildProcess } from '../../../real/processes/child-process.ts'
import { HttpTimestamps } from '../../../real/services/http-timestamps.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'
import { systemConfig } from './system-config.ts'

type Ask = { readonly kind: 'next' } | { readonly kind: 'tick'; readonly after: number } | { readonly kind: 'reset' }

function ask(client: HttpTimestamps, request: Ask, deadlineUs = 2_000_000): Promise<Outcome<unknown>> {
  return new Promise((resolve) => client.call(request, deadlineUs, resolve))
}

function counterOf(outcome: Outcome<unknown>): number {
  assert.equal(outcome.kind, 'ok', JSON.stringify(outcome))
  return (outcome as { reply: { timestamp: { counter: number } } }).reply.timestamp.counter
}

/** A server that answers as the test says; `null`: never. */
async function withServer(
  respond: (url: string, body: string) => { readonly status: number; readonly body: string } | null,
  body: (client: HttpTimestamps, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer((request, answer) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => {
      const response = respond(request.url!, text)
      if (response !== null) answer.writeHead(response.status).end(response.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new HttpTimestamps({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, token: null })
  try {
    await body(client, server)
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
}

test('concurrent ticks share a request above the largest of their floors, each with its own reply', async () => {
  const asked: string[] = []
  let next = 100
  const respond = (url: string, body: string) => {
    asked.push(`${url} ${body}`)
    const { count } = JSON.parse(body) as { count: number }
    const counters = Array.from({ length: count }, () => next++)
    return { status: 200, body: JSON.stringify({ timestamp: 0, server_id: 2, counters }) }
  }
  await withServer(respond, async (client) => {
    const first = await Promise.all([5, 9, 7].map((after) => ask(client, { kind: 'tick', after })))
    assert.deepEqual(first.map(counterOf), [100, 101, 102])
    assert.deepEqual(asked, ['/tick {"counter":9,"count":3}'])
    assert.deepEqual((first[0] as { reply: object }).reply, { timestamp: { counter: 100, server: 2 } })
  })
})

test('whoever comes while a request is under way shares the next one', async () => {
  const counts: number[] = []
  await withServer(
    (url) => {
      const count = Number(/count=(\d+)/.exec(url)?.[1])
      counts.push(count)
      return {
        status: 200,
        body: JSON.stringify({ server_id: 1, counters: Array.from({ length: count }, (_, i) => i) }),
      }
    },
    async (client) => {
      const all: Promise<Outcome<unknown>>[] = [ask(client, { kind: 'next' })]
      await new Promise(setImmediate)
      for (let i = 0; i < 20; i++) all.push(ask(client, { kind: 'next' }))
      assert.ok((await Promise.all(all)).every(({ kind }) => kind === 'ok'))
      assert.deepEqual(counts, [1, 20])
    },
  )
})

test('failed where the server cannot have seen the request, unknown where it may have', async () => {
  await withServer(
    () => null,
    async (client, server) => {
      // The one under way may have been seen, the one behind it was never sent.
      const seen = ask(client, { kind: 'next' }, 100_000)
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      const unsent = ask(client, { kind: 'next' }, 50_000)
      const [first, second] = [await seen, await unsent]
      assert.deepEqual([first.kind, second.kind], ['unknown', 'failed'])
      const cut = ask(client, { kind: 'next' })
      setTimeout(() => server.closeAllConnections(), 50)
      const outcome = await cut
      assert.deepEqual(outcome.kind === 'unknown' && outcome.why, { code: 'connection-lost' })
    },
  )
  const tcp = createTcpServer()
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo
  await new Promise((resolve) => tcp.close(resolve))
  const client = new HttpTimestamps({ host: '127.0.0.1', port, token: null })
  const refused = await ask(client, { kind: 'next' })
  assert.deepEqual(refused.kind === 'failed' && refused.why, { code: 'connection-refused' })
  client.close()
  assert.equal((await ask(client, { kind: 'next' })).kind, 'failed')
})

test('an answer that is none of ours is not taken for a timestamp', async () => {
  const bodies = [
    [500, '{}', 'failed'],
    [503, '{}', 'failed'],
    [200, 'no JSON', 'unknown'],
    [200, '{"server_id":1,"counters":[1,2]}', 'unknown'],
    [200, '{"counters":[1]}', 'unknown'],
  ] as const
  for (const [status, body, expected] of bodies)
    await withServer(
      () => ({ status, body }),
      async (client) => {
        assert.equal((await ask(client, { kind: 'next' })).kind, expected, body)
      },
    )
})

test('through a killed and restarted service, real: above everything, nobody hangs', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const config = systemConfig(directory, {
      algorithms: { timestamps: 'taas' },
      timestampServers: ['timestamp-1', 'timestamp-2', 'timestamp-3'],
    })
    let service = await ChildProcess.start('timestamp-1', { kind: 'service', config })
    const { port } = service
    const client = new HttpTimestamps({ host: '127.0.0.1', port, token: null })
    try {
      const many = await Promise.all(Array.from({ length: 200 }, () => ask(client, { kind: 'tick', after: 7 })))
      const counters = many.map(counterOf)
      assert.equal(new Set(counters).size, 200)
      assert.ok(counters.every((counter) => counter > 7))
      assert.equal((await ask(client, { kind: 'reset' })).kind, 'failed')
      await service.kill()
      assert.notEqual((await ask(client, { kind: 'tick', after: 0 })).kind, 'ok')
      const services = { ...config.services, 'timestamp-1': { host: '127.0.0.1', port } }
      service = await ChildProcess.start('timestamp-1', { kind: 'service', config: { ...config, services } })
      assert.ok(counterOf(await ask(client, { kind: 'tick', after: 0 })) > Math.max(...counters))
    } finally {
      client.close()
      await service.kill()
    }
  }),
)
