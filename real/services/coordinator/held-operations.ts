/**
 * A client's operation that lives through a failover: what certainly was not done is tried again for as long as clients
 * wait, instead of being refused. What may have been done is never repeated, unless it carries an id by which the servers
 * know it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Why } from '../../../algorithms/reasons/why.ts'
import type { ClientRequest, ReadReply, WriteReply } from '../../../algorithms/servers.ts'
import type { Asking } from './asking.ts'

/** Existing clients give up after 8 to 12 s. */
export const HOLD_MS = 8_000
/** Between two tries; a new reign ends the pause. */
const PAUSE_MS = 25
const LONGEST_PAUSE_MS = 250

/** What no other source would make good. */
const OF_THE_STATEMENT: ReadonlySet<Why['code']> = new Set<Why['code']>([
  'statement-refused',
  'duplicate-operation',
  'syntax-error',
  'no-such-table',
  'lock-wait-timeout',
  'deadlock',
  'access-denied',
  'interrupted',
  'unknown-request',
  'operation-reused',
  'operation-id-with-ddl',
])

export type Held =
  | { readonly kind: 'ok'; readonly reply: Extract<WriteReply | ReadReply, { verdict: 'ok' }> }
  | {
      readonly kind: 'failed' | 'unknown'
      readonly why: Why
      readonly reason: string
      /** Whom a write was sent to, under which epoch, as far as that is known. */
      readonly at: { readonly node: string; readonly epoch: number } | null
    }

/** `onTrouble`: it could not be done at once, and that is not the statement's own doing. */
export async function perform(
  asking: Asking,
  kind: 'read' | 'write',
  request: ClientRequest,
  onTrouble: () => void,
): Promise<Held> {
  const untilMs = performance.now() + HOLD_MS
  let pauseMs = PAUSE_MS
  for (;;) {
    const reply = await withinTime(asking.ask({ kind, ...request }), kind, untilMs)
    if (reply.verdict === 'ok') return { kind: 'ok', reply }
    const { verdict, why, reason } = reply
    const mayRepeat = verdict === 'failed' || (request.operationId !== undefined && why.code !== 'deadline')
    const leftMs = untilMs - performance.now()
    if (!OF_THE_STATEMENT.has(why.code)) onTrouble()
    if (OF_THE_STATEMENT.has(why.code) || !mayRepeat || leftMs <= pauseMs)
      return { kind: verdict, why, reason, at: 'at' in reply ? reply.at : null }
    await Promise.race([asking.until((event) => event.kind === 'reign', pauseMs), sleep(pauseMs)])
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  }
}

type NotOk = { readonly verdict: 'failed' | 'unknown'; readonly why: Why; readonly reason: string }

/** A client is not kept longer than it waits: its operation goes on alone, and what comes of it nobody is told. */
function withinTime(
  answer: Promise<WriteReply | ReadReply>,
  kind: 'read' | 'write',
  untilMs: number,
): Promise<WriteReply | ReadReply | NotOk> {
  // A timer and no promise that is aborted: this is on the way of every statement, and making the error costs more.
  return new Promise((resolve, reject) => {
    const late: NotOk = {
      verdict: kind === 'read' ? 'failed' : 'unknown',
      why: { code: 'deadline' },
      reason: 'no answer in time',
    }
    const timer = setTimeout(() => resolve(late), Math.max(1, untilMs - performance.now()))
    answer.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
}
