import assert from 'node:assert/strict'
import { request } from 'node:http'
import { PageServer } from '../../../cli/watch/page-server.ts'
import { builtPage } from '../../real/dashboard/built.ts'
import { test } from '../../support/test.ts'

const DEADLINE_MS = 60_000

async function withServer(body: (server: PageServer) => Promise<void>): Promise<void> {
  await builtPage()
  const server = await PageServer.listen(0)
  try {
    await body(server)
  } finally {
    await server.close()
  }
}

test('the page and its own files are served, and nothing else', { deadlineMs: DEADLINE_MS }, () =>
  withServer(async ({ address }) => {
    const page = await fetch(address)
    assert.equal(page.status, 200)
    const [script] = /assets\/[\w.-]+\.js/.exec(await page.text()) ?? []
    assert.equal((await fetch(`${address}${script}`)).headers.get('content-type'), 'text/javascript; charset=utf-8')
    for (const path of ['../package.json', 'assets/../../package.json', '%2e%2e/package.json', 'index.html'])
      assert.equal((await fetch(`${address}${path}`)).status, 404, path)
    assert.equal((await fetch(address, { method: 'POST' })).status, 405)
  }),
)

test('a page that is called by the name of another host is refused', { deadlineMs: DEADLINE_MS }, () =>
  withServer(async ({ address }) => {
    const { port } = new URL(address)
    const status = await new Promise((resolve, reject) =>
      request({ port, host: '127.0.0.1', path: '/watch', headers: { host: `evil.example:${port}` } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end(),
    )
    assert.equal(status, 403)
  }),
)

test('whoever connects later gets everything from the beginning', { deadlineMs: DEADLINE_MS }, () =>
  withServer(async (server) => {
    server.say({ kind: 'failed', reason: 'first' })
    const response = await fetch(`${server.address}watch`)
    server.say({ kind: 'failed', reason: 'second' })
    let text = ''
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk)
      if (text.includes('second')) break
    }
    assert.ok(text.indexOf('first') < text.indexOf('second'))
  }),
)
