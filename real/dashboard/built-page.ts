/**
 * The built page as whoever serves it needs it: every file by its path, read once. Null: it was not built, which
 * `npm run prepare` does wherever the developers' dependencies are installed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly type: string
  readonly body: Buffer
}

const DIST = fileURLToPath(new URL('dist', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts of its own files only, and nothing of elsewhere; PrimeVue writes style elements, the page's icon is data. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export function isPageBuilt(): boolean {
  return existsSync(join(DIST, 'index.html'))
}

/** By path as it is asked for, from `/`; the page itself stands under `/`. */
export function readBuiltPage(): ReadonlyMap<string, PageFile> | null {
  if (!isPageBuilt()) return null
  const files = new Map<string, PageFile>()
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = file.slice(DIST.length).replaceAll('\\', '/')
    const type = TYPES[extname(entry.name)] ?? 'application/octet-stream'
    files.set(path === '/index.html' ? '/' : path, { type, body: readFileSync(file) })
  }
  return files
}
