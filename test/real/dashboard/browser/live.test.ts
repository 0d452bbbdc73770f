import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { SystemSnapshot } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { dryRun, failoverOf, healthySystem, stressOf } from '../healthy-system.ts'
import { ToldSystem } from '../told-system.ts'
import { type Screen, withPage } from './page.ts'

/** Asked within the page, whose types these tests do not know. */
const IS_AT_BUTTON = `document.activeElement?.getAttribute('data-test') === 'run-stress'`
const TOO_WIDE_PX = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
const NAMELESS = `[...document.querySelectorAll('button, a, input, select')]
  .filter((one) => one.offsetParent !== null)
  .filter((one) => {
    const labels = [...(one.labels ?? [])].map((label) => label.textContent).join('')
    return (one.textContent + (one.getAttribute('aria-label') ?? '') + (one.getAttribute('aria-labelledby') ?? '') + labels).trim() === ''
  })
  .map((one) => one.outerHTML.slice(0, 120))`

const BROWSER = { needs: 'chromium', deadlineMs: 90_000 } as const

/** The topology is told twice a second, as the coordinator does. */
async function withSystem(
  change: (known: SystemSnapshot) => SystemSnapshot,
  screen: Screen,
  body: (page: Page, system: ToldSystem, known: () => SystemSnapshot) => Promise<void>,
  path = '',
): Promise<void> {
  let known = change(healthySystem(Date.now()))
  const system = new ToldSystem(known)
  system.answers['/admin/dry-run'] = dryRun()
  const address = await system.listen()
  const timer = setInterval(() => {
    const seenAtMs = Date.now()
    known = system.snapshot
    system.tell({
      name: 'topology',
      data: { ...known.topology, nodes: known.topology.nodes.map((node) => ({ ...node, seenAtMs })) },
    })
  }, 500)
  try {
    await withPage(`${address}${path}`, screen, (page) => body(page, system, () => known))
  } finally {
    clearInterval(timer)
    await system.stop()
  }
}

const same = (known: SystemSnapshot) => known

function withService(known: SystemSnapshot, id: string, state: 'down' | 'healthy'): SystemSnapshot {
  const services = known.services.map((service) =>
    service.id === id ? { ...service, state, detail: 'connection refused' } : service,
  )
  return { ...known, services }
}

test('one screen says what is asked first: state, source, lag, the last failover and its outage', BROWSER, () =>
  withSystem(same, {}, async (page) => {
    await page.waitForSelector('[data-mood=well]')
    assert.equal(await page.locator('[data-state=healthy]').count(), 11)
    for (const wanted of [
      '.answer h1',
      '[data-server=instance-2]',
      '[data-lag=instance-4]',
      '#over-time',
      '#happenings',
      '[data-kind=failover]',
    ]) {
      const box = await page.locator(wanted).first().boundingBox()
      assert.ok(box !== null && box.y + box.height <= 900, `${wanted} is on the first screen`)
    }
    assert.match(
      (await page.textContent('.answer')) ?? '',
      /instance-2 is the source of epoch 3.*instance-4, 3.2.ms.*198.ms/s,
    )
  }),
)

test('a service that dies is seen red and named, and is well again when it is back', BROWSER, () =>
  withSystem(same, {}, async (page, system) => {
    await page.waitForSelector('[data-service=cabinet][data-state=healthy]')
    system.snapshot = withService(system.snapshot, 'cabinet', 'down')
    system.tell({ name: 'services', data: system.snapshot.services })
    await page.waitForSelector('[data-service=cabinet][data-state=down]')
    assert.match((await page.textContent('.answer h1')) ?? '', /cabinet is down; instance-2 is the source/)
    system.tell({ name: 'services', data: withService(system.snapshot, 'cabinet', 'healthy').services })
    await page.waitForSelector('[data-mood=well]')
  }),
)

test('a lost connection is said once, what was known stays and turns grey, and it heals by itself', BROWSER, () =>
  withSystem(same, { mayLoseConnection: true }, async (page, system) => {
    await page.waitForSelector('[data-mood=well]')
    const port = await system.stop()
    await page.waitForSelector('text=No connection to the coordinator')
    await page.waitForSelector('[data-node=instance-3].stale')
    assert.equal(await page.locator('text=No connection to the coordinator').count(), 1)
    await system.listen(port)
    await page.waitForSelector('text=No connection to the coordinator', { state: 'detached' })
    await page.waitForSelector('[data-node=instance-3]:not(.stale)')
  }),
)

test(
  '20 lost connections miss no event: each is resumed from the last one that was seen',
  { ...BROWSER, deadlineMs: 180_000 },
  () =>
    withSystem(
      (known) => ({ ...known, faults: [] }),
      { mayLoseConnection: true },
      async (page, system) => {
        await page.waitForSelector('[data-mood=well]')
        const [fault] = healthySystem(Date.now()).faults
        system.tellDurable({ name: 'fault', data: { ...fault!, id: 'fault-0' } })
        await page.goto(`${page.url().split('#')[0]}#/faults`)
        await page.waitForSelector('[data-fault=fault-0]')
        for (let round = 1; round <= 20; round++) {
          system.dropConnections()
          system.tellDurable({ name: 'fault', data: { ...fault!, id: `fault-${round}`, startedAtMs: Date.now() } })
          await page.waitForSelector(`[data-fault=fault-${round}]`)
        }
        assert.ok(system.resumed.filter((last) => last !== undefined).length >= 20)
      },
    ),
)

