/** The child's side of the channel, and the manners of a child: it dies with its parent. */
import type { FromChild, Setup, ToChild } from './messages.ts'

export function tellParent(message: FromChild): void {
  // The channel may close between the check and the write; the disconnect handler ends the process then.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** A bug in this process: said to the parent before the end. */
export function fatal(error: unknown): void {
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
