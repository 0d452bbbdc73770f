/**
 * The source's side of replication: one dump thread per connected replica. It sends what is synced and what the
 * replica did not have when it connected (SOURCE_AUTO_POSITION); when there is nothing to send for a heartbeat period,
 * it says so. Every server has a binlog of all it applied, so any server can be a source of everything it executed.
 */
import { EVENT } from '../kernel/kernel.ts'
import type { Peer } from '../kernel/process.ts'
import { MESSAGE_BYTES } from '../network/link.ts'
import type { Part, Refusal, ReplicaConnection } from './connection.ts'
import type { MysqlInstance } from './instance.ts'
import {
  batchArrived,
  connectionAccepted,
  connectionLost,
  connectionRefused,
  heartbeatArrived,
  partArrived,
} from './receiver.ts'
import { bytesOf, type Transaction } from './transaction.ts'

/** What more than this is sent in parts, as a large transaction is: event by event. */
const PART_BYTES = 250_000

class DumpThread implements Peer {
  readonly source: MysqlInstance
  readonly connection: ReplicaConnection
  /** Binlog position of the next transaction to send. */
  next = 0
  /** Or will have: nothing is said while something is being sent. */
  lastSentUs = 0
  /** When everything that was sent is off its machine. */
  #wireFreeUs = 0
  closed = false

  constructor(source: MysqlInstance, connection: ReplicaConnection) {
    this.source = source
    this.connection = connection
  }

  /** Send what is synced up to `end`. It is received as a whole. */
  send(end: number): void {
    if (end <= this.next) return
    const { source, connection } = this
    const { binlog } = source.data
    const bytes = payloadBytes(binlog, this.next, end)
    const wantsReceipt = source.semiSync.wantsReceipt(end)
    const batch = { connection, log: binlog, from: this.next, end, bytes, wantsReceipt }
    this.next = end
    // What is on the wire before it has to be through first.
    const startUs = Math.max(this.#wireFreeUs, source.kernel.queue.now)
    const sentUs = (upTo: number) => (upTo === 0 ? startUs : startUs + Math.round(upTo * source.costs.sendByteUs))
    this.#wireFreeUs = sentUs(bytes)
    this.lastSentUs = this.#wireFreeUs
    for (let upTo = PART_BYTES; upTo < bytes; upTo += PART_BYTES) this.#sendAt(sentUs(upTo), { batch, upTo })
    this.#sendAt(this.#wireFreeUs, { batch, upTo: bytes })
  }

  #sendAt(dueUs: number, part: Part): void {
    const { queue } = this.source.kernel
    if (dueUs <= queue.now) this.#transmit(part)
    else queue.after(dueUs - queue.now, DumpThread.#sent, { thread: this, part })
  }

  /** The dump thread may be gone meanwhile, with its connection. */
  static #sent(this: void, sending: { readonly thread: DumpThread; readonly part: Part }): void {
    const { thread, part } = sending
    if (thread.source.life.holdsBack(DumpThread.#sent, sending) || thread.closed) return
    thread.#transmit(part)
  }

  #transmit(part: Part): void {
    const { source, connection } = this
    const replica = connection.replica.process
    const { batch, upTo } = part
    if (upTo < batch.bytes) source.network.send(source.process, replica, partArrived, part, connection, PART_BYTES)
    else {
      const bytes = MESSAGE_BYTES + batch.bytes - PART_BYTES * Math.max(0, Math.ceil(batch.bytes / PART_BYTES) - 1)
      source.network.send(source.process, replica, batchArrived, batch, connection, bytes)
    }
  }

  close(): void {
    this.closed = true
    this.source.life.peers.delete(this)
  }

  /** The source died: its kernel resets the connection. */
  connectionReset(): void {
    this.closed = true
    this.source.network.sendEnd(
      this.source.process,
      this.connection.replica.process,
      connectionLost,
      this.connection,
      this.connection,
    )
  }
}

function payloadBytes(log: readonly Transaction[], from: number, end: number): number {
  let bytes = 0
  for (let i = from; i < end; i++) bytes += bytesOf(log[i]!)
  return bytes
}

export class DumpThreads {
  readonly #source: MysqlInstance
  readonly #threads: DumpThread[] = []
  /** Everything before this is synced, and so may be sent. */
  #synced: number

