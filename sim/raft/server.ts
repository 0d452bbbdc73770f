/**
 * A Raft server on its machine: the pure server of algorithms/raft with a processor, a disk, a place in the network and
 * clients. A message costs the receiver processor time before it is handled, and the sender after it was sent.
 */

import type { Message } from '../../algorithms/raft/message.ts'
import { RaftNode } from '../../algorithms/raft/node.ts'
import type { Output } from '../../algorithms/raft/node-output.ts'
import type { Call } from '../kernel/call.ts'
import { Cpu } from '../kernel/cpu.ts'
import type { EventHandle } from '../kernel/event-queue.ts'
import { EVENT, type Kernel } from '../kernel/kernel.ts'
import type { Life, SimProcess } from '../kernel/process.ts'
import { type Slowdown, Slowdowns } from '../kernel/slowdowns.ts'
import type { Host } from '../mysql/services.ts'
import { ClientRequests } from './client-requests.ts'
import { RaftDisk } from './disk.ts'
import type { RaftGroup } from './group.ts'
import { Store } from './store.ts'

const BOOT_US = 200_000
const CORES = 1
const NO_EVENT = -1

interface Arrival {
  readonly server: RaftServer
  readonly message: Message
  life: Life | null
}

export class RaftServer implements Host {
  readonly process: SimProcess
  readonly id: number
  readonly group: RaftGroup
  readonly kernel: Kernel
  readonly disk: RaftDisk = new RaftDisk()
  readonly requests: ClientRequests = new ClientRequests(this)
  node: RaftNode | null = null
  store: Store
  #cpu: Cpu | null = null
  readonly #speed: number
  readonly #slowdowns = new Slowdowns(() => this.#setSpeed())
  #tick: EventHandle = NO_EVENT
  /** How often it was started. */
  boots = 0

  constructor(group: RaftGroup, process: SimProcess, id: number, speed: number) {
    this.group = group
    this.kernel = group.kernel
    this.process = process
    this.id = id
    this.#speed = speed
    this.store = new Store(group.keys)
  }

