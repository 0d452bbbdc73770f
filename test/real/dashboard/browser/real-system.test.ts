/** The page on a system that is up: real servers, real services, and a person's part done by clicks. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { System } from '../../../../real/services/system/system.ts'
import type { SystemSnapshot } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'
import { builtPage } from '../built.ts'
import { withPage } from './page.ts'

const REAL = { needs: ['mysql', 'chromium'], deadlineMs: 300_000 } as const
const PATIENCE = { timeout: 60_000 }
/** Named, each step of a failover is kept as a picture of that folder. */
const PICTURES = process.env.QUORUMLAB_PICTURES

async function withSystem(body: (address: string, system: System, page: Page) => Promise<void>): Promise<void> {
  await builtPage()
  await withDirectory(async (stateRoot) => {
    const system = await System.create({ ports: { auto: true }, isDetached: false, onNote: () => {}, stateRoot })
    try {
      await system.begin().green
      const { host, port } = system.addresses.coordinator!
      const address = `http://${host}:${port}/`
      await withPage(address, { mayLoseConnection: true }, async (page) => {
        await page.waitForSelector('[data-mood=well]', PATIENCE)
        await body(address, system, page)
      })
    } finally {
      await system.stop()
    }
  })
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) writeFileSync(`${PICTURES}/${name}.png`, await page.screenshot())
}

async function stateOf(address: string): Promise<SystemSnapshot> {
  return (await (await fetch(`${address}state`)).json()) as SystemSnapshot
}

/** Writes until it is told to stop: a failover without clients would show nothing of what they saw. */
async function underLoad(address: string, body: () => Promise<void>): Promise<void> {
  let isOver = false
  const writer = async (name: string) => {
    for (let turn = 0; !isOver; turn++) {
      const query = `INSERT INTO users (name, email) VALUES ('dashboard', '${name}-${turn}@example.org')`
      const request = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }
      await fetch(`${address}query`, request).then(
        (answer) => answer.text(),
        () => {},
      )
    }
  }
  const writers = ['a', 'b'].map(writer)
  try {
    await body()
  } finally {
    isOver = true
    await Promise.all(writers)
  }
}

test(
  'the source is stopped by a click: each step is seen, also by a page that is loaded again, and it comes back as a replica',
  REAL,
  () =>
    withSystem(async (address, _system, page) => {
      assert.equal(await page.locator('[data-state=healthy]').count(), 11)
      await picture(page, 'healthy')
      await page.getByRole('link', { name: 'Failover' }).click()
      await page.waitForSelector('.dry[data-verdict=would], .dry[data-verdict=wait]', PATIENCE)
      await picture(page, 'dry-run')
      const known = (await stateOf(address)).failovers.length
      const { source, epoch } = (await stateOf(address)).topology
      await underLoad(address, async () => {
        await page.waitForTimeout(2000)
        await page.click('[data-test=fail-over]')
        await page.waitForSelector(`[data-history] >> nth=${known}`, PATIENCE)
        await picture(page, 'failing-over')
        await page.reload()
        await page.waitForSelector(`[data-history] >> nth=${known}`, PATIENCE)
        await page.waitForSelector('[data-failover][data-verdict=done] [data-phase=Promote]', PATIENCE)
        await page.waitForSelector('[data-failover][data-verdict=done] [data-phase="First write"]', PATIENCE)
        await picture(page, 'failed-over')
      })
      await until('the old source follows again', 60_000, async () => {
        const { topology, failovers } = await stateOf(address)
        const old = topology.nodes.find(({ id }) => id === source)
        return topology.epoch > epoch && old?.role === 'replica' && old.healthy && failovers.at(-1)?.verdict === 'done'
      })
      await page.getByRole('link', { name: 'Overview' }).click()
      await page.waitForSelector(`[data-server=${source}][data-role=replica]`, PATIENCE)
      await page.waitForSelector('[data-mood=well]', PATIENCE)
      await picture(page, 'back')
    }),
)

test(
  'a service that is killed is seen red, and well again when it is back; a killed coordinator is missed for a moment',
  REAL,
  () =>
    withSystem(async (_address, system, page) => {
      const pidOf = (name: string) => system.processes().find((process) => process.name === name)!.pid!
      process.kill(pidOf('seer'), 'SIGSTOP')
      await page.waitForSelector('[data-service=seer]:not([data-state=healthy])', PATIENCE)
      await picture(page, 'degraded')
      process.kill(pidOf('seer'), 'SIGKILL')
      await page.waitForSelector('[data-service=seer][data-state=healthy]', PATIENCE)
      for (let round = 0; round < 3; round++) {
        process.kill(pidOf('coordinator'), 'SIGKILL')
        await page.waitForSelector('text=No connection to the coordinator', PATIENCE)
        await page.waitForSelector('text=No connection to the coordinator', { state: 'detached', ...PATIENCE })
      }
      await page.waitForSelector('[data-mood=well]', PATIENCE)
    }),
)

test(
  'a stress test of each size at each level runs to its end, and every timestamp of taas is unique and in order',
  REAL,
  () =>
    withSystem(async (_address, _system, page) => {
      await page.getByRole('link', { name: 'Stress' }).click()
      let runs = 0
      for (const level of ['EVENTUAL', 'STRONG'])
        for (const size of [10, 25, 50, 100]) {
          await page.locator('[data-test=size] button', { hasText: new RegExp(`^${size}$`) }).click()
          await page.locator('[data-test=level] button', { hasText: level }).click()
          await page.click('[data-test=run-stress]')
          await page.waitForSelector(`[data-stress-row] >> nth=${runs}`, PATIENCE)
          await page.waitForSelector('[data-stress][data-running=false]', PATIENCE)
          await page.waitForSelector('[data-test=run-stress]:not([disabled])', PATIENCE)
          runs++
          assert.match((await page.textContent('#stress-record')) ?? '', new RegExp(`^Done: ${size} writes, ${level}`))
          assert.equal((await page.textContent('[data-test=successful]'))?.trim(), String(size))
          assert.equal(
            await page.locator('[data-test=order] .disc').count(),
            1,
            await page.innerText('[data-test=order]'),
          )
        }
      await picture(page, 'stress')
    }),
)

test('a fault is injected and healed by clicks, with what its witness saw before, while and after', REAL, () =>
  withSystem(async (address, _system, page) => {
    await page.getByRole('link', { name: 'Faults' }).click()
    const replica = (await stateOf(address)).topology.nodes.find(({ role }) => role === 'replica')!.id
    await page.click('[data-test=verb]')
    await page.getByRole('option', { name: 'Pause' }).click()
    await page.click('[data-test=target]')
    await page.getByRole('option', { name: replica }).click()
    await page.click('[data-test=inject]')
    await page.waitForSelector('[data-fault][data-on=true]', PATIENCE)
    await picture(page, 'fault')
    await page.getByRole('button', { name: /^Heal/ }).click()
    await page.waitForSelector('[data-fault][data-on=false]', PATIENCE)
    const [fault] = (await stateOf(address)).faults
    assert.equal(fault?.target, replica)
    assert.notEqual(fault?.witness.after, null)
    assert.notEqual(fault?.witness.during, fault?.witness.before)
  }),
)
