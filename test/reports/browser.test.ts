/** The page as a reader has it: in a browser, from a file, without a network. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Download, type Page } from 'playwright-core'
import { renderReport } from '../../reports/html.ts'
import { compareResults } from '../../scenarios/compare.ts'
import { commandFor } from '../support/needs.ts'
import { test } from '../support/test.ts'
import { fixture, hostileFixture } from './fixtures.ts'

const NEEDS = { needs: 'chromium', deadlineMs: 90_000 } as const
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Playwright wants a path, not a command. */
function executable(): string {
  const command = commandFor('chromium')!
  if (isAbsolute(command)) return command
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path))
  assert.ok(found, `${command} is on PATH`)
  return found
}

interface Visit {
  readonly page: Page
  /** Console messages, errors, and requests that leave the file. */
  readonly complaints: string[]
}

interface Window {
  readonly width: number
  readonly dark?: boolean
}

async function withReport(html: string, window: Window, body: (visit: Visit) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-report-'))
  let browser: Browser | null = null
  try {
    const file = join(folder, 'report.html')
    writeFileSync(file, html)
    browser = await chromium.launch({ executablePath: executable(), args: FLAGS })
    const page = await browser.newPage({
      viewport: { width: window.width, height: 900 },
      colorScheme: window.dark ? 'dark' : 'light',
    })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && request.url() !== pathToFileURL(file).href)
        complaints.push(`request: ${request.url()}`)
    })
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector('html[data-drawn]')
    await body({ page, complaints })
    assert.deepEqual(complaints, [])
  } finally {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function both(): Promise<string> {
  const a = fixture({ trials: 5 })
  const b = fixture({ world: 'local', trials: 5 })
  return renderReport([a, b], compareResults(a, b))
}

/** How far the page can be scrolled sideways, and which boxes stick out of it without being able to scroll themselves. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

for (const width of [1280, 400])
  for (const dark of [false, true])
    test(
      `at ${width} px, ${dark ? 'dark' : 'light'}, every chart is drawn, nothing complains, nothing leaves the file, nothing sticks out`,
      NEEDS,
      async () => {
        for (const html of [await both(), await renderReport([hostileFixture()])])
          await withReport(html, { width, dark }, async ({ page }) => {
            const counts = await page.evaluate(() => ({
              figures: document.querySelectorAll('figure.chart').length,
              drawn: Number(document.documentElement.dataset.drawn),
              pictures: [...document.querySelectorAll<SVGElement>('.drawing svg')].filter(
                (svg) => svg.querySelectorAll('path, line, text').length > 5,
              ).length,
              widest: Math.max(
                ...[...document.querySelectorAll('.drawing svg')].map((svg) => svg.getBoundingClientRect().right),
              ),
            }))
            assert.ok(counts.figures >= 7)
            assert.equal(counts.drawn, counts.figures)
            assert.equal(counts.pictures, counts.figures)
            assert.ok(counts.widest <= width, `${counts.widest} px`)
            assert.equal(await overflow(page), 0)
            assert.doesNotMatch(await page.title(), /^taken/)
          })
      },
    )

test('charts follow the width of the window', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280 }, async ({ page }) => {
    await page.setViewportSize({ width: 500, height: 900 })
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.drawing svg')].every((svg) => Number(svg.getAttribute('width')) <= 500),
    )
    assert.equal(await overflow(page), 0)
  })
})

/** Labels of the axis of time in every chart over time. */
const timeLabels = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('figure.on-time .drawing svg')].map((svg) =>
      [...svg.querySelectorAll('.role-axis .role-axis-label')]
        .map((labels) => [...labels.querySelectorAll('text')].map((text) => text.textContent).join(' '))
        .find((labels) => /^[\d. ]+$/.test(labels)),
    ),
  )

test('dragging across one chart over time zooms them all, and Escape shows the whole run again', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280 }, async ({ page }) => {
    const before = await timeLabels(page)
    assert.equal(before.length, 5)
    assert.equal(new Set(before).size, 1)
    const plot = page.locator('#chart-throughput .plot')
    await plot.scrollIntoViewIfNeeded()
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.3, box.y + 80)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.45, box.y + 80, { steps: 5 })
    await page.mouse.up()
    await page.waitForSelector('#zoom:not([hidden])')
    await page
      .waitForFunction(
        (old) => document.querySelector('#chart-lag .drawing svg')!.textContent !== old,
        await page.locator('#chart-lag .drawing svg').textContent(),
      )
      .catch(() => undefined)
    const zoomed = await timeLabels(page)
    assert.equal(new Set(zoomed).size, 1, 'all show the same stretch')
    assert.notEqual(zoomed[0], before[0])
    await plot.focus()
    await page.keyboard.press('Escape')
    await page.waitForSelector('#zoom', { state: 'hidden' })
    await page.waitForFunction(
      (label) => document.querySelector('#chart-lag .drawing svg')!.textContent!.includes(label),
      before[0]!.split(' ').at(-1)!,
    )
    assert.deepEqual(await timeLabels(page), before)
  })
})

