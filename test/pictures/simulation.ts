/** Runs of the simulator for pictures: of the library or of a text, each once, and with the messages where they are drawn. */
import { readFileSync } from 'node:fs'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Result } from '../../scenarios/result.ts'
import { Call } from '../../sim/kernel/call.ts'
import { Network } from '../../sim/network/network.ts'
import { simulate } from '../../sim/run.ts'
import { STAMP } from '../scenarios/stamp.ts'

export interface Simulated {
  readonly record: RunRecord
  readonly result: Result
}

const runs = new Map<string, Simulated>()

/** `replace`: words of the library's file and what stands there instead. */
export function libraryText(name: string, replace: Readonly<Record<string, string>> = {}): string {
  let text = readFileSync(new URL(`../../scenarios/library/${name}.yaml`, import.meta.url), 'utf8')
  for (const [from, to] of Object.entries(replace)) {
    if (!text.includes(from)) throw new Error(`${name}.yaml has no "${from}" to replace`)
    text = text.replace(from, to)
  }
  return text
}

export function simulated(text: string, seed = 1): Simulated {
  const key = `${seed} ${text}`
  const known = runs.get(key)
  if (known !== undefined) return known
  const scenario = parseScenario(text, 'picture.yaml')
  const record = simulate(scenario, { seed })
  const run = { record, result: judge(scenario, [record], STAMP) }
  runs.set(key, run)
  return run
}

export interface Message {
  readonly from: string
  readonly to: string
  readonly sentUs: number
  /** Null: it never came. */
  arrivedUs: number | null
  /** Null: a message of its own, as Raft's are. */
  readonly call: Call | null
  /** Is this the answer to the call? */
  readonly isReply: boolean
  /** What is handed over at the other end. */
  readonly content: unknown
}

/** Everything that is sent while `body` runs, on the simulator's own clock. */
export function withMessages<T>(body: () => T): { readonly value: T; readonly messages: Message[] } {
  const messages: Message[] = []
  const { send } = Network.prototype
  Network.prototype.send = function (this: Network, from, to, action, argument) {
    const { queue } = this.kernel
    const message: Message = {
      from: from.name,
      to: to.name,
      sentUs: queue.now,
      arrivedUs: null,
      call: argument instanceof Call ? argument : null,
      isReply: argument instanceof Call && argument.caller === to,
      content: argument,
    }
    messages.push(message)
    const arrive = (same: typeof argument) => {
      message.arrivedUs ??= queue.now
      action(same)
    }
    return send.call(this, from, to, arrive as never, argument)
  }
  try {
    return { value: body(), messages }
  } finally {
    Network.prototype.send = send
  }
}

/** When a run's workload began, on the clock of its messages. */
export function startOf(record: RunRecord, messages: readonly Message[]): number {
  for (const { call, sentUs, isReply } of messages) {
    const { statement } = (call?.request ?? {}) as { readonly statement?: { readonly op?: number } }
    const op = statement?.op
    const operation = op === undefined || isReply ? undefined : record.operations.find((one) => one.op === op)
    if (operation?.sentUs != null && call?.caller.name.startsWith('client') === true) return sentUs - operation.sentUs
  }
  throw new Error('no operation was sent')
}
