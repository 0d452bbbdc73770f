/** Builds the page once for all tests of a run that need it, from what is in the working tree. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))
let building: Promise<unknown> | null = null

export async function builtPage(): Promise<void> {
  building ??= promisify(execFile)(process.execPath, ['--import', 'tsx', 'real/dashboard/build.ts'], {
    cwd: PROJECT,
  })
  await building
}
