import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../../algorithms/servers.ts'
import type { Callable } from '../../../real/transport/callable.ts'
import { localSocketOf } from '../../../real/transport/local-socket.ts'
import { type RequestFrame, ServiceClient } from '../../../real/transport/service-client.ts'
import { type Handler, ServiceServer } from '../../../real/transport/service-server.ts'
import { test } from '../../support/test.ts'

type Request = { readonly kind: string } & Record<string, unknown>

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562'

function ask(client: Callable, request: Request, deadlineUs = 5_000_000): Promise<Outcome<unknown>> {
  return new Promise((resolve) => {
    client.call(request, deadlineUs, resolve)
  })
}

async function withServer(handler: Handler, body: (client: ServiceClient, server: ServiceServer) => Promise<void>) {
  const server = await ServiceServer.listen({ bind: '127.0.0.1', port: 0 }, handler)
  const client = new ServiceClient('127.0.0.1', server.port)
  try {
    await body(client, server)
  } finally {
    client.close()
    await server.close()
  }
}

test('every request gets its own reply, whatever order they are answered in', async () => {
  const held: { readonly op: number; readonly answer: (outcome: Outcome<unknown>) => void }[] = []
  const handler: Handler = (request, answer) => {
    held.push({ op: (request as unknown as { op: number }).op, answer })
    if (held.length < 500) return
    for (const { op, answer } of held.splice(0).reverse()) answer({ kind: 'ok', reply: { op } })
  }
  await withServer(handler, async (client) => {
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, (_, op) => ask(client, { kind: 'echo', op })))
    assert.deepEqual(
      outcomes,
      Array.from({ length: 1_000 }, (_, op) => ({ kind: 'ok', reply: { op } })),
    )
  })
})

test('a refused connection is failed: nothing was sent', async () => {
  const server = await ServiceServer.listen({ bind: '127.0.0.1', port: 0 }, () => {})
  const { port } = server
  await server.close()
  const client = new ServiceClient('127.0.0.1', port)
  assert.deepEqual(await ask(client, { kind: 'echo' }), failed({ code: 'connection-refused' }))
  client.close()
})

test('silence until the deadline is unknown, and a late reply is dropped', async () => {
  let answerLate: () => void = () => {}
  const handler: Handler = (request, answer) => {
    if (request.kind === 'slow') answerLate = () => answer({ kind: 'ok', reply: 'late' })
    else answer({ kind: 'ok', reply: 'prompt' })
  }
  await withServer(handler, async (client) => {
    assert.deepEqual(await ask(client, { kind: 'slow' }, 30_000), unknown({ code: 'deadline' }))
    answerLate()
    assert.deepEqual(await ask(client, { kind: 'quick' }), { kind: 'ok', reply: 'prompt' })
  })
})

