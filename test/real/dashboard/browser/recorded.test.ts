import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PageServer } from '../../../../cli/watch/page-server.ts'
import { test } from '../../../support/test.ts'
import { builtPage } from '../built.ts'
import { crashResult } from '../recorded-crash.ts'
import { withPage } from './page.ts'

const BROWSER = { needs: 'chromium', deadlineMs: 90_000 } as const

async function withServer(body: (server: PageServer) => Promise<void>): Promise<void> {
  await builtPage()
  const server = await PageServer.listen(0)
  try {
    await body(server)
  } finally {
    await server.close()
  }
}

test('a finished run is played over its own time: the fault, the failover with its outage, the checks', BROWSER, () =>
  withServer(async (server) => {
    server.say({ kind: 'result', result: crashResult() })
    await withPage(server.address, {}, async (page) => {
      const seek = (ms: number) => page.locator('input[type=range]').fill(String(ms))
      await page.waitForSelector('input[type=range]')
      await seek(500)
      await page.waitForSelector('[data-server=node1][data-role=source]')
      await seek(1600)
      await page.waitForSelector('[data-server=node1][data-role=down]')
      await page.waitForSelector('[data-kind=failover]')
      assert.match((await page.textContent('.answer')) ?? '', /clients were without an answer for/)
      assert.equal(await page.locator('[data-verdict=pass]').count(), crashResult().checks.length)
      const [failover] = crashResult().summary.failovers
      await page.getByRole('button', { name: 'To the last event' }).click()
      assert.match(
        (await page.textContent('output')) ?? '',
        new RegExp(`^${((failover!.startMs + failover!.durationMs!) / 1000).toFixed(3)}`),
      )
    })
  }),
)

test('a simulation that is under way is shown at its end, and its result takes its place', BROWSER, () =>
  withServer(async (server) => {
    const { scenario, seed, events } = crashResult()
    const { name, description, algorithms, cluster, workload } = scenario
    server.say({
      kind: 'begin',
      scenario: {
        name,
        description,
        algorithms: { ...algorithms, failureThreshold: 1, weightRatio: 'largest' },
        cluster,
        workload,
      },
      seed,
    })
    server.say({ kind: 'decisions', events: events.filter(({ atUs }) => atUs < 1_500_000), atMs: 1500 })
    await withPage(server.address, {}, async (page) => {
      await page.waitForSelector('text=What clients saw is counted when the simulation has ended')
      await page.waitForSelector('[data-kind=failover]')
      server.say({ kind: 'result', result: crashResult() })
      await page.waitForSelector('[data-verdict=pass]')
    })
  }),
)

test(
  'a result.json can be opened where nothing else is shown, and what is none is refused in words',
  BROWSER,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumlab-dashboard-'))
    try {
      writeFileSync(join(folder, 'result.json'), JSON.stringify(crashResult()))
      writeFileSync(join(folder, 'other.json'), '{"schema":"something else"}')
      await withServer(async (server) => {
        server.say({ kind: 'failed', reason: 'the simulation could not be begun' })
        await withPage(server.address, {}, async (page) => {
          await page.waitForSelector('text=the simulation could not be begun')
          await page.setInputFiles('[data-test=result-file]', join(folder, 'other.json'))
          await page.waitForSelector('text=other.json: expected a result.json of quorumlab')
          await page.setInputFiles('[data-test=result-file]', join(folder, 'result.json'))
          await page.waitForSelector('[data-server=node1]')
        })
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
