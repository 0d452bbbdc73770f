/** The edges that all services share, on one that does nothing: whatever a client gets wrong gets a proper answer. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { checkedConfig, type SystemConfigInput } from '../../../../real/services/config.ts'
import { CallFailure } from '../../../../real/services/http/failures.ts'
import { close, createService, listen, type ServiceFace } from '../../../../real/services/http/server.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'
import { call } from '../call.ts'
import { configInput, PASSWORD } from '../system-config.ts'

const TOKEN = 'a-token-of-tests-and-of-nothing-else'

interface Running {
  readonly port: number
  readonly face: ServiceFace
  readonly lines: readonly string[]
  close(): Promise<void>
}

async function start(directory: string, changes: Partial<SystemConfigInput> = {}): Promise<Running> {
  const lines: string[] = []
  const face: ServiceFace = {
    ...{ name: 'cabinet', cors: true, title: 'A test', description: 'that does nothing' },
    config: checkedConfig({ ...configInput(directory), ...changes }, 'a test'),
    log: { write: (line) => void lines.push(line) },
  }
  const { app } = await createService(face)
  app.get('/health', { config: { open: true } }, async () => ({ status: 'healthy' }))
  app.get('/bug', async () => {
    throw new Error(`a bug with ${PASSWORD} in its message`)
  })
  app.get('/busy', async () => {
    throw new CallFailure(409, 'busy', { errno: 1 })
  })
  app.get('/slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    return { slow: true }
  })
  app.post('/admin/echo', async ({ body }) => ({ body }))
  app.post(
    '/typed',
    { schema: { body: { type: 'object', properties: { count: { type: 'integer' } } } } },
    async ({ body }) => ({
      body,
    }),
  )
  const port = await listen(app, face)
  return { port, face, lines, close: () => close(app) }
}

async function running(changes: Partial<SystemConfigInput>, body: (service: Running) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const service = await start(directory, changes)
    try {
      await body(service)
    } finally {
      await service.close()
    }
  })
}

/** Whatever a client reads of a failure is there, and text. */
function assertFailure(answer: Awaited<ReturnType<typeof call>>, status: number, detail: RegExp): void {
  assert.equal(answer.status, status, answer.text)
  assert.equal(answer.json.success, false)
  assert.match(String(answer.json.detail), detail)
  assert.equal(answer.json.message, answer.json.detail)
  assert.equal(typeof answer.json.error, 'string')
  assert.doesNotMatch(answer.text, /node_modules|\.ts:\d|at /)
}

test('an empty body is {}, unknown fields are ignored, a field of the wrong type is 422', () =>
  running({}, async ({ port }) => {
    const json = { 'content-type': 'application/json' }
    const empty = await call(port, '/admin/echo', { method: 'POST', headers: json })
    assert.deepEqual([empty.status, empty.json], [200, { body: {} }])
    assert.deepEqual((await call(port, '/admin/echo', { method: 'POST' })).json, { body: {} })
    assert.deepEqual((await call(port, '/typed', { body: { count: 3, master_id: 'x' } })).status, 200)
    assertFailure(await call(port, '/typed', { body: { count: '3' } }), 422, /count must be integer/)
    assertFailure(await call(port, '/typed', { body: '[1]' }), 422, /must be object/)
    assertFailure(await call(port, '/typed', { body: 'null' }), 422, /must be object/)
  }))

test('every failure has the one body: no route, no JSON, no method, too long, a bug', () =>
  running({}, async ({ port, lines }) => {
    assertFailure(await call(port, '/nowhere?password=1'), 404, /there is no GET \/nowhere$/)
    assertFailure(await call(port, '/typed', { method: 'GET' }), 404, /there is no GET/)
    assertFailure(await call(port, '/health', { method: 'DELETE' }), 404, /there is no DELETE/)
    assertFailure(await call(port, '/typed', { body: '{' }), 400, /JSON/)
    assertFailure(await call(port, '/typed', { body: '{"__proto__": {}}' }), 400, /JSON/)
    assertFailure(await call(port, '/typed', { body: 'a', headers: { 'content-type': 'text/plain' } }), 415, /Media/)
    assertFailure(await call(port, '/typed', { body: JSON.stringify({ a: 'x'.repeat(2 ** 20) }) }), 413, /large/)
    assertFailure(await call(port, '/%zz'), 400, /url/)
    const busy = await call(port, '/busy')
    assertFailure(busy, 409, /^busy$/)
    assert.equal(busy.json.errno, 1)
    const bug = await call(port, '/bug', { headers: { 'x-request-id': 'mine-1' } })
    assertFailure(bug, 500, /^internal error$/)
    assert.equal(bug.headers['x-request-id'], 'mine-1')
    assert.ok(lines.some((line) => line.includes('"mine-1"') && line.includes('a bug with')))
  }))

test('what is no HTTP at all is answered and cut off', () =>
  running({}, async ({ port }) => {
    const text = await new Promise<string>((resolve) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write('hello there\r\n\r\n'))
      socket.on('data', (part) => {
        received += part
      })
      socket.on('close', () => resolve(received))
    })
    assert.match(text, /^HTTP\/1\.1 400 /)
    assert.equal(JSON.parse(text.split('\r\n\r\n')[1]!).success, false)
  }))