test('a connection that is lost after sending is unknown, and the next request connects anew', async () => {
  const sockets: Socket[] = []
  const tcp = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    // The first connection dies with the request read; the second one answers.
    socket.once('data', (chunk) => {
      if (sockets.length === 1) socket.destroy()
      else socket.write(`${JSON.stringify([JSON.parse(String(chunk))[0], 'ok', 'again'])}\n`)
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const client = new ServiceClient('127.0.0.1', (tcp.address() as { port: number }).port)
  try {
    assert.deepEqual(await ask(client, { kind: 'echo' }), unknown({ code: 'connection-lost' }))
    assert.deepEqual(await ask(client, { kind: 'echo' }), { kind: 'ok', reply: 'again' })
  } finally {
    client.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => tcp.close(resolve))
  }
})

test('an abandoned request is never answered, and does not disturb the others', async () => {
  await withServer(
    (_, answer) => answer({ kind: 'ok', reply: 'hello' }),
    async (client) => {
      let answered = false
      client
        .call({ kind: 'echo' }, 1_000_000, () => {
          answered = true
        })
        .abandon()
      assert.deepEqual(await ask(client, { kind: 'echo' }), { kind: 'ok', reply: 'hello' })
      assert.equal(answered, false)
    },
  )
})

test('a server may answer failed and unknown', async () => {
  await withServer(
    (request, answer) =>
      answer(
        request.kind === 'a'
          ? failed({ code: 'nobody-reigns' })
          : unknown({ code: 'not-seen-dead', cause: { code: 'deadline' } }),
      ),
    async (client) => {
      assert.deepEqual(await ask(client, { kind: 'a' }), failed({ code: 'nobody-reigns' }))
      assert.deepEqual(
        await ask(client, { kind: 'b' }),
        unknown({ code: 'not-seen-dead', cause: { code: 'deadline' } }),
      )
    },
  )
})

test('GTID sets travel as text and arrive as sets, in requests and in replies', async () => {
  const sent = MutableGtidSet.parse(`${UUID}:1-5:9`)
  let arrived: unknown
  await withServer(
    (request, answer) => {
      arrived = (request as unknown as { gtids: unknown }).gtids
      answer({ kind: 'ok', reply: { covered: true, gtids: sent } })
    },
    async (client) => {
      const outcome = await ask(client, { kind: 'waitFor', gtids: sent, level: 'applied', timeoutUs: 1 })
      assert.ok(arrived instanceof MutableGtidSet && arrived.equals(sent))
      assert.equal(outcome.kind, 'ok')
      const { gtids } = (outcome as { reply: { gtids: unknown } }).reply
      assert.ok(gtids instanceof MutableGtidSet && gtids.equals(sent))
    },
  )
})

test('a reply that arrives in pieces, cut within a character, is one reply', async () => {
  const text = 'naïve \u{1f600} ok'
  const tcp = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', async (chunk) => {
      const [id] = JSON.parse(String(chunk))
      for (const byte of Buffer.from(`${JSON.stringify([id, 'ok', text])}\n`)) {
        socket.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const client = new ServiceClient('127.0.0.1', (tcp.address() as { port: number }).port)
  try {
    assert.deepEqual(await ask(client, { kind: 'echo' }), { kind: 'ok', reply: text })
  } finally {
    client.close()
    await new Promise((resolve) => tcp.close(resolve))
  }
})

test('a peer that does not speak the protocol is cut off', async () => {
  await withServer(
    (_, answer) => answer({ kind: 'ok', reply: null }),
    async (_, server) => {
      const socket = connect(server.port, '127.0.0.1')
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.on('error', () => {})
      socket.write('GET / HTTP/1.1\r\n\r\n')
      await closed
      assert.ok(socket.destroyed)
    },
  )
})

test("on the machine itself requests travel by the local socket of the port, which is nobody else's while it is taken", async () => {
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const { port } = free.address() as AddressInfo
  const path = localSocketOf('127.0.0.1', port)
  assert.equal(path === null, process.platform !== 'linux')
  assert.equal(localSocketOf('10.1.2.3', port), null)
  if (path === null) return
  const local = createServer((socket) =>
    socket.on('data', (bytes) => {
      const [id] = JSON.parse(String(bytes)) as RequestFrame
      socket.write(`${JSON.stringify([id, 'ok', 'locally'])}\n`)
    }),
  )
  await new Promise<void>((resolve) => local.listen({ path }, resolve))
  const client = new ServiceClient('127.0.0.1', port)
  assert.deepEqual(await ask(client, { kind: 'echo' }), { kind: 'ok', reply: 'locally' })
  client.close()
  await new Promise((resolve) => free.close(resolve))
  await assert.rejects(
    ServiceServer.listen({ bind: '127.0.0.1', port }, () => {}),
    { code: 'EADDRINUSE' },
  )
  await new Promise((resolve) => local.close(resolve))
  const server = await ServiceServer.listen({ bind: '127.0.0.1', port }, () => {})
  await server.close()
})
