/** Opens reports in a real browser, from a file, and holds against them whatever they complain about or ask for. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { commandFor } from '../support/needs.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

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
    browser = await chromium.launch({ executablePath: executable(), args: FLAGS })
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

/** Playwright wants a path, not a command. */
function executable(): string {
  const command = commandFor('chromium')
  assert.ok(command !== null)
  if (isAbsolute(command)) return command
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path))
  assert.ok(found, `${command} is on PATH`)
  return found
}
