/** The clients that wait for a Raft server: which calls are open, and how each of them ends. */
import type { Entry } from '../../algorithms/raft/message.ts'
import type { Output } from '../../algorithms/raft/node-output.ts'
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { ClientRequest, WriteReply } from '../../algorithms/servers.ts'
import type { KeyedStatement } from '../../algorithms/statements.ts'
import type { Call } from '../kernel/call.ts'
import type { RaftServer } from './server.ts'
import { termUuid } from './term-uuid.ts'

/** As a workload's client would ask a coordinator. A SESSION read is served as a STRONG one. */
export type RaftRequest = ClientRequest & { readonly kind: 'read' | 'write'; readonly statement: KeyedStatement }

/** Nothing was done here; `leader` is who leads, as far as this server knows. */
export interface Redirect {
  readonly verdict: 'redirect'
  readonly leader: string | null
}

const { why, reason } = unknown({ code: 'leader-stepped-down' })
const STEPPED_DOWN: WriteReply = { verdict: 'unknown', why, reason, gtid: null, timestamp: null, at: null }

export class ClientRequests {
  readonly #server: RaftServer
  readonly #writes = new Map<number, Call>()
  readonly #reads = new Map<number, Call>()

  constructor(server: RaftServer) {
    this.#server = server
  }

  take(call: Call): void {
    const request = call.request as RaftRequest
    const { statement } = request
    const server = this.#server
    const node = server.node!
    if (node.role !== 'leader') {
      this.#redirect(call)
      return
    }
    const { now } = server.kernel.queue
    if (request.kind === 'write') {
      this.#writes.set(statement.op, call)
      node.propose([statement], now)
    } else if (request.consistency === 'EVENTUAL') {
      this.#answerRead(call)
      return
    } else {
      this.#reads.set(statement.op, call)
      node.read(statement.op, now)
    }
    server.carryOut()
  }

  /** The leader applied what a client wrote: it is committed. */
  applied(entry: Extract<Entry, { kind: 'write' }>, index: number): void {
    const call = this.#writes.get(entry.op)
    const node = this.#server.node!
    if (call === undefined || entry.term !== node.term) return
    this.#writes.delete(entry.op)
    call.answer({
      verdict: 'ok',
      gtid: { uuid: termUuid(entry.term), number: index },
      timestamp: null,
      epoch: entry.term,
      node: this.#server.process.name,
      result: null,
      seen: null,
    })
  }

  /** After the entries of the same step were applied. */
  conclude({ reads, refusedOps, refusedReads, changes }: Output): void {
    for (const token of reads) this.#take(this.#reads, token, (call) => this.#answerRead(call))
    for (const op of refusedOps) this.#take(this.#writes, op, (call) => this.#redirect(call))
    for (const token of refusedReads) this.#take(this.#reads, token, (call) => this.#redirect(call))
    if (this.#writes.size === 0 || !changes.some(({ kind }) => kind === 'stepped-down')) return
    // Appended and not committed here: whoever leads next may have it, or not.
    for (const call of this.#writes.values()) call.answer(STEPPED_DOWN)
    this.#writes.clear()
  }

  crash(): void {
    this.#writes.clear()
    this.#reads.clear()
  }

  #take(calls: Map<number, Call>, key: number, then: (call: Call) => void): void {
    const call = calls.get(key)
    calls.delete(key)
    if (call !== undefined) then(call)
  }

  #redirect(call: Call): void {
    const { node, group } = this.#server
    const leader = group.servers[node!.leader]?.process.name ?? null
    const redirect: Redirect = { verdict: 'redirect', leader }
    call.answer(redirect)
  }

  #answerRead(call: Call): void {
    const { store, node, process } = this.#server
    const op = store.read((call.request as RaftRequest).statement.key)
    call.answer({
      verdict: 'ok',
      value: op === null ? null : { op, timestamp: null },
      rows: null,
      epoch: node!.term,
      node: process.name,
      // Whatever a session saw, a leader that answers has it: there is nothing to remember.
      seen: null,
      staleness: null,
    })
  }
}
