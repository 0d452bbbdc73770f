/**
 * The replica's IO thread: connects with everything it has (executed and retrieved), writes what comes into the relay
 * log, and connects again when the connection is lost: at once, then every `connectRetryUs`. The death of the source's
 * process is noticed at once, by a reset; a source that is paused or cut off only by silence for `netTimeoutUs`.
 */
import type { ServerState } from '../../algorithms/servers.ts'
import type { EventHandle } from '../kernel/event-queue.ts'
import { EVENT } from '../kernel/kernel.ts'
import type { Batch, Part, ReplicaConnection } from './connection.ts'
import { DiskGate } from './disk-gate.ts'
import type { MysqlInstance } from './instance.ts'

export class Receiver {
  state: 'running' | 'connecting' | 'stopped' = 'stopped'
  connection: ReplicaConnection | null = null
  /** The last heartbeat or queued transaction; null before the first. */
  lastFedUs: number | null = null
  /** What it has begun to receive. */
  arriving: ServerState['arriving'] = null
  /** Why it stopped by itself. */
  error: ServerState['receiverError'] = null
  /** Of the relay log. */
  readonly disk: DiskGate
  readonly #replica: MysqlInstance
  #lastHeardUs = 0
  #retry: EventHandle = -1
  #watch: EventHandle = -1

  constructor(replica: MysqlInstance) {
    this.#replica = replica
    this.disk = new DiskGate(replica.kernel, replica.life)
  }

  start(): void {
    if (this.state !== 'stopped') return
    this.error = null
    this.#connect()
  }

  stop(): void {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    this.#hangUp()
  }

  #connect(): void {
    const replica = this.#replica
    const channel = replica.data.channel!
    const { queue } = replica.kernel
    const connection: ReplicaConnection = {
      replica,
      source: replica.network.process(channel.source),
      account: channel.account,
      heartbeatUs: channel.heartbeatUs,
      known: replica.data.held.snapshot(),
      refusal: null,
    }
    this.state = 'connecting'
    this.connection = connection
    this.#lastHeardUs = queue.now
    this.#watch = queue.after(replica.costs.netTimeoutUs, Receiver.#silence, this)
    replica.life.peers.add(this)
    replica.network.send(replica.process, connection.source, connectionAsked, connection, connection)
  }

  /** This process died: its kernel tells the source. */
  connectionReset(): void {
    this.#sendHangUp()
  }

  #sendHangUp(): void {
    const { connection } = this
    if (connection !== null)
      this.#replica.network.sendEnd(this.#replica.process, connection.source, replicaHungUp, connection, connection)
  }

  #hangUp(): void {
    const { queue } = this.#replica.kernel
    queue.cancel(this.#retry)
    queue.cancel(this.#watch)
    this.#sendHangUp()
    this.#replica.life.peers.delete(this)
    this.connection = null
    this.arriving = null
  }

  /** Nothing came for too long? The timer is set again from the last sign of life, not by each of them. */
  static #silence(this: void, receiver: Receiver): void {
    const replica = receiver.#replica
    if (replica.life.holdsBack(Receiver.#silence, receiver) || receiver.connection === null) return
    const { queue } = replica.kernel
    const silentUs = queue.now - receiver.#lastHeardUs
    if (silentUs < replica.costs.netTimeoutUs)
      receiver.#watch = queue.after(replica.costs.netTimeoutUs - silentUs, Receiver.#silence, receiver)
    else receiver.#reconnect(0)
  }

  #reconnect(delayUs: number): void {
    this.#hangUp()
    this.state = 'connecting'
    this.#retry = this.#replica.kernel.queue.after(delayUs, Receiver.#again, this)
  }

  static #again(this: void, receiver: Receiver): void {
    const replica = receiver.#replica
    if (replica.life.holdsBack(Receiver.#again, receiver) || receiver.state !== 'connecting') return
    replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.connection, replica.process.index, 0)
    receiver.#connect()
  }

  /** A message of `connection` has arrived. Of an old one: ignored. */
  hears(connection: ReplicaConnection): boolean {
    if (this.connection !== connection) return false
    this.#lastHeardUs = this.#replica.kernel.queue.now
    return true
  }

  accepted(): void {
    this.state = 'running'
    this.lastFedUs = this.#replica.kernel.queue.now
  }

  /** Refused for now, or the connection is gone. */
  lost(): void {
    this.#reconnect(this.state === 'running' ? 0 : this.#replica.costs.connectRetryUs)
  }

  /** Fatal for the IO thread: it stops until somebody starts it. */
  fail(error: NonNullable<ServerState['receiverError']>): void {
    this.stop()
    this.error = error
  }

  receivePart({ batch, upTo }: Part): void {
    if (!this.disk.isOpen) return
    const { gtid } = batch.log[batch.from]!
    this.arriving = { transaction: `${gtid.uuid}:${gtid.number}`, position: upTo }
  }

  receive(batch: Batch): void {
    if (this.disk.isOpen) this.#write(batch)
    else
      this.disk.wait(() => {
        if (this.connection === batch.connection) this.#write(batch)
      })
  }

  #write(batch: Batch): void {
    const replica = this.#replica
    const { data } = replica
    const { watcher } = replica.kernel
    this.arriving = null
    for (let i = batch.from; i < batch.end; i++) {
      const transaction = batch.log[i]!
      // What was known at the time of connecting is not sent; the batch is a range, so it is left out here.
      if (data.held.live.has(transaction.gtid)) continue
      data.receive(transaction)
      if (watcher !== null && transaction.row !== null) watcher.received(replica.process.name, transaction.row.op)
    }
    this.lastFedUs = replica.kernel.queue.now
    if (batch.wantsReceipt)
      replica.network.send(
        replica.process,
        batch.connection.source,
        receiptArrived,
        { connection: batch.connection, end: batch.end },
        batch.connection,
      )
    replica.received()
  }
}

