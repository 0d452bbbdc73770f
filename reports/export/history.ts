/**
 * Every operation of one run, for checkers that are not ours. Two forms:
 *
 * - JSON Lines: an operation a line, with everything that the record knows of it (times in microseconds since the
 *   workload began), the run's seed in front.
 * - EDN, as Jepsen writes `history.edn` and Knossos, Elle and Porcupine's examples read it: an event a line, `:invoke`
 *   and what became of it, times in nanoseconds. Keys are independent registers, so values are `[key value]`; a write
 *   stores its operation's number, and nil is a key without a row. An unknown outcome is `:info`; as everywhere in
 *   Jepsen its process does nothing more afterwards, and the client goes on under a number of its own. A transaction is a
 *   write for each of its rows, each by a process of its own.
 *
 * What was never sent did nothing and is no event; JSON Lines have it as `unsent`.
 */
import type { Operation, RunRecord } from '../../scenarios/record.ts'
import { rowsOf } from '../../scenarios/rows.ts'

export type HistoryFormat = 'jsonl' | 'edn'

export function* historyLines({ seed, operations }: RunRecord, format: HistoryFormat): Generator<string> {
  if (format === 'jsonl') for (const operation of operations) yield `${JSON.stringify({ seed, ...operation })}\n`
  else for (const [index, event] of eventsOf(operations).entries()) yield `${ednOf(event, index)}\n`
}

interface Event {
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly operation: Operation
  readonly process: number
  readonly atUs: number
  /** Among the events of one microsecond. */
  readonly rank: number
}

const TYPES = { ok: 'ok', failed: 'fail', unknown: 'info', unsent: 'info' } as const

/** In the order in which they happened. */
function eventsOf(operations: readonly Operation[]): Event[] {
  const sent = operations.filter(({ sentUs }) => sentUs !== null)
  const lastUs = sent.reduce((last, { sentUs, endUs }) => Math.max(last, sentUs!, endUs ?? 0), 0)
  const clients = new Map<string, Client>()
  const rows = sent.flatMap((operation) => rowsOf([operation]).map((row, place) => ({ row, place })))
  const count = new Set(rows.map(({ row: { session }, place }) => clientName(session, place))).size
  const events: Event[] = []
  for (const { row: operation, place } of rows.sort((a, b) => a.row.sentUs! - b.row.sentUs! || a.row.op - b.row.op)) {
    const client = clientOf(clients, clientName(operation.session, place))
    const process = client.process
    const type = TYPES[operation.outcome]
    const invokedUs = operation.sentUs!
    const endUs = operation.endUs ?? lastUs
    events.push({ type: 'invoke', operation, process, atUs: invokedUs, rank: client.rankAt(invokedUs, 0) })
    events.push({ type, operation, process, atUs: endUs, rank: client.rankAt(endUs, 1) })
    if (type === 'info') client.process += count
  }
  return events.sort((a, b) => a.atUs - b.atUs || a.rank - b.rank || a.operation.op - b.operation.op)
}

/** A process has one operation at a time: the rows of a transaction after its first are other processes'. */
function clientName(session: number | null, place: number): string {
  return `${session ?? 0} ${place}`
}

function clientOf(clients: Map<string, Client>, name: string): Client {
  let client = clients.get(name)
  if (client === undefined) clients.set(name, (client = new Client(clients.size)))
  return client
}

/**
 * What touches in one microsecond was under way at once: what begins then comes before what ends then. Of one client an
 * operation ends before its next one begins all the same.
 */
class Client {
  process: number
  #atUs = -1
  #rank = 0

  constructor(process: number) {
    this.process = process
  }

  rankAt(atUs: number, least: 0 | 1): number {
    this.#rank = atUs === this.#atUs ? Math.max(this.#rank + 1, least) : least
    this.#atUs = atUs
    return this.#rank
  }
}

function ednOf({ type, operation, process, atUs }: Event, index: number): string {
  const { kind, key, consistency, node, reason } = operation
  const shown = operation.value === null ? 'nil' : `${operation.value.op}`
  const value = kind === 'write' ? `${operation.op}` : type === 'ok' ? shown : 'nil'
  const more =
    type === 'invoke'
      ? ''
      : `${node === null ? '' : `, :node ${text(node)}`}${type === 'ok' || reason === null ? '' : `, :error ${text(reason)}`}`
  return `{:index ${index}, :type :${type}, :process ${process}, :f :${kind}, :value [${key} ${value}], :time ${atUs * 1000}, :op ${operation.op}, :consistency :${consistency.toLowerCase()}${more}}`
}

/** JSON's strings are EDN's. */
function text(value: string): string {
  return JSON.stringify(value)
}
