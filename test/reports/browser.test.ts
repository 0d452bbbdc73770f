/** The page as a reader has it: in a browser, from a file, without a network. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { renderReport } from '../../reports/html.ts'
import { compareResults } from '../../scenarios/measures/compare-results.ts'
import { test } from '../support/test.ts'
import { withReports } from './browser.ts'
import { CONTRADICTION } from './contradiction-example.ts'
import { fixture, hostileFixture } from './fixtures.ts'

const NEEDS = { needs: 'chromium', deadlineMs: 120_000 } as const

async function both(): Promise<string> {
  const a = fixture({ trials: 5 })
  const b = fixture({ world: 'local', trials: 5 })
  return renderReport([a, b], [compareResults(a, b)])
}

async function convicted(): Promise<string> {
  const result = fixture()
  const [check] = result.checks
  return renderReport([
    { ...result, checks: [{ ...check!, verdict: 'fail', evidence: ['key 3'], witness: CONTRADICTION }] },
  ])
}

const overflow = (page: Page) => page.evaluate<number>('inPage.overflow()')
const timeLabels = (page: Page) => page.evaluate<string[]>('inPage.timeLabels()')
const ground = (page: Page) => page.evaluate<string>('inPage.ground()')
const contrasts = (page: Page) => page.evaluate<{ text: string; ratio: number }[]>('inPage.contrasts()')

for (const screen of [
  { width: 1280, dark: false },
  { width: 400, dark: true },
])
  test(
    `at ${screen.width} px every chart is drawn, nothing complains, no request is made, nothing sticks out`,
    NEEDS,
    async () => {
      await withReports(
        [await both(), await renderReport([hostileFixture()]), await convicted()],
        screen,
        async (page) => {
          const { figures, drawn, filled, widest } = await page.evaluate<Record<string, number>>('inPage.pictures()')
          assert.ok(figures! >= 7)
          assert.equal(drawn, figures)
          assert.equal(filled, figures)
          assert.ok(widest! <= screen.width, `${widest} px`)
          assert.equal(await overflow(page), 0)
          assert.doesNotMatch(await page.title(), /^taken/)
        },
      )
    },
  )

test('charts follow the width of the window', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280 }, async (page) => {
    await page.setViewportSize({ width: 500, height: 900 })
    await page.evaluate('inPage.until(() => inPage.widestDrawing() <= 500)')
    assert.equal(await overflow(page), 0)
  })
})

test('dragging across one chart over time zooms them all, and Escape shows the whole run again', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280 }, async (page) => {
    const [whole, ...others] = await timeLabels(page)
    assert.deepEqual(others, [whole, whole, whole, whole])
    const plot = page.locator('#chart-throughput .plot')
    await plot.scrollIntoViewIfNeeded()
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.3, box.y + 80)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.45, box.y + 80, { steps: 5 })
    await page.mouse.up()
    await page.evaluate(
      `inPage.until(() => inPage.timeLabels().every((labels) => labels !== ${JSON.stringify(whole)}))`,
    )
    assert.equal(new Set(await timeLabels(page)).size, 1, 'all show the same stretch')
    await plot.focus()
    await page.keyboard.press('Escape')
    await page.evaluate(
      `inPage.until(() => inPage.timeLabels().every((labels) => labels === ${JSON.stringify(whole)}))`,
    )
    assert.equal(await page.locator('#zoom').isVisible(), false)
  })
})

test('a failover can be zoomed to with the keyboard alone', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280 }, async (page) => {
    await page.locator('.jump button', { hasText: 'Failover' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('#zoom:not([hidden])')
    const first = (await page.locator('#zoom span').textContent())!
    assert.match(first, /^9\.\d+ to 10\.\d+ s$/)
    await page.locator('#chart-lag .plot').focus()
    await page.keyboard.press('+')
    const second = (await page.locator('#zoom span').textContent())!
    const [wide, narrow] = [first, second].map((text) => text.match(/[\d.]+/g)!.map(Number))
    assert.ok(narrow![0]! > wide![0]! && narrow![1]! < wide![1]!, `${second} lies within ${first}`)
  })
})

test('a pointer over one chart shows its moment in all of them', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280 }, async (page) => {
    const plot = page.locator('#chart-throughput .plot')
    await plot.scrollIntoViewIfNeeded()
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + 80)
    const told = (await page.locator('.readout').allTextContents()).filter((line) => line !== '')
    assert.equal(told.length, 5)
    assert.equal(new Set(told.map((line) => line.split(' s')[0])).size, 1)
    assert.match(told.join('\n'), /ok \d+\/s[\s\S]*p50 [\d.]+ ms[\s\S]*node2/)
  })
})

test('the theme can be switched, and every text is readable in both', NEEDS, async () => {
  await withReports([await both()], { width: 1280 }, async (page) => {
    const light = await ground(page)
    const inLight = await contrasts(page)
    await page.locator('#theme').click()
    assert.notEqual(await ground(page), light)
    assert.equal(await page.locator('#theme').textContent(), 'Light')
    for (const texts of [inLight, await contrasts(page)]) {
      assert.ok(texts.length > 200)
      assert.deepEqual(
        texts.filter(({ ratio }) => ratio < 4.5),
        [],
      )
    }
    await page.locator('#theme').click()
    assert.equal(await ground(page), light)
  })
})

test('paper is light, whatever the screen was', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280, dark: true }, async (page) => {
    assert.notEqual(await ground(page), 'rgb(255, 255, 255)')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    assert.equal(await ground(page), 'rgb(255, 255, 255)')
    assert.equal(await page.locator('#theme').isVisible(), false)
  })
})

async function saved(page: Page, figure: string, format: string): Promise<Buffer> {
  const arrival = page.waitForEvent('download')
  await page
    .locator(figure)
    .getByRole('button', { name: new RegExp(`${format}$`) })
    .click()
  return readFileSync(await (await arrival).path())
}

test('charts are saved as SVG and PNG that stand alone, tables as CSV', NEEDS, async () => {
  await withReports([await renderReport([fixture()])], { width: 1280 }, async (page) => {
    const svg = (await saved(page, '#chart-lag', 'SVG')).toString()
    assert.match(svg, /^<svg xmlns/)
    assert.doesNotMatch(svg, /var\(--/)
    for (const part of ['Replication lag', 'node4', 'primary-crash; simulated: seed 1, n = 1', 'quorumlab 0.1.0'])
      assert.ok(svg.includes(part), part)
    const png = await saved(page, '#chart-lag', 'PNG')
    assert.equal(png.subarray(1, 4).toString(), 'PNG')
    assert.ok(png.readUInt32BE(16) > 1500, 'twice the width on the screen')
    const csv = (await saved(page, '#table-failovers', 'CSV')).toString().split('\r\n')
    assert.match(csv[0]!, /^started at,from,to,epoch,detect/)
    assert.match(csv[1]!, /^10001\.4,node1,node2,2,/)
  })
})