// ---------------------------------------------------------------------- arrivals at the source

/** The instance that listens on the source's port now, or null when its kernel answers for it. */
function listening(connection: ReplicaConnection): MysqlInstance | null {
  return connection.replica.instanceOf(connection.source)
}

function connectionAsked(connection: ReplicaConnection): void {
  const { replica, source } = connection
  if (source.life?.holdsBack(connectionAsked, connection) === true) return
  const instance = listening(connection)
  replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.connection, source.index, 1)
  if (instance === null) replica.network.send(source, replica.process, connectionRefused, connection, connection)
  else instance.dumpThreads.accept(connection)
}

function replicaHungUp(connection: ReplicaConnection): void {
  if (connection.source.life?.holdsBack(replicaHungUp, connection) === true) return
  listening(connection)?.dumpThreads.drop((thread) => thread.connection === connection)
}

function receiptArrived(receipt: { readonly connection: ReplicaConnection; readonly end: number }): void {
  const { source, replica } = receipt.connection
  if (source.life?.holdsBack(receiptArrived, receipt) === true) return
  const instance = listening(receipt.connection)
  replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.acknowledged, source.index, receipt.end)
  instance?.receipt(receipt.connection, receipt.end)
}

// --------------------------------------------------------------------- arrivals at the replica

export function connectionAccepted(connection: ReplicaConnection): void {
  const { replica } = connection
  if (replica.life.holdsBack(connectionAccepted, connection)) return
  if (replica.receiver.hears(connection)) replica.receiver.accepted()
}

export function connectionRefused(connection: ReplicaConnection): void {
  const { replica } = connection
  if (replica.life.holdsBack(connectionRefused, connection) || !replica.receiver.hears(connection)) return
  if (connection.refusal !== null && connection.refusal.forGood !== null)
    replica.receiver.fail(connection.refusal.forGood)
  else replica.receiver.lost()
}

export function connectionLost(connection: ReplicaConnection): void {
  const { replica } = connection
  if (replica.life.holdsBack(connectionLost, connection) || !replica.receiver.hears(connection)) return
  replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.connection, replica.process.index, 2)
  replica.receiver.lost()
}

export function heartbeatArrived(connection: ReplicaConnection): void {
  const { replica } = connection
  if (replica.life.holdsBack(heartbeatArrived, connection) || !replica.receiver.hears(connection)) return
  replica.receiver.lastFedUs = replica.kernel.queue.now
}

export function batchArrived(batch: Batch): void {
  const { replica } = batch.connection
  if (replica.life.holdsBack(batchArrived, batch) || !replica.receiver.hears(batch.connection)) return
  replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.batchArrived, replica.process.index, batch.end)
  replica.receiver.receive(batch)
}

export function partArrived(part: Part): void {
  const { connection } = part.batch
  const { replica } = connection
  if (replica.life.holdsBack(partArrived, part) || !replica.receiver.hears(connection)) return
  replica.kernel.hash.mix(replica.kernel.queue.now, EVENT.partArrived, replica.process.index, part.upTo)
  replica.receiver.receivePart(part)
}
