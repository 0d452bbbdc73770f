/**
 * A whole Raft cluster under chance: messages are lost, doubled and overtaken, servers crash at any step (also between
 * a write and its fsync) and lose what was not durable, the network splits. After every step the safety properties of
 * the thesis (figure 3.2) are looked at from the outside. One seed, one path.
 */

import type { RaftConfig } from '../../../algorithms/raft/config.ts'
import {
  type DurableState,
  type DurableWrite,
  type Entry,
  type Message,
  NEW_SERVER,
} from '../../../algorithms/raft/message.ts'
import { RaftNode } from '../../../algorithms/raft/node.ts'
import type { QuorumScheme } from '../../../algorithms/raft/quorum-system.ts'
import { type RandomStream, RandomStreams } from '../../../scenarios/chance/random.ts'

export interface Plan {
  readonly nodes: number
  readonly quorums: QuorumScheme
  readonly failureThreshold: number
  readonly preVote: boolean
  readonly roundsInFlight: number
  /** Logged changes of t are proposed now and then. */
  readonly changesThreshold: boolean
  readonly steps: number
  /** Where a test plants a server that is wrong. */
  readonly newNode?: (config: RaftConfig, state: DurableState, nowUs: number, timeoutUs: number) => RaftNode
  /** What of a write reaches the disk; a test plants one that forgets. */
  readonly kept?: (write: DurableWrite) => DurableWrite
  /** Servers crash and are cut off all the time, come back at once, and stand for election together. */
  readonly isRough?: boolean
  /** A test plants servers that promise before it is durable. */
  readonly promisesEarly?: boolean
  /** Between the steps; a test plants what must not happen here. */
  readonly meddle?: (random: RandomStream) => void
}

interface Host {
  node: RaftNode | null
  disk: DurableState
  /** Not durable yet, oldest first, each with the messages that wait for it. */
  readonly writes: { readonly write: DurableWrite; readonly waiting: Message[] }[]
}

const ELECTION_TIMEOUT_US = 1000

interface Outcome {
  /** The first broken property in words; null: all hold. */
  readonly violation: string | null
  readonly committed: number
  readonly terms: number
  readonly thresholds: number
}

export class RandomCluster {
  readonly #plan: Plan
  readonly #random: RandomStream
  readonly #hosts: Host[]
  #wire: { readonly message: Message; readonly dueUs: number }[] = []
  #nowUs = 0
  #op = 0
  #side: readonly boolean[]
  /** Who led which term. */
  readonly #leaders = new Map<number, number>()
  /** What was committed at each index, by whoever said so first. */
  readonly #committed: Entry[] = []
  /** Every pair of (term, index) with the entry and the one before it: equal for all logs. */
  #violation: string | null = null

  constructor(plan: Plan, seed: number) {
    this.#plan = plan
    this.#random = new RandomStreams(seed).stream('raft')
    this.#side = new Array<boolean>(plan.nodes).fill(true)
    this.#hosts = Array.from({ length: plan.nodes }, () => ({ node: null, disk: NEW_SERVER, writes: [] }))
    for (let id = 0; id < plan.nodes; id++) this.#boot(id)
  }

  run(): Outcome {
    for (let i = 0; i < this.#plan.steps && this.#violation === null; i++) {
      try {
        this.#step()
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('assertion')) throw error
        this.#violation ??= error.message
      }
    }
    const thresholds = this.#committed.filter(({ kind }) => kind === 'threshold').length
    return { violation: this.#violation, committed: this.#committed.length, terms: this.#leaders.size, thresholds }
  }

