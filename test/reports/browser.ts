/** Opens reports in a real browser, from a file, and holds against them whatever they complain about or ask for. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { BROWSER_FLAGS, browserPath } from '../support/chromium.ts'

interface Screen {
  readonly width: number
  readonly dark?: boolean
}

/** Opens each report in turn; `body` gets the page when its charts are drawn. Any console message or request fails. */
export async function withReports(
  reports: readonly string[],
  screen: Screen,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-report-'))
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({ executablePath: browserPath(), args: BROWSER_FLAGS })
    for (const [index, html] of reports.entries()) {
      const file = join(folder, `report-${index}.html`)
      writeFileSync(file, html)
      const page = await browser.newPage({
        viewport: { width: screen.width, height: 900 },
        colorScheme: screen.dark ? 'dark' : 'light',
      })
      const complaints = listen(page, pathToFileURL(file).href)
      await page.goto(pathToFileURL(file).href)
      await page.waitForSelector('html[data-drawn]')
      await page.evaluate(readFileSync(new URL('in-page.js', import.meta.url), 'utf8'))
      await body(page)
      assert.deepEqual(complaints, [])
      await page.close()
    }
  } finally {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function listen(page: Page, own: string): string[] {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && request.url() !== own) complaints.push(`request: ${request.url()}`)
  })
  return complaints
}
