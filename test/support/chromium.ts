/** The machine's own browser, as tests start it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { commandFor } from './needs.ts'

export const BROWSER_FLAGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Playwright wants a path, not a command. */
export function browserPath(): string {
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