test('pages of loopback may call, pages of elsewhere may not, not even with a form', () =>
  running({}, async ({ port }) => {
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:9000', 'http://[::1]:80']) {
      const answer = await call(port, '/admin/echo', { method: 'POST', headers: { origin } })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['access-control-allow-origin'], origin)
    }
    for (const origin of [
      'http://evil.example',
      'null',
      'http://localhost.evil.example',
      'file://',
      'http://127.0.0.1.evil.example',
    ]) {
      const answer = await call(port, '/admin/echo', { method: 'POST', headers: { origin } })
      assertFailure(answer, 403, /origin/)
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
    }
    const preflight = {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    }
    const allowed = await call(port, '/admin/echo', { method: 'OPTIONS', headers: preflight })
    assert.equal(allowed.status, 204)
    assert.equal(allowed.headers['access-control-max-age'], '7200')
    assert.equal(allowed.headers['access-control-allow-headers'], 'content-type')
  }))

test('a name that was made to point here is none of ours', () =>
  running({ published: ['quorumlab.example'] }, async ({ port }) => {
    for (const host of ['localhost:1', '127.0.0.1', `127.0.0.1:${port}`, '[::1]:3', 'quorumlab.example'])
      assert.equal((await call(port, '/health', { headers: { host } })).status, 200, host)
    for (const host of ['evil.example', `evil.example:${port}`, '10.0.0.1', 'localhost.evil.example', 'a b'])
      assertFailure(await call(port, '/health', { headers: { host } }), 403, /host/)
  }))

test('where there is a token, everything but what is open needs it', () =>
  running({ token: TOKEN, published: ['quorumlab.example'] }, async ({ port }) => {
    assert.equal((await call(port, '/health')).status, 200)
    assertFailure(await call(port, '/admin/echo', { method: 'POST' }), 401, /token/)
    for (const wrong of [`Bearer ${TOKEN}x`, 'Bearer', `Basic ${TOKEN}`, `Bearer ${TOKEN.slice(1)}`])
      assertFailure(
        await call(port, '/admin/echo', { method: 'POST', headers: { authorization: wrong } }),
        401,
        /token/,
      )
    const right = { authorization: `Bearer ${TOKEN}` }
    assert.equal((await call(port, '/admin/echo', { method: 'POST', headers: right })).status, 200)
    const cookie = { cookie: `a=b; quorumlab_token=${TOKEN}` }
    assert.equal((await call(port, '/slow', { headers: cookie })).status, 200)
    // With a token only the published page may call, and the documents are nobody else's business either.
    const page = { ...right, origin: 'https://quorumlab.example' }
    assert.equal((await call(port, '/slow', { headers: page })).status, 200)
    assertFailure(await call(port, '/slow', { headers: { ...right, origin: 'http://localhost:5173' } }), 403, /origin/)
    assertFailure(await call(port, '/openapi.json'), 401, /token/)
  }))

test('admin calls are limited, and nothing else is', { deadlineMs: 60_000 }, () =>
  running({}, async ({ port }) => {
    let refused: Awaited<ReturnType<typeof call>> | null = null
    for (let i = 0; i < 700 && refused === null; i++) {
      const answer = await call(port, '/admin/echo', { method: 'POST' })
      if (answer.status !== 200) refused = answer
    }
    assertFailure(refused!, 429, /too many calls/)
    for (let i = 0; i < 50; i++) assert.equal((await call(port, '/typed', { body: {} })).status, 200)
    const preflight = { origin: 'http://localhost:1', 'access-control-request-method': 'POST' }
    assert.equal((await call(port, '/admin/echo', { method: 'OPTIONS', headers: preflight })).status, 204)
  }),
)

test('OpenAPI, its page, and metrics: everything from here', () =>
  running({}, async ({ port }) => {
    const document = (await call(port, '/openapi.json')).json as { openapi: string; paths: object }
    assert.equal(document.openapi, '3.0.3')
    assert.ok('/typed' in document.paths)
    const page = await call(port, '/docs/')
    assert.equal(page.status, 200)
    assert.match(String(page.headers['content-security-policy']), /default-src 'self'/)
    for (const [, address] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      assert.doesNotMatch(address!, /^(https?:)?\/\//)
      assert.equal((await call(port, new URL(address!, 'http://x/docs/').pathname)).status, 200, address)
    }
    const metrics = (await call(port, '/metrics/prometheus')).text
    assert.match(
      metrics,
      /quorumlab_http_request_seconds_count\{service="cabinet",method="GET",route="\/openapi.json",status="200"\} 1/,
    )
    assert.match(metrics, /process_resident_memory_bytes/)
  }))

test('what is under way when a service ends is answered, and a busy port is named', () =>
  withDirectory(async (directory) => {
    const service = await start(directory)
    const services = { ...configInput(directory).services, cabinet: { host: '127.0.0.1', port: service.port } }
    await assert.rejects(start(directory, { services }), (error) => {
      assert.ok(error instanceof EnvironmentError)
      assert.match(error.message, new RegExp(`^Port ${service.port} on 127.0.0.1, meant for cabinet, is taken`))
      return true
    })
    const slow = call(service.port, '/slow')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await service.close()
    assert.deepEqual((await slow).json, { slow: true })
  }))

test('no secret is in a log', () =>
  running({ token: TOKEN }, async ({ port, lines }) => {
    await call(port, '/admin/echo', { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } })
    await call(port, `/nowhere?token=${TOKEN}`, {
      headers: { authorization: `Bearer ${TOKEN}`, cookie: `quorumlab_token=${TOKEN}` },
    })
    assert.equal(lines.join('').includes(TOKEN), false)
    assert.ok(lines.some((line) => line.includes('/admin/echo')))
  }))
