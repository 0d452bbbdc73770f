/** What every command shares: its name, its codes, where it prints and where it writes. */
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { EnvironmentError } from './real/drivers/environment-error.ts'
import { UsageError } from './scenarios/errors.ts'

export const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string
}
export const COMMAND = 'npx tsx cli.ts'
export const INTERRUPTED = 130
export const BUG = 70

/** Before a run rather than after it. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const text = `${folder}: expected a folder that can be written to, found ${message}`
    throw code === 'EEXIST' || code === 'ENOTDIR' ? new UsageError(text) : new EnvironmentError(text)
  }
}

/** Settles, with the exit code of a command that only prints, when the text is handed over: a pipe may be slow. */
export function print(text: string): Promise<0> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(0)))
}

/** The first signal asks for a clean stop, which `say` announces; the second ends the program at once. */
export function untilInterrupted(say: () => void): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    say()
    controller.abort()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