  boot(): void {
    const life = this.process.start()
    this.kernel.queue.after(BOOT_US, RaftServer.#booted, { server: this, life })
  }

  static #booted(this: void, boot: { readonly server: RaftServer; readonly life: Life }): void {
    if (!boot.life.holdsBack(RaftServer.#booted, boot)) boot.server.#begin(boot.life)
  }

  #begin(life: Life): void {
    const { group, id } = this
    const { now } = this.kernel.queue
    // Nobody's timer is as short as this one's the first time: node1 leads first.
    const isFirst = this.boots++ === 0 && id === 0
    const timeoutUs = isFirst ? 1 : Math.floor(group.settings.electionTimeoutUs * (1 + this.#draw()))
    this.#cpu = new Cpu(this.kernel, life, CORES)
    this.#setSpeed()
    this.store = new Store(group.keys)
    this.node = new RaftNode(group.configOf(id), this.disk.state, now, timeoutUs)
    life.handler = (call) => this.#cpu!.run(group.settings.messageUs, RaftServer.#asked, { server: this, call })
    this.#arm(life)
  }

  crash(): void {
    this.process.kill()
    this.node = null
    this.disk.crash()
    this.requests.crash()
    this.kernel.queue.cancel(this.#tick)
  }

  /** There is nothing to finish: what was promised is on disk. */
  stop(): void {
    this.crash()
  }

  get isUp(): boolean {
    return this.node !== null && this.process.state === 'up'
  }

  /** Processor time since it was started, a neighbour's included. */
  get busyUs(): number {
    return this.#cpu?.busyUs() ?? 0
  }

  /** Only a leader has something to hand over. */
  handOver(target: number): void {
    this.node!.transferTo(target, this.kernel.queue.now)
    this.carryOut()
  }

  get slowness(): Slowdown {
    return this.#slowdowns.total(this.#speed)
  }

  slowDown(slowdown: Slowdown): () => void {
    return this.#slowdowns.add(slowdown)
  }

  /** After every input to the node: carry out what it led to. */
  carryOut(): void {
    const node = this.node!
    const { output, write } = node.take()
    if (write !== null) this.disk.write(write)
    if (output.messages.length > 0) this.#dispatch(output.messages)
    if (write !== null && !this.disk.isSyncing) this.#sync()
    if (this.store.applied < node.commitIndex) this.#apply(node)
    if (output.rounds.length > 0) this.group.committed(this, output.rounds)
    this.requests.conclude(output)
    if (output.changes.length > 0) this.#changed(output)
  }

  #dispatch(messages: readonly Message[]): void {
    const { group, disk, process } = this
    for (const message of messages) {
      const waiting = message.kind === 'append' ? null : disk.waiting
      if (waiting === null) this.#send(message)
      else waiting.push(message)
    }
    const sendUs = group.settings.sendUs * messages.length
    if (sendUs > 0 && process.life !== null) this.#cpu!.run(sendUs, sent, undefined)
  }

  #send(message: Message): void {
    const { group } = this
    const server = group.servers[message.to]!
    const arrival: Arrival = { server, message, life: null }
    group.network.send(this.process, server.process, RaftServer.#arrived, arrival)
  }

  static #arrived(this: void, arrival: Arrival): void {
    const { server, message } = arrival
    const { life } = server.process
    // Nobody listens: the message is lost, as the connection would be.
    if (life === null || (life.running && life.handler === null)) return
    if (life.holdsBack(RaftServer.#arrived, arrival)) return
    const { messageUs, entryUs } = server.group.settings
    server.kernel.hash.mix(server.kernel.queue.now, EVENT.raftMessage, server.id, message.from)
    arrival.life = life
    const costUs = message.kind === 'append' ? messageUs + entryUs * message.entries.length : messageUs
    if (costUs === 0) RaftServer.#handle(arrival)
    else server.#cpu!.run(costUs, RaftServer.#handle, arrival)
  }

  static #handle(this: void, { server, message }: Arrival): void {
    server.node!.receive(message, server.kernel.queue.now)
    server.carryOut()
  }

  static #asked(this: void, { server, call }: { readonly server: RaftServer; readonly call: Call }): void {
    if (call.isOpen) server.requests.take(call)
  }

  #sync(): void {
    const { life } = this.process
    if (life === null || !this.disk.begin()) return
    const syncUs = this.group.fsync.sample(this.group.fsyncStream) + this.slowness.extraSyncUs
    if (syncUs === 0) this.#synced()
    else this.kernel.queue.after(syncUs, RaftServer.#syncDone, { server: this, life })
  }

  static #syncDone(this: void, sync: { readonly server: RaftServer; readonly life: Life }): void {
    const { server, life } = sync
    if (life.holdsBack(RaftServer.#syncDone, sync)) return
    server.kernel.hash.mix(server.kernel.queue.now, EVENT.synced, server.id, 0)
    server.#synced()
  }

  #synced(): void {
    for (const { write, waiting } of this.disk.end()) {
      for (const message of waiting) this.#send(message)
      this.node!.synced(write, this.kernel.queue.now)
      this.carryOut()
    }
    if (!this.disk.isSyncing) this.#sync()
  }

  #apply(node: RaftNode): void {
    const { store, group } = this
    while (store.applied < node.commitIndex) {
      const entry = node.log.entryAt(store.applied + 1)
      store.apply(entry)
      group.applied(this, store.applied, entry)
      if (entry.kind === 'write' && node.role === 'leader') this.requests.applied(entry, store.applied)
    }
  }

  #changed(output: Output): void {
    for (const change of output.changes) this.group.changed(this, change)
    const { life } = this.process
    if (life !== null) this.#arm(life)
  }

  /** One timer: if it fires early, because the node has heard of its leader, it is set again. */
  #arm(life: Life): void {
    const { queue } = this.kernel
    queue.cancel(this.#tick)
    this.#tick = queue.after(Math.max(0, this.node!.nextTickUs - queue.now), RaftServer.#due, { server: this, life })
  }

  static #due(this: void, timer: { readonly server: RaftServer; readonly life: Life }): void {
    const { server, life } = timer
    if (life.holdsBack(RaftServer.#due, timer)) return
    const { now } = server.kernel.queue
    server.kernel.hash.mix(now, EVENT.raftTick, server.id, 0)
    server.node!.tick(now, server.#draw())
    server.carryOut()
    server.#arm(life)
  }

  #draw(): number {
    return this.kernel.streams.stream(`election:${this.process.name}`).uniform()
  }

  #setSpeed(): void {
    if (this.#cpu !== null) this.#cpu.share = this.slowness.cpuShare
  }
}

function sent(): void {}
