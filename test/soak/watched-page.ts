/** The dashboard in a real browser for a long time, shown page after page, with an eye on its memory and its complaints. */
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { usageOf } from '../../real/drivers/local/process-table.ts'
import { BROWSER_FLAGS, browserPath } from '../support/chromium.ts'

const PATHS = ['/', '/failover', '/stress', '/faults', '/replicas', '/runs']

/** What the page itself got of the events, as counted on their way into it. */
export interface PageEvents {
  readonly events: number
  readonly gaps: number
  readonly lastId: number
  readonly connections: number
}

/** Runs in the page before its own scripts: looks at the event stream as it passes, and keeps only numbers. */
function countEvents(): void {
  const counted = { events: 0, gaps: 0, lastId: 0, connections: 0 }
  const original = globalThis.fetch
  Object.assign(globalThis, { soakedEvents: counted })
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init)
    if (!String(input).endsWith('events') || response.body === null) return response
    counted.connections++
    const decoder = new TextDecoder()
    let rest = ''
    const look = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop()!
        for (const line of lines) {
          if (!line.startsWith('id: ')) continue
          const id = Number(line.slice(4))
          if (counted.lastId !== 0 && id !== counted.lastId + 1) counted.gaps++
          counted.lastId = id
          counted.events++
        }
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body.pipeThrough(look), { status: response.status, headers: response.headers })
  }
}

/** A machine with much other work leaves a page waiting for half a minute; one that has hung waits for ever. */
const PATIENCE_MS = 300_000

export class WatchedPage {
  readonly #browser: Browser
  readonly #page: Page
  readonly #ofBrowser: CDPSession
  readonly #ofPage: CDPSession
  readonly complaints: string[] = []
  #turn = 0

  private constructor(browser: Browser, page: Page, ofBrowser: CDPSession, ofPage: CDPSession) {
    this.#browser = browser
    this.#page = page
    this.#ofBrowser = ofBrowser
    this.#ofPage = ofPage
    page.on('console', (message) => {
      const isLostConnection = /ERR_|net::|Failed to load resource/.test(message.text())
      if (['error', 'warning'].includes(message.type()) && !isLostConnection)
        this.complaints.push(`console ${message.type()}: ${message.text()}`)
    })
    // An unhandled rejection of the page's is one of these, too.
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.stack ?? error.message}`))
    page.on('crash', () => this.complaints.push('the page crashed'))
  }

  static async open(address: string): Promise<WatchedPage> {
    const browser = await chromium.launch({ executablePath: browserPath(), args: BROWSER_FLAGS })
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    page.setDefaultTimeout(PATIENCE_MS)
    const ofPage = await page.context().newCDPSession(page)
    const watched = new WatchedPage(browser, page, await browser.newBrowserCDPSession(), ofPage)
    await page.addInitScript(countEvents)
    await page.goto(address)
    await page.waitForSelector('[data-mood]')
    await ofPage.send('Performance.enable')
    return watched
  }

  /** Another of its pages, by a click as a person does it. */
  async turn(): Promise<void> {
    this.#turn = (this.#turn + 1) % PATHS.length
    await this.#page.click(`nav a[href$="#${PATHS[this.#turn]}"]`)
  }

  /** After a collection, so that what is left is held by somebody. */
  async heapBytes(): Promise<number> {
    await this.#ofPage.send('HeapProfiler.collectGarbage')
    const { metrics } = await this.#ofPage.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value
  }

  /** Of the largest renderer: the others are spare ones, which have no page. */
  async residentSet(): Promise<{ readonly pid: number; readonly bytes: number }> {
    const { processInfo } = await this.#ofBrowser.send('SystemInfo.getProcessInfo')
    const renderers = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => ({ pid: id, bytes: usageOf(id)?.memoryBytes ?? 0 }))
    return renderers.toSorted((a, b) => b.bytes - a.bytes)[0]!
  }

  async events(): Promise<PageEvents> {
    return await this.#page.evaluate(() => (globalThis as unknown as { soakedEvents: PageEvents }).soakedEvents)
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