  constructor(source: MysqlInstance) {
    this.#source = source
    this.#synced = source.data.binlog.length
  }

  /** Names of the connected replicas. */
  get replicas(): string[] {
    return this.#threads.map(({ connection }) => connection.replica.process.name)
  }

  synced(end: number): void {
    this.#synced = end
    for (const thread of this.#threads) thread.send(end)
  }

  accept(connection: ReplicaConnection): void {
    const source = this.#source
    const { process: replica } = connection.replica
    const refusal = this.#refusalOf(connection)
    if (refusal !== null) {
      connection.refusal = refusal
      source.network.send(source.process, replica, connectionRefused, connection, connection)
      return
    }
    // A new connection of the same replica ends the thread of its old one.
    this.drop((thread) => thread.connection.replica.process === replica)
    const thread = new DumpThread(source, connection)
    while (thread.next < this.#synced && connection.known.has(source.data.binlog[thread.next]!.gtid)) thread.next++
    this.#threads.push(thread)
    // It holds what need not be sent: as good as a receipt.
    source.receipt(connection, thread.next)
    source.life.peers.add(thread)
    thread.lastSentUs = source.kernel.queue.now
    source.network.send(source.process, replica, connectionAccepted, connection, connection)
    thread.send(this.#synced)
    source.kernel.queue.after(connection.heartbeatUs, beat, thread)
  }

  #refusalOf({ account, known }: ReplicaConnection): Refusal | null {
    const { data, offline } = this.#source
    if (offline && account === 'plain') return { reason: 'offline mode', forGood: null }
    if (this.#source.connectionsAreTaken && account === 'plain')
      return { reason: 'too many connections', forGood: null }
    if (!known.covers(data.purged))
      return { reason: 'source has purged what the replica needs', forGood: 'binlogs-purged' }
    if (known.highest(data.uuid) >= data.nextNumber)
      return { reason: 'replica has more of the source than the source itself', forGood: 'other' }
    return null
  }

  /** Everything in the binlog that no connected replica still has to be sent. */
  purge(): void {
    const { data } = this.#source
    data.purge(Math.min(data.committed, ...this.#threads.map(({ next }) => next)))
  }

  /** End the threads `which` picks, without a word to the replica. */
  drop(which: (thread: DumpThread) => boolean): DumpThread[] {
    const dropped = this.#threads.filter(which)
    for (const thread of dropped) {
      thread.close()
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      this.#source.semiSync.replicaLeft(this.#threads.length)
    }
    return dropped
  }

  /** offline_mode: accounts without CONNECTION_ADMIN are cut off. */
  cutPlainAccounts(): void {
    const source = this.#source
    for (const { connection } of this.drop((thread) => thread.connection.account === 'plain'))
      source.network.send(source.process, connection.replica.process, connectionLost, connection, connection)
  }
}

function beat(thread: DumpThread): void {
  const { source, connection } = thread
  if (thread.closed || source.life.holdsBack(beat, thread)) return
  const { queue, hash } = source.kernel
  hash.mix(queue.now, EVENT.heartbeat, source.process.index, connection.replica.process.index)
  const idleUs = queue.now - thread.lastSentUs
  if (idleUs >= connection.heartbeatUs) {
    thread.lastSentUs = queue.now
    source.network.send(source.process, connection.replica.process, heartbeatArrived, connection, connection)
    queue.after(connection.heartbeatUs, beat, thread)
  } else queue.after(connection.heartbeatUs - idleUs, beat, thread)
}
