/** A simulated cluster under load, step by step, and a person who asks its coordinator for this and that. */
import assert from 'node:assert/strict'
import type { CoordinatorRequests, Outcome, ReplyOf, WriteReply } from '../../../algorithms/servers.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'

const TEXT = `
name: steered
description: for tests
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }
workload:   { ratePerSec: 100, clients: 8, consistency: STRONG, duration: 1s, warmup: 100ms }
`

export class Steered {
  readonly cluster: SimCluster
  #ops = 0

  constructor(seed = 1) {
    this.cluster = new SimCluster(parseScenario(TEXT, 'steered.yaml'), seed)
    this.cluster.prepare({
      run: (durationUs) => this.run(durationUs / 1_000),
      until: (limitUs, missing) => this.until(() => missing() === null, limitUs / 1_000),
    })
  }

  get source(): string {
    return this.cluster.source
  }

  run(ms: number): void {
    const { queue } = this.cluster.kernel
    queue.run(queue.now + ms * 1_000)
    if (this.cluster.fatal !== null) throw this.cluster.fatal
  }

  until(holds: () => boolean, limitMs = 10_000): void {
    for (let ms = 0; !holds(); ms++) {
      assert.ok(ms < limitMs, `not within ${limitMs} ms`)
      this.run(1)
    }
  }

  host(name: string) {
    return this.cluster.hosts.get(name)!
  }

  ask<K extends keyof CoordinatorRequests & string>(
    request: { readonly kind: K } & CoordinatorRequests[K]['request'],
  ): ReplyOf<CoordinatorRequests, K> {
    const { network, coordinators } = this.cluster
    const asked: { outcome: Outcome<unknown> | null } = { outcome: null }
    network.call(network.process('client'), coordinators[0]!.process, request, 20_000_000, {
      resume: (outcome: Outcome<unknown>) => {
        asked.outcome = outcome
      },
    })
    this.until(() => asked.outcome !== null, 30_000)
    const { outcome } = asked
    assert.ok(outcome?.kind === 'ok', JSON.stringify(outcome))
    return outcome.reply as ReplyOf<CoordinatorRequests, K>
  }

  write(): WriteReply {
    const op = ++this.#ops
    return this.ask({ kind: 'write', statement: { kind: 'keyed', op, key: op }, consistency: 'STRONG', session: null })
  }

  reigns(): string[] {
    return this.cluster.events.flatMap((event) => (event.kind === 'reign' ? [event.source] : []))
  }

  refusals() {
    return this.cluster.events.flatMap((event) => (event.kind === 'refused' ? [event] : []))
  }
}
