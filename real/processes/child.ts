/** The child's side of the channel, and the manners of a child: it dies with its parent. */
import { asEnvironmentError } from '../drivers/environment-error.ts'
import type { FromChild, Setup, ToChild } from './ipc-messages.ts'

export function tellParent(message: FromChild): void {
  // The channel may close between the check and the write; the disconnect handler ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** The operating system's refusal: the world's doing, told to the parent, which ends the run. False: it is none. */
export function tellRefusal(error: unknown): boolean {
  const refusal = asEnvironmentError(error)
  if (refusal === null) return false
  const { what, particulars } = refusal
  tellParent({ kind: 'refused', what, isDiskFull: particulars.kind === 'disk-full', advice: particulars.advice })
  return true
}

/** What this process cannot go on after: the parent, which hears of it before the end, ends the run. */
export function fatal(error: unknown): void {
  // The parent ends this process when it has been told.
  if (tellRefusal(error)) return
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const cause = error instanceof Error && error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : ''
  const exit = () => process.exit(70)
  if (process.connected) process.send?.({ kind: 'fatal', message: message + cause } satisfies FromChild, exit)
  else exit()
}

/** Calls `begin` with the setup, then hands it every later message. */
export function runChild<S extends Setup>(
  kind: S['kind'],
  begin: (setup: S) => Promise<(message: ToChild) => void> | ((message: ToChild) => void),
): void {
  process.on('disconnect', () => process.exit(0))
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  let handle: ((message: ToChild) => void) | null = null
  process.on('message', async (message: ToChild) => {
    if (message.kind !== 'setup') {
      if (handle === null) fatal(new Error(`assertion: ${message.kind} before the setup`))
      else handle(message)
      return
    }
    if (message.setup.kind !== kind)
      throw new Error(`assertion: this is the ${kind} process, not ${message.setup.kind}`)
    handle = await begin(message.setup as S)
  })
}
