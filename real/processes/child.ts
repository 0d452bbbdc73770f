/** The child's side of the channel, and the manners of a child: it dies with its parent. */
import { constants } from 'node:os'
import { asEnvironmentError } from '../drivers/environment-error.ts'
import type { FromChild, Setup, ToChild } from './ipc-messages.ts'
import { parent } from './parent-channel.ts'

export function tellParent(message: FromChild): void {
  parent.send(message)
}

/**
 * Where the operating system has refused something (the machine's fault, no bug of this program), tells the parent, which ends
 * the run. Returns false where the error is no such refusal.
 */
export function tellRefusal(error: unknown): boolean {
  const refusal = asEnvironmentError(error)
  if (refusal === null) return false
  const { what, particulars } = refusal
  tellParent({ kind: 'refused', what, isDiskFull: particulars.kind === 'disk-full', advice: particulars.advice })
  return true
}

/** An error after which this process cannot go on: it tells the parent, which ends the run, and then ends itself. */
export function fatal(error: unknown): void {
  if (!parent.connected) {
    endAlone(error)
    return
  }
  // The parent ends this process when it has been told.
  if (tellRefusal(error)) return
  parent.send({ kind: 'fatal', message: stackOf(error) }, () => process.exit(70))
}

/** A process without a parent prints why it ends: a refusal of the machine as one sentence, a bug with its stack. */
function endAlone(error: unknown): void {
  const refusal = asEnvironmentError(error)
  process.stderr.write(`${refusal?.message ?? stackOf(error)}\n`)
  process.exit(refusal === null ? 70 : 3)
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : ''
  return (error.stack ?? error.message) + cause
}

/**
 * Calls `begin` with the setup, then hands it every later message. What comes while it begins (the answer to something
 * that it has asked already) waits for it.
 */
export function runChild<S extends Setup>(
  kind: S['kind'],
  begin: (setup: S) => Promise<(message: ToChild) => void> | ((message: ToChild) => void),
): void {
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  // The first process of a container is not ended by it unless it says so; it says how, as a shell would.
  if (process.pid === 1) process.once('SIGTERM', () => process.exit(128 + constants.signals.SIGTERM))
  let handle: ((message: ToChild) => void) | null = null
  let early: ToChild[] | null = null
  const receive = async (message: ToChild) => {
    if (message.kind !== 'setup') {
      if (handle !== null) handle(message)
      else if (early !== null) early.push(message)
      else fatal(new Error(`assertion: ${message.kind} before the setup`))
      return
    }
    if (message.setup.kind !== kind)
      throw new Error(`assertion: this is the ${kind} process, not ${message.setup.kind}`)
    early = []
    handle = await begin(message.setup as S)
    for (const waiting of early) handle(waiting)
  }
  parent.listen(receive, () => process.exit(0))
}
