/**
 * Figure 3.7 of the thesis, step by step: a leader must not conclude that an entry of an earlier term is committed from
 * counting who holds it. Server 0 leads and reaches server 1 only; server 4 leads and reaches nobody; server 0 leads
 * again and brings its old entry to a majority; then server 4 stands again.
 */
import assert from 'node:assert/strict'
import { Leadership } from '../../../algorithms/raft/leadership.ts'
import { majorityScheme } from '../../../algorithms/raft/majority.ts'
import { type DurableState, type DurableWrite, type Message, NEW_SERVER } from '../../../algorithms/raft/message.ts'
import { RaftNode } from '../../../algorithms/raft/node.ts'
import type { CommitRule } from '../../../algorithms/raft/quorum-system.ts'
import { test } from '../../support/test.ts'

class CountingOldTerms extends Leadership {
  override begin(nowUs: number): void {
    this.startRound([], [], nowUs)
  }
}

class LeadsByCountingOldTerms extends RaftNode {
  protected override lead(rule: CommitRule, nowUs: number): Leadership {
    return new CountingOldTerms(this, rule, nowUs)
  }
}

const TIMEOUT_US = 1000

/** Five servers whose messages arrive at once, where `reach` allows, and whose disks are instant. */
class Bench {
  readonly nodes: RaftNode[]
  readonly #disks: DurableState[]
  readonly #newNode: typeof RaftNode
  reach: readonly number[] = []
  nowUs = 0

  constructor(newNode: typeof RaftNode) {
    this.#newNode = newNode
    this.#disks = Array.from({ length: 5 }, () => NEW_SERVER)
    this.nodes = this.#disks.map((_, id) => this.#boot(id))
  }

  #boot(id: number): RaftNode {
    const config = {
      id,
      nodes: 5,
      quorums: majorityScheme(5),
      failureThreshold: 2,
      electionTimeoutUs: TIMEOUT_US,
      heartbeatUs: 100,
      preVote: false,
      batchEntries: 10,
      roundsInFlight: 1,
    }
    return new this.#newNode(config, this.#disks[id]!, this.nowUs, TIMEOUT_US)
  }

  restart(id: number): void {
    this.nodes[id] = this.#boot(id)
  }

  /** `id` times out, up to three times, while only `reach` can be reached. */
  stand(id: number, reach: readonly number[]): void {
    this.reach = [id, ...reach]
    for (let i = 0; i < 3 && this.nodes[id]!.role !== 'leader'; i++) {
      this.nowUs += 10 * TIMEOUT_US
      this.nodes[id]!.tick(this.nowUs, 0)
      this.carryOut(id)
    }
  }

  carryOut(id: number): void {
    const { output, write } = this.nodes[id]!.take()
    if (write !== null) {
      this.#disks[id] = written(this.#disks[id]!, write)
      this.nodes[id]!.synced(write, this.nowUs)
    }
    for (const message of output.messages) this.#deliver(message)
    if (write !== null) this.carryOut(id)
  }

  #deliver(message: Message): void {
    if (!this.reach.includes(message.to) || !this.reach.includes(message.from)) return
    this.nodes[message.to]!.receive(message, this.nowUs)
    this.carryOut(message.to)
  }
}

function written(state: DurableState, { term, votedFor, fromIndex, entries }: DurableWrite): DurableState {
  return { term, votedFor, log: entries.length === 0 ? state.log : [...state.log.slice(0, fromIndex - 1), ...entries] }
}

/** Plays the figure up to its end; `committed` is what server 0 had committed in between. */
function play(newNode: typeof RaftNode): { readonly last: RaftNode; readonly committed: number } {
  const bench = new Bench(newNode)
  const propose = (id: number, op: number, reach: readonly number[]) => {
    bench.reach = [id, ...reach]
    bench.nodes[id]!.propose([{ op, key: 0 }], bench.nowUs)
    bench.carryOut(id)
  }
  bench.stand(0, [1, 2])
  propose(0, 1, [1])
  bench.restart(0)
  bench.stand(4, [2, 3])
  propose(4, 2, [])
  bench.restart(4)
  bench.stand(0, [1, 2])
  for (let beat = 0; beat < 5; beat++) {
    bench.nowUs += 100
    bench.nodes[0]!.tick(bench.nowUs, 0)
    bench.carryOut(0)
  }
  const committed = bench.nodes[0]!.commitIndex
  assert.ok(bench.nodes[0]!.log.slice(1, committed).some((entry) => entry.kind === 'write' && entry.op === 1))
  bench.stand(4, [1, 2, 3])
  return { last: bench.nodes[4]!, committed }
}

test('an entry of an old term is committed only with one of the own term on top, so a stale candidate cannot win', () => {
  const { last, committed } = play(RaftNode)
  assert.ok(committed > 0)
  assert.notEqual(last.role, 'leader')
})

test('planted and found: an entry of an old term is committed by counting, and a later leader cuts it', () => {
  assert.throws(() => play(LeadsByCountingOldTerms), /is to cut committed entry 1/)
})
