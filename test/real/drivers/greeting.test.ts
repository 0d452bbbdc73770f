import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { describeGreeting, type Greeting, greet } from '../../../real/drivers/greeting.ts'
import { test } from '../../support/test.ts'

async function greetA(behaviour: (socket: Socket) => void, timeoutMs = 2_000): Promise<Greeting> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    behaviour(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await greet('127.0.0.1', (server.address() as AddressInfo).port, timeoutMs)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

const GREETING = Buffer.concat([Buffer.from([74, 0, 0, 0, 10]), Buffer.from('8.4.3\0 and so on')])

test("a server's greeting is read with its version, also when it comes in pieces", async () => {
  const greeting = await greetA((socket) => {
    socket.write(GREETING.subarray(0, 3))
    setImmediate(() => socket.write(GREETING.subarray(3)))
  })
  assert.equal(greeting.kind, 'greeting')
  assert.match(describeGreeting(greeting), /^MySQL 8\.4\.3 greets in [\d.]+ ms$/)
})

test('a server that only says that it is full is up, and its words are kept', async () => {
  const packet = Buffer.concat([Buffer.from([23, 0, 0, 0, 0xff, 0x10, 0x04]), Buffer.from('Too many connections')])
  const greeting = await greetA((socket) => socket.write(packet))
  assert.match(describeGreeting(greeting), /^refuses: Too many connections/)
})

test('a connection without a greeting is silent, not down', async () => {
  assert.deepEqual(await greetA(() => {}, 50), { kind: 'silent', afterMs: 50 })
})

test('a connection that is closed at once is broken', async () => {
  assert.equal((await greetA((socket) => socket.destroy())).kind, 'broken')
})

test('nobody listening is refused', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  assert.deepEqual(await greet('127.0.0.1', port, 2_000), { kind: 'refused' })
})