  #chance(probability: number): boolean {
    return this.#random.uniform() < probability
  }

  #pick(count: number): number {
    return Math.floor(this.#random.uniform() * count)
  }

  #step(): void {
    this.#nowUs += 1 + this.#pick(20)
    const { nodes, changesThreshold, meddle, isRough = false } = this.#plan
    const random = this.#random
    meddle?.(random)
    const rough = isRough ? 3 : 1
    const leader = this.#hosts.findIndex(({ node }) => node?.role === 'leader')
    if (this.#chance(0.01 * rough)) this.#crash(this.#pick(nodes))
    if (isRough && leader >= 0 && this.#chance(0.06)) this.#crash(leader)
    if (this.#chance(0.02 * rough * rough)) this.#boot(this.#pick(nodes))
    if (this.#chance(0.01 * rough)) this.#side = this.#side.map(() => this.#chance(0.5))
    if (this.#chance(0.02)) this.#side = this.#side.map(() => true)
    const id = isRough && leader >= 0 ? leader : this.#pick(nodes)
    const { node } = this.#hosts[id]!
    if (node !== null && this.#chance(0.3)) {
      node.propose([{ op: ++this.#op, key: 0 }], this.#nowUs)
      if (this.#chance(0.05)) node.transferTo(this.#pick(nodes), this.#nowUs)
      if (changesThreshold && this.#chance(0.2))
        node.changeThreshold(1 + this.#pick(Math.floor((nodes - 1) / 2)), this.#nowUs)
      this.#taken(id)
    }
    for (let i = 0; i < nodes; i++) {
      this.#hosts[i]!.node?.tick(this.#nowUs, isRough ? random.uniform() / 20 : random.uniform())
      this.#taken(i)
    }
    for (let i = 0; i < nodes; i++) if (this.#chance(isRough ? 0.9 : 0.6)) this.#sync(i)
    this.#deliver()
  }

  #boot(id: number): void {
    const host = this.#hosts[id]!
    if (host.node !== null) return
    const { nodes, quorums, failureThreshold, preVote, roundsInFlight, newNode } = this.#plan
    const config: RaftConfig = {
      id,
      nodes,
      quorums,
      failureThreshold,
      electionTimeoutUs: ELECTION_TIMEOUT_US,
      heartbeatUs: 100,
      preVote,
      batchEntries: 3,
      roundsInFlight,
    }
    const timeoutUs = Math.floor(ELECTION_TIMEOUT_US * (1 + this.#random.uniform()))
    host.node =
      newNode?.(config, host.disk, this.#nowUs, timeoutUs) ?? new RaftNode(config, host.disk, this.#nowUs, timeoutUs)
  }

  #crash(id: number): void {
    const host = this.#hosts[id]!
    host.node = null
    host.writes.length = 0
  }

  /** One fsync, of the oldest write. */
  #sync(id: number): void {
    const host = this.#hosts[id]!
    const done = host.writes.shift()
    if (done === undefined) return
    const { fromIndex, entries, term, votedFor } = this.#plan.kept?.(done.write) ?? done.write
    const log = entries.length === 0 ? host.disk.log : [...host.disk.log.slice(0, fromIndex - 1), ...entries]
    host.disk = { term, votedFor, log }
    for (const message of done.waiting) this.#send(message)
    host.node?.synced(done.write, this.#nowUs)
    this.#taken(id)
  }

  /** Carries out what an input led to, and looks at the properties. */
  #taken(id: number): void {
    const host = this.#hosts[id]!
    if (host.node === null) return
    const { output, write } = host.node.take()
    if (write !== null) host.writes.push({ write, waiting: [] })
    for (const message of output.messages) {
      const last = host.writes.at(-1)
      if (last === undefined || message.kind === 'append' || this.#plan.promisesEarly === true) this.#send(message)
      else last.waiting.push(message)
    }
    for (const change of output.changes)
      if (change.kind === 'elected') {
        const other = this.#leaders.get(change.term)
        if (other !== undefined) this.#violation ??= `election safety: ${other} and ${id} lead in term ${change.term}`
        this.#leaders.set(change.term, id)
        this.#isComplete(host.node)
      }
    this.#isAgreed(host.node)
  }

  /** Leader completeness: what was committed in earlier terms is in the log of every later leader. */
  #isComplete(node: RaftNode): void {
    this.#committed.forEach((entry, i) => {
      if (entry.term < node.term && node.log.termAt(i + 1) !== entry.term)
        this.#violation ??= `leader completeness: leader ${node.id} of term ${node.term} lacks committed entry ${i + 1}`
    })
  }

  /** State machine safety: two servers never apply different entries at the same index. */
  #isAgreed(node: RaftNode): void {
    for (let index = 1; index <= node.commitIndex; index++) {
      const entry = node.log.entryAt(index)
      const agreed = this.#committed[index - 1]
      if (agreed === undefined) this.#committed.push(entry)
      else if (agreed !== entry)
        this.#violation ??= `state machine safety: server ${node.id} commits another entry at ${index}`
    }
  }

  /** Log matching: where two logs have an entry of the same index and term, they are equal up to there. */
  logMatching(): string | null {
    const logs = this.#hosts.flatMap(({ node }) => (node === null ? [] : [node.log.entries]))
    for (const a of logs)
      for (const b of logs) {
        let last = Math.min(a.length, b.length) - 1
        while (last >= 0 && a[last]!.term !== b[last]!.term) last--
        for (let i = 0; i <= last; i++) if (a[i] !== b[i]) return `log matching: entry ${i + 1} differs`
      }
    return null
  }

  #send(message: Message): void {
    if (this.#chance(this.#plan.isRough === true ? 0.3 : 0.05)) return
    const copies = this.#chance(0.05) ? 2 : 1
    for (let i = 0; i < copies; i++)
      this.#wire.push({ message, dueUs: this.#nowUs + this.#pick(this.#chance(0.1) ? 400 : 40) })
  }

  #deliver(): void {
    const due = this.#wire.filter(({ dueUs }) => dueUs <= this.#nowUs)
    this.#wire = this.#wire.filter(({ dueUs }) => dueUs > this.#nowUs)
    for (const { message } of due) {
      const { node } = this.#hosts[message.to]!
      if (node === null || this.#side[message.from] !== this.#side[message.to]) continue
      node.receive(message, this.#nowUs)
      this.#taken(message.to)
    }
    this.#violation ??= due.length > 0 && this.#chance(0.02) ? this.logMatching() : null
  }
}
