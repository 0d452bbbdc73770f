/**
 * Steps that fire after an event instead of at a time: what matters in a race is the order, and wall-clock schedules do
 * not hit it on real servers. An event counts from the start of the workload, and the first that fits is meant.
 */
import { z } from 'zod'
import type { FailoverPhase, TraceEvent } from '../../algorithms/trace.ts'
import { duration, formatDuration } from '../file/amounts.ts'
import type { Operation } from '../record.ts'
import { COMMANDS, type Command } from './commands.ts'

export type AnchorEvent =
  /** Operation `op` was answered ok to its client. */
  | { readonly kind: 'answered'; readonly op: number }
  /** The transaction of write `op` is in the relay log of `node`. */
  | { readonly kind: 'received'; readonly op: number; readonly node: string }
  /** The coordinator enters a phase of a failover. */
  | { readonly kind: 'failoverStep'; readonly phase: FailoverPhase }
  /** A coordinator sends a command, or has the answer to one. */
  | { readonly kind: 'command'; readonly command: Command; readonly isAnswered: boolean }

const FAILOVER_STEPS = ['detect', 'decide', 'catchUp', 'promote', 'reroute', 'serving'] as const

const AFTER =
  'an event: { op: 17 }, { op: 17, receivedBy: node2 }, { failoverStep: promote }, { command: fence } or { answerTo: fence }'
const OP = "the number of an operation, from 1, in the workload's order"
const delay = duration().optional().meta({ description: 'So long after the event.' })
const op = z.int(OP).min(1, OP)

const command = z.enum(COMMANDS, `one of ${COMMANDS.join(', ')}`)

export const after = z
  .union(
    [
      z.strictObject({ op, receivedBy: z.string('the name of a server').optional(), delay }),
      z.strictObject({ failoverStep: z.enum(FAILOVER_STEPS, `one of ${FAILOVER_STEPS.join(', ')}`), delay }),
      z.strictObject({ command, delay }),
      z.strictObject({ answerTo: command, delay }),
    ],
    AFTER,
  )
  .meta({ description: 'When: at an event, in place of `at:`.' })
  .transform((parsed): { readonly event: AnchorEvent; readonly delayUs: number } => {
    const delayUs = parsed.delay ?? 0
    if ('failoverStep' in parsed) return { event: { kind: 'failoverStep', phase: parsed.failoverStep }, delayUs }
    if ('command' in parsed) return { event: { kind: 'command', command: parsed.command, isAnswered: false }, delayUs }
    if ('answerTo' in parsed) return { event: { kind: 'command', command: parsed.answerTo, isAnswered: true }, delayUs }
    const { op: number, receivedBy } = parsed
    return receivedBy === undefined
      ? { event: { kind: 'answered', op: number }, delayUs }
      : { event: { kind: 'received', op: number, node: receivedBy }, delayUs }
  })

/** `operation 17 is received by node2`. */
export function anchorText(event: AnchorEvent): string {
  switch (event.kind) {
    case 'answered':
      return `operation ${event.op} is answered`
    case 'received':
      return `operation ${event.op} is received by ${event.node}`
    case 'failoverStep':
      return `the coordinator enters ${event.phase}`
    case 'command':
      return `a coordinator ${event.isAnswered ? 'has the answer to' : 'sends'} ${event.command}`
  }
}

/** `200ms after operation 17 is answered`. */
export function afterText(event: AnchorEvent, delayUs: number): string {
  return `${delayUs === 0 ? '' : `${formatDuration(delayUs)} `}after ${anchorText(event)}`
}

/**
 * The anchors that are waited for. A world tells what happens, and is told once for each event that has fired.
 * `T`: what hangs on an event.
 */
export class Anchors<T> {
  readonly #waiting = new Map<string, { readonly event: AnchorEvent; readonly items: T[] }>()

  /** The next event that fits is meant. */
  add(event: AnchorEvent, item: T): void {
    const known = this.#waiting.get(keyOf(event))
    if (known === undefined) this.#waiting.set(keyOf(event), { event, items: [item] })
    else known.items.push(item)
  }

  /** Events that have not happened. */
  get waiting(): readonly AnchorEvent[] {
    return [...this.#waiting.values()].map(({ event }) => event)
  }

  /** What hung on the event; nothing the second time. */
  happened(event: AnchorEvent): readonly T[] {
    const key = keyOf(event)
    const items = this.#waiting.get(key)?.items ?? NOTHING
    this.#waiting.delete(key)
    return items
  }

  operationEnded({ op: number, outcome }: Pick<Operation, 'op' | 'outcome'>): readonly T[] {
    return this.#waiting.size > 0 && outcome === 'ok' ? this.happened({ kind: 'answered', op: number }) : NOTHING
  }

  emitted(event: TraceEvent): readonly T[] {
    return event.kind === 'phase' ? this.happened({ kind: 'failoverStep', phase: event.phase }) : NOTHING
  }
}

const NOTHING: readonly never[] = []

function keyOf(event: AnchorEvent): string {
  return JSON.stringify(event)
}