test('a failover is seen step by step, and a page that is loaded in its middle goes on with it', BROWSER, () =>
  withSystem(same, {}, async (page, system) => {
    await page.waitForSelector('[data-mood=well]')
    const done = failoverOf(Date.now() + 95_000)
    const steps = (count: number) => ({
      ...{ ...done, id: 'failover-3', from: 'instance-2', to: null, verdict: 'running' as const, endedAtMs: null },
      ...{ steps: done.steps.slice(0, count), firstWriteMs: null, outageMs: null, oldSource: 'not seen since' },
    })
    for (let count = 1; count <= 5; count++) {
      const record = steps(count)
      system.snapshot = { ...system.snapshot, failovers: [...healthySystem(Date.now()).failovers, record] }
      system.tellDurable({ name: 'failover', data: record })
      await page
        .locator('[data-test=running-failover] li')
        .nth(count - 1)
        .waitFor()
    }
    await page.reload()
    await page.waitForSelector('[data-test=running-failover] [data-phase=Promote].running')
    system.tellDurable({ name: 'failover', data: { ...done, id: 'failover-3', from: 'instance-2', to: 'instance-3' } })
    await page.waitForSelector('[data-test=running-failover]', { state: 'detached' })
    await page.waitForSelector('text=Failover instance-2 → instance-3')
  }),
)

test('a stress test is chosen and begun by keyboard alone, and its progress and verdict are shown', BROWSER, () =>
  withSystem(
    same,
    {},
    async (page, system) => {
      system.answers['/admin/stress'] = { id: 'stress-2' }
      await page.waitForSelector('[data-test=size]')
      // Tab to the first size, and on with the same keys that a person has.
      await page.locator('[data-test=size] button', { hasText: '100' }).focus()
      await page.keyboard.press('Space')
      await page.locator('[data-test=level] button', { hasText: 'EVENTUAL' }).focus()
      await page.keyboard.press('Space')
      for (let presses = 0; presses < 12; presses++) {
        await page.keyboard.press('Tab')
        if (await page.evaluate(IS_AT_BUTTON)) break
      }
      await page.keyboard.press('Enter')
      await page.waitForSelector('[data-test=run-stress]:not([disabled])')
      const asked = system.asked.find(({ path }) => path === '/admin/stress')
      assert.deepEqual(JSON.parse(asked?.body ?? '{}'), { operations: 100, consistency: 'EVENTUAL' })
      const running = { ...stressOf(Date.now()), id: 'stress-2', done: 40, successful: 39, failed: 1, endedAtMs: null }
      system.tellDurable({ name: 'stress', data: running })
      await page.waitForSelector('[data-stress=stress-2][data-running=true]')
      assert.equal((await page.textContent('[data-test=done]'))?.trim(), '40 of 100')
      const order = { unique: true, ordered: false, violations: 3, detail: 'op 12 before op 9' }
      system.tellDurable({
        name: 'stress',
        data: { ...running, done: 100, endedAtMs: Date.now(), timestampOrder: order },
      })
      await page.waitForSelector('[data-stress=stress-2][data-running=false]')
      assert.match((await page.textContent('[data-test=order]')) ?? '', /real-time order broke 3 times/)
    },
    '#/stress',
  ),
)

test('what an odd-even system gives up is said where its timestamps are tested', BROWSER, () =>
  withSystem(
    (known) => ({
      ...known,
      topology: { ...known.topology, algorithms: { ...known.topology.algorithms, timestamps: 'odd-even' } },
    }),
    {},
    async (page) => {
      await page.waitForSelector('[data-test=timestamp-promise]')
      assert.match(
        (await page.textContent('[data-test=timestamp-promise]')) ?? '',
        /real-time order.*three timestamp servers/s,
      )
    },
    '#/stress',
  ),
)

for (const [width, dark] of [
  [1440, false],
  [1024, true],
  [400, false],
] as const)
  test(`no page is wider than ${width} px, and every control can be reached`, BROWSER, () =>
    withSystem(same, { width, dark }, async (page) => {
      await page.waitForSelector('[data-mood=well]')
      for (const path of ['/', '/failover', '/stress', '/faults', '/replicas', '/runs']) {
        await page.goto(`${page.url().split('#')[0]}#${path}`)
        await page.waitForTimeout(200)
        const over = await page.evaluate<number>(TOO_WIDE_PX)
        assert.ok(over <= 0, `${path} is ${over} px too wide`)
        assert.equal(await page.isVisible('#mode'), true)
        const nameless = await page.evaluate<string[]>(NAMELESS)
        assert.deepEqual(nameless, [], path)
      }
    }),
  )
