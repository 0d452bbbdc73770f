import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LinkState, WHOLE } from '../../../../real/network/network.ts'
import { ProxyNetwork } from '../../../../real/network/proxy/proxy-network.ts'
import type { Pair } from '../../../../scenarios/faults/link-pairs.ts'
import { test } from '../../../support/test.ts'

const THERE: Pair = ['client', 'server']
const BACK: Pair = ['server', 'client']

interface Ends {
  readonly network: ProxyNetwork
  /** A new connection, both ends of it. */
  readonly connection: () => Promise<readonly [client: Socket, server: Socket]>
  readonly failures: readonly Error[]
  readonly pids: readonly number[]
}

/** A client and a server with a proxy between them. */
async function withProxy(body: (ends: Ends) => Promise<void>): Promise<void> {
  const accepted: Socket[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {})
    accepted.push(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const failures: Error[] = []
  const pids: number[] = []
  const network = new ProxyNetwork({
    ...{ bind: '127.0.0.1', reason: 'a test', seed: 1, paths: [THERE] },
    base: () => WHOLE,
    own: (_, pid) => pids.push(pid),
    onFailure: (error) => failures.push(error),
  })
  try {
    await network.start()
    const { port } = server.address() as AddressInfo
    await network.introduce('server', { host: '127.0.0.1', port, adminPort: 0 })
    const connection = async () => {
      const { host, port: entry } = network.addressOf('client', 'server')
      const client = connect({ host, port: entry, noDelay: true, allowHalfOpen: true })
      client.on('error', () => {})
      const before = accepted.length
      await until(() => accepted.length > before, 'the server has accepted')
      return [client, accepted.at(-1)!] as const
    }
    await body({ network, connection, failures, pids })
  } finally {
    for (const socket of accepted) socket.destroy()
    server.close()
    await network.stop()
  }
}

async function until(holds: () => boolean, what: string, limitMs = 5_000): Promise<void> {
  for (const end = performance.now() + limitMs; !holds(); await sleep(2))
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`)
}

/** What the socket has been told so far. */
function reads(socket: Socket): () => string {
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  return () => text
}

const but = (change: Partial<LinkState>): LinkState => ({ ...WHOLE, ...change })

test('what is sent arrives, each direction ends by itself, and a port that refuses resets', () =>
  withProxy(async ({ network, connection }) => {
    const [client, server] = await connection()
    const [atClient, atServer] = [reads(client), reads(server)]
    client.end('question')
    await until(() => atServer() === 'question' && server.readableEnded, 'the question and its end are there')
    server.end('answer')
    await until(() => atClient() === 'answer' && client.readableEnded, 'the answer is there')
    await network.introduce('server', { host: '127.0.0.1', port: 1, adminPort: 0 })
    const { host, port } = network.addressOf('client', 'server')
    const refused = connect(port, host)
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
  }))

test('one direction is cut: silence there, the other goes on, and all of it arrives in order after the heal', () =>
  withProxy(async ({ network, connection }) => {
    const [client, server] = await connection()
    const [atClient, atServer] = [reads(client), reads(server)]
    assert.equal((await network.look(THERE, 'delivery')).delivers, true)
    await network.set(THERE, but({ cut: 'drop' }))
    for (const word of ['a', 'b', 'c']) client.write(word)
    server.write('heard')
    await until(() => atClient() === 'heard', 'the other direction goes on')
    const [there, back] = await Promise.all([network.look(THERE, 'delivery'), network.look(BACK, 'delivery')])
    assert.deepEqual([there.delivers, back.delivers], [false, true])
    assert.match(there.text, /client->server: nothing arrives/)
    assert.equal(atServer(), '')
    const { host, port } = network.addressOf('client', 'server')
    const late = connect(port, host)
    const greeted = reads(late)
    late.write('late')
    await network.set(THERE, WHOLE)
    await until(() => atServer() === 'abc', 'what was held has arrived')
    assert.equal((await network.look(THERE, 'delivery')).delivers, true)
    assert.equal(greeted(), '')
    late.destroy()
  }))

test('a reset ends open connections and new ones, until it is healed', () =>
  withProxy(async ({ network, connection }) => {
    const [client, server] = await connection()
    const ended = [client, server].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    await network.look(BACK, 'delivery')
    await network.set(BACK, but({ cut: 'reset' }))
    await Promise.all(ended)
    const { host, port } = network.addressOf('client', 'server')
    const [error] = (await once(connect(port, host), 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNRESET')
    assert.match((await network.look(BACK, 'delivery')).text, /no connection/)
    await network.set(BACK, WHOLE)
    assert.equal((await network.look(BACK, 'delivery')).delivers, true)
  }))

test('a delay is of one direction, bytes take their time on a narrow link, and an end can be late', () =>
  withProxy(async ({ network }) => {
    const usual = await network.look(THERE, 'delay')
    await network.set(THERE, but({ delays: [{ kind: 'constant', us: 30_000 }] }))
    const [there, back] = [await network.look(THERE, 'delay'), await network.look(BACK, 'delay')]
    assert.ok(there.amount >= usual.amount + 25_000, there.text)
    assert.ok(back.amount < 25_000, back.text)
    await network.set(THERE, but({ bandwidthBytesPerSec: 200_000 }))
    const narrow = await network.look(THERE, 'bandwidth')
    assert.ok(narrow.amount > 100_000 && narrow.amount < 230_000, narrow.text)
    assert.ok((await network.look(BACK, 'bandwidth')).amount > 1_000_000)
    await network.set(THERE, but({ closeDelayUs: 60_000 }))
    assert.ok((await network.look(THERE, 'close')).amount >= 55_000)
    assert.ok((await network.look(BACK, 'close')).amount < 55_000)
  }))

test('what is lost is sent again: late, whole and in order', () =>
  withProxy(async ({ network, connection }) => {
    const [client, server] = await connection()
    const atServer = reads(server)
    assert.equal((await network.look(THERE, 'loss')).amount, 0)
    await network.set(THERE, but({ lossRatio: 0.3 }))
    const late = await network.look(THERE, 'loss')
    assert.ok(late.amount > 0, late.text)
    let sent = ''
    for (let i = 0; i < 20; i++) {
      client.write(`${i} `)
      sent += `${i} `
      await sleep(5)
    }
    await until(() => atServer() === sent, 'all of it is there, in order', 20_000)
  }))

test('a receiver that does not read slows the sender down', () =>
  withProxy(async ({ connection }) => {
    const [client, server] = await connection()
    server.pause()
    const chunk = Buffer.alloc(65_536)
    let written = 0
    for (let quiet = 0; quiet < 20; ) {
      if (client.writableNeedDrain) {
        quiet++
        await sleep(10)
        continue
      }
      client.write(chunk)
      written += chunk.length
      quiet = 0
      assert.ok(written < 200_000_000, 'the sender is never slowed down')
    }
    let read = 0
    server.on('data', (data) => {
      read += data.length
    })
    server.resume()
    await until(() => read === written, 'everything has arrived')
  }))

test('a proxy that somebody kills is the end of the run, by its name', () =>
  withProxy(async ({ failures, pids }) => {
    process.kill(pids[0]!, 'SIGKILL')
    await until(() => failures.length > 0, 'its death is told')
    assert.match(failures[0]!.message, /proxy.*SIGKILL/)
  }))