test('a failover can be zoomed to with the keyboard alone', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280 }, async ({ page }) => {
    await page.locator('.jump button', { hasText: 'Failover' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('#zoom:not([hidden])')
    assert.match((await page.locator('#zoom span').textContent())!, /^9\.\d+ to 10\.\d+ s$/)
    await page.locator('#chart-lag .plot').focus()
    await page.keyboard.press('+')
    await page.waitForFunction(() => document.querySelector('#said')!.textContent!.startsWith('Zoomed to 9.'))
  })
})

test('a pointer over one chart shows its moment in all of them', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280 }, async ({ page }) => {
    const plot = page.locator('#chart-throughput .plot')
    await plot.scrollIntoViewIfNeeded()
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + 80)
    const lines = await page.locator('.readout').allTextContents()
    const told = lines.filter((line) => line !== '')
    assert.equal(told.length, 5)
    assert.equal(new Set(told.map((line) => line.split(' s')[0])).size, 1)
    assert.match(told.join('\n'), /ok \d+\/s[\s\S]*p50 [\d.]+ ms[\s\S]*node2/)
  })
})

/** Contrast of a text's colour with the first background behind it, as WCAG counts it. */
const contrasts = (page: Page) =>
  page.evaluate(() => {
    const channels = (colour: string) => colour.match(/[\d.]+/g)!.map(Number)
    const luminance = (colour: string) => {
      const [red, green, blue] = channels(colour).map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
    }
    const ground = (element: Element | null): string => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor
        if (channels(colour)[3] !== 0) return colour
      }
      return 'rgb(255, 255, 255)'
    }
    const texts = [
      ...document.querySelectorAll(
        'h1, h2, h3, p, th, td, li, button, code, summary, nav a, small, .mark, .drawing svg text',
      ),
    ]
    return texts
      .filter((element) => element.textContent!.trim() !== '' && element.getClientRects().length > 0)
      .map((element) => {
        const style = getComputedStyle(element)
        const colour = element instanceof SVGElement ? style.fill : style.color
        const [low, high] = [luminance(colour), luminance(ground(element))].sort((a, b) => a - b)
        return { text: element.textContent!.slice(0, 40), ratio: (high! + 0.05) / (low! + 0.05) }
      })
  })

test('the theme can be switched, and every text is readable in both', NEEDS, async () => {
  await withReport(await both(), { width: 1280 }, async ({ page }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    const inLight = await contrasts(page)
    await page.locator('#theme').click()
    assert.notEqual(await ground(), light)
    assert.equal(await page.locator('#theme').textContent(), 'Light')
    const inDark = await contrasts(page)
    for (const texts of [inLight, inDark]) {
      assert.ok(texts.length > 200)
      assert.deepEqual(
        texts.filter(({ ratio }) => ratio < 4.5),
        [],
      )
    }
    await page.locator('#theme').click()
    assert.equal(await ground(), light)
  })
})

test('paper is light, whatever the screen was', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280, dark: true }, async ({ page }) => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)')
    assert.equal(await page.locator('#theme').isVisible(), false)
  })
})

async function saved(page: Page, selector: string): Promise<Buffer> {
  const [download] = (await Promise.all([page.waitForEvent('download'), page.locator(selector).click()])) as [
    Download,
    unknown,
  ]
  return readFileSync(await download.path())
}

test('charts are saved as SVG and PNG that stand alone, tables as CSV', NEEDS, async () => {
  await withReport(await renderReport([fixture()]), { width: 1280 }, async ({ page }) => {
    const svg = (await saved(page, '#chart-lag button:text("SVG")')).toString()
    assert.match(svg, /^<svg xmlns/)
    assert.doesNotMatch(svg, /var\(--/)
    for (const part of ['Replication lag', 'node4', 'primary-crash; simulated: seed 1, n = 1', 'quorumlab 0.1.0'])
      assert.ok(svg.includes(part), part)
    const png = await saved(page, '#chart-lag button:text("PNG")')
    assert.equal(png.subarray(1, 4).toString(), 'PNG')
    assert.ok(png.readUInt32BE(16) > 1500, 'twice the width on the screen')
    const csv = (await saved(page, '#table-failovers button:text("CSV")')).toString().split('\r\n')
    assert.match(csv[0]!, /^started at,from,to,epoch,detect/)
    assert.match(csv[1]!, /^10001\.4,node1,node2,2,/)
  })
})
