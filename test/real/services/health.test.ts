import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { HealthProber } from '../../../real/services/health.ts'
import type { ProcessState } from '../../../real/services/operator.ts'
import { test } from '../../support/test.ts'

type Address = { readonly host: string; readonly port: number }

async function listening<S extends Server>(server: S): Promise<Address> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

function http(code: number, body: string): Server {
  return createHttpServer((_, response) => response.writeHead(code).end(body))
}

function mysql(packet: Buffer): Server {
  return createServer((socket) => socket.on('error', () => {}).write(packet))
}

const GREETING = Buffer.concat([Buffer.from([74, 0, 0, 0, 10]), Buffer.from('8.4.3\0 and so on')])
const FULL = Buffer.concat([Buffer.from([23, 0, 0, 0, 0xff, 0x10, 0x04]), Buffer.from('Too many connections')])

function process(name: string, state: ProcessState['state'], detail: string): ProcessState {
  return { name, state, detail, pid: null, restarts: 0, sinceMs: 0 }
}

test('each process is as it answers, and as its supervision knows better', async () => {
  const servers = [
    mysql(GREETING),
    mysql(FULL),
    http(200, '{"status":"healthy"}'),
    http(200, '{"status":"degraded","detail":"last good selection, 12 s old"}'),
    http(503, '{"detail":"no metrics"}'),
  ]
  const closed = createServer()
  const nobody = await listening(closed)
  closed.close()
  try {
    const [node1, node2, well, degraded, failing] = await Promise.all(servers.map(listening))
    const prober = new HealthProber({
      members: [
        { name: 'node1', ...node1! },
        { name: 'node2', ...node2! },
        { name: 'node3', ...nobody },
        { name: 'node4', ...nobody },
      ],
      services: {
        coordinator: well!,
        cabinet: degraded!,
        metrics: failing!,
        'timestamp-1': nobody,
        'timestamp-2': well!,
        seer: nobody,
      },
      processes: async () => [
        process('node1', 'up', ''),
        process('node4', 'stopped', 'stopped by an operator'),
        process('timestamp-1', 'waiting', 'next start in 0.4 s'),
        process('timestamp-2', 'paused', 'process 7 is stopped by a signal'),
        process('seer', 'given-up', 'not started any more'),
      ],
    })
    const seen = await prober.look()
    assert.deepEqual(
      seen.map(({ id, kind, state, detail }) => [id, kind, state, detail]),
      [
        ['instance-1', 'mysql', 'healthy', ''],
        ['instance-2', 'mysql', 'degraded', 'refuses: Too many connections'],
        ['instance-3', 'mysql', 'down', 'connection refused'],
        ['instance-4', 'mysql', 'down', 'stopped by an operator'],
        ['coordinator', 'coordinator', 'healthy', ''],
        ['cabinet', 'cabinet', 'degraded', 'last good selection, 12 s old'],
        ['metrics', 'metrics', 'degraded', 'HTTP 503: no metrics'],
        ['timestamp-1', 'timestamp', 'starting', 'next start in 0.4 s'],
        ['timestamp-2', 'timestamp', 'paused', 'process 7 is stopped by a signal'],
        ['seer', 'seer', 'down', 'not started any more'],
      ],
    )
    assert.equal(seen[0]!.address, `127.0.0.1:${node1!.port}`)
    const again = await prober.look()
    assert.deepEqual(
      again.map(({ sinceMs }) => sinceMs),
      seen.map(({ sinceMs }) => sinceMs),
      'a state that goes on has begun when it began',
    )
  } finally {
    for (const server of servers) server.close()
  }
})

test('a service that accepts and says nothing is down within two seconds, and where nobody supervises nothing is missing', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}))
  try {
    const metrics = await listening(silent)
    const processes = async () => {
      throw new Error('containers have no list of processes')
    }
    const startMs = performance.now()
    const [seen] = await new HealthProber({ members: [], services: { metrics }, processes }).look()
    assert.deepEqual([seen!.state, seen!.detail], ['down', 'no answer within 1.5 s'])
    assert.ok(performance.now() - startMs < 2_500)
  } finally {
    silent.close()
  }
})

test('the service that asks says itself how it is', async () => {
  const prober = new HealthProber({
    members: [],
    services: { coordinator: { host: '127.0.0.1', port: 1 } },
    processes: async () => null,
    own: { name: 'coordinator', seen: () => ({ state: 'degraded', detail: 'nobody reigns' }) },
  })
  const [seen] = await prober.look()
  assert.deepEqual([seen!.state, seen!.detail], ['degraded', 'nobody reigns'])
})
