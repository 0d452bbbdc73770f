/** What every command shares: its name, where it prints, and how it is told to stop. */
import { readFileSync } from 'node:fs'
import { EXIT } from './exit.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
/**
 * One Ctrl-C may arrive more than once: the terminal sends it to every process in front of it, and npx and tsx pass it
 * on besides, within some 10 ms. A person who wants to stop at once presses again later than this.
 */
const SAME_PRESS_MS = 500

/** Settles, with the exit code of a command that only prints, when the text is handed over: a pipe may be slow. */
export function print(text: string): Promise<0> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(0)))
}

/** The first signal asks for a clean stop, which `say` announces; one more, half a second later, ends the program at once. */
export function untilInterrupted(say: () => void): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let pressedMs = 0
  const onSignal = () => {
    const nowMs = performance.now()
    if (controller.signal.aborted) {
      if (nowMs - pressedMs >= SAME_PRESS_MS) process.exit(EXIT.interrupted)
      return
    }
    pressedMs = nowMs
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
