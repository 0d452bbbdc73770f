/** `up --detach`: starts a program of its own, shows how its system comes up, and leaves it. */
import { spawn } from 'node:child_process'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import type { Step } from '../../real/services/system/system.ts'
import { nodeWords } from '../../scenarios/entries.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { print, untilInterrupted } from '../output.ts'
import type { FromBackground, ToBackground } from './background-messages.ts'
import type { UpOptions } from './keep-up.ts'
import { addressesText, showSteps } from './progress.ts'

export async function inBackground(options: UpOptions): Promise<number> {
  const child = spawn(process.execPath, [...nodeWords(new URL('./background.ts', import.meta.url))], {
    // A session of its own: a terminal that is closed is none of its business.
    ...{ detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  })
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`  ${line}\n`)
  }
  const interrupt = untilInterrupted(() => {
    say('stopping everything')
    child.kill('SIGTERM')
  })
  let watched: Promise<void> = Promise.resolve()
  let settleStep: (index: number, isDone: boolean) => void = () => {}
  try {
    const end = await new Promise<FromBackground | number | null>((resolve) => {
      child.on('message', (message: FromBackground) => {
        if (message.kind === 'said') say(message.line)
        else if (message.kind === 'steps') {
          const steps = awaited(message.titles)
          settleStep = steps.settle
          watched = showSteps(steps.steps, options.quiet)
        } else if (message.kind === 'step') settleStep(message.index, message.isDone)
        else resolve(message)
      })
      child.once('error', () => resolve(null))
      child.once('exit', (code) => resolve(code))
      child.send({ kind: 'options', options } satisfies ToBackground)
    })
    if (interrupt.signal.aborted) return EXIT.interrupted
    if (end === null || typeof end === 'number')
      throw new EnvironmentError(`The program in the background ended before its system was up (exit code ${end}).`)
    if (end.kind === 'failed') {
      process.stderr.write(`${end.text}\n`)
      return end.code
    }
    await watched
    if (end.kind === 'green')
      await print(`${addressesText(end)}It runs in the background: \`${COMMAND} status\`, \`${COMMAND} down\`.\n`)
    return EXIT.holds
  } finally {
    interrupt.release()
    if (child.connected) child.disconnect()
    child.unref()
  }
}

/** Steps that happen elsewhere. */
function awaited(titles: readonly string[]): {
  readonly steps: readonly Step[]
  readonly settle: (index: number, isDone: boolean) => void
} {
  const settles: ((isDone: boolean) => void)[] = []
  const steps = titles.map((title, index) => {
    const done = new Promise<void>((resolve, reject) => {
      settles[index] = (isDone) => (isDone ? resolve() : reject(new Error(`${title} failed`)))
    })
    done.catch(() => {})
    return { title, done }
  })
  return { steps, settle: (index, isDone) => settles[index]?.(isDone) }
}
