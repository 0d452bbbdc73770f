/** Opens the dashboard in a real browser; whatever it complains about fails the test, as does a request to elsewhere. */
import assert from 'node:assert/strict'
import { type Browser, chromium, type Page } from 'playwright-core'
import { BROWSER_FLAGS, browserPath } from '../../../support/chromium.ts'

export interface Screen {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** A lost connection is the browser's complaint too: with this, only what the page itself says counts. */
  readonly mayLoseConnection?: boolean
}

export async function withPage(address: string, screen: Screen, body: (page: Page) => Promise<void>): Promise<void> {
  const { width = 1440, height = 900, dark = false, mayLoseConnection = false } = screen
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({ executablePath: browserPath(), args: BROWSER_FLAGS })
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    })
    const complaints: string[] = []
    page.on('console', (message) => {
      if (!mayLoseConnection || !/ERR_|net::|Failed to load resource/.test(message.text()))
        complaints.push(`console ${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(address).origin) && !/^(data|blob):/.test(request.url()))
        complaints.push(`request: ${request.url()}`)
    })
    await page.goto(address)
    await body(page)
    assert.deepEqual(complaints, [])
  } finally {
    await browser?.close()
  }
}
