/** Changing the failure threshold within an epoch, on simulated servers; and why a take-over may rely on it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { rowsIn } from '../../../algorithms/failover/epoch.ts'
import { livingEpoch, mayTakeOver } from '../../../algorithms/failover/quorum-rule.ts'
import type {
  ChangeThresholdReply,
  CoordinatorRequests,
  Outcome,
  RequestOf,
  WriteReply,
} from '../../../algorithms/servers.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { judged } from './random-scenario.ts'
import { stopped } from './stopped.ts'

/** A cluster whose first source reigns, and an operator who asks the coordinator. */
class Operated {
  readonly cluster: SimCluster
  #ops = 0

  /** `apart`: servers that the other ones cannot be reached from. `more`: of the cluster. */
  constructor(algorithms: string, nodes = 5, apart: readonly string[] = [], more = '') {
    const text = `
name: thresholds
cluster: { nodes: ${nodes}${more} }
algorithms: { ${algorithms} }
tuning: { quorumTimeout: 1s }
`
    this.cluster = new SimCluster(parseScenario(text, 'thresholds.yaml'), 1)
    const { network } = this.cluster
    const others = ['node1', 'node2'].map((name) => network.process(name))
    for (const one of apart.map((name) => network.process(name)))
      for (const other of others) for (const link of [network.link(one, other), network.link(other, one)]) link.cut()
    this.cluster.bootServers()
    this.run(1_500)
    for (const coordinator of this.cluster.coordinators) coordinator.boot()
    this.run(1_500)
    assert.ok(this.events('reign').length > 0, 'the first source reigns')
  }

  events<K extends string>(kind: K) {
    return this.cluster.events.filter((event) => event.kind === kind)
  }

  run(ms: number): void {
    const { queue } = this.cluster.kernel
    queue.run(queue.now + ms * 1_000)
    if (this.cluster.fatal !== null) throw this.cluster.fatal
  }

  ask<T>(request: RequestOf<CoordinatorRequests>): { outcome: Outcome<T> | null } {
    const { network } = this.cluster
    const asked: { outcome: Outcome<T> | null } = { outcome: null }
    network.call(network.process('client'), network.process('coordinator'), request, 10_000_000, {
      resume: (outcome) => {
        asked.outcome = outcome as Outcome<T>
      },
    })
    return asked
  }

  change(failureThreshold: number, ms = 3_000): ChangeThresholdReply {
    const asked = this.ask<ChangeThresholdReply>({ kind: 'changeThreshold', failureThreshold })
    this.run(ms)
    assert.equal(asked.outcome?.kind, 'ok')
    return (asked.outcome as { reply: ChangeThresholdReply }).reply
  }

  write(ms = 1_500): WriteReply {
    const statement = { kind: 'keyed', op: ++this.#ops, key: 1 } as const
    const asked = this.ask<WriteReply>({ kind: 'write', statement, consistency: 'STRONG', session: null })
    this.run(ms)
    assert.equal(asked.outcome?.kind, 'ok')
    return (asked.outcome as { reply: WriteReply }).reply
  }

  pause(...nodes: string[]): void {
    for (const node of nodes) this.cluster.network.process(node).life!.pause()
  }

  resume(...nodes: string[]): void {
    for (const node of nodes) this.cluster.network.process(node).life!.resume()
  }

  held(node: string) {
    return this.cluster.mysql.server(node).data.held.live
  }

  kOf(node: string): number {
    return livingEpoch(this.held(node))!.k
  }
}

test('k is lowered by a row that as many replicas hold as the larger k asks for', () => {
  const operated = new Operated('quorum: flexible, failureThreshold: 2')
  assert.equal(operated.kOf('node1'), 2)
  assert.deepEqual(operated.change(1), { verdict: 'ok', epoch: 1, k: 1 })
  const holders = ['node2', 'node3', 'node4', 'node5'].filter((node) => operated.kOf(node) === 1)
  assert.ok(holders.length >= 2, `${holders}`)
  operated.pause('node2', 'node3', 'node4')
  assert.equal(operated.write().verdict, 'ok', 'one replica is enough now')
})

test('a relay log that is lost with the row, and nothing else new, before the next probe is known to be lost', () => {
  const operated = new Operated('quorum: flexible, failureThreshold: 2', 5, [], ', acknowledge: received')
  const { mysql, journals } = operated.cluster
  for (const node of ['node2', 'node3', 'node4', 'node5'])
    mysql.server(node).instance!.statements.run({ kind: 'lock tables' }, () => {})
  const before = journals.get('coordinator')!.contents.records
  const asked = operated.ask<ChangeThresholdReply>({ kind: 'changeThreshold', failureThreshold: 1 })
  while (asked.outcome === null) operated.run(1)
  assert.equal(operated.kOf('node2'), 1)
  mysql.server('node2').loseRelayLog()
  assert.equal(operated.kOf('node2'), 2)
  // It starts again, and is looked at.
  operated.run(4_000)
  // The new threshold, that node2 lost something, and that it has proved itself since.
  assert.ok(journals.get('coordinator')!.contents.records >= before + 2)
})

test('until its row is acknowledged a lower k is not in effect, and a take-over counts on it all the same', () => {
  const operated = new Operated('quorum: flexible, failureThreshold: 2')
  operated.pause('node2', 'node3', 'node4')
  const reply = operated.change(1)
  assert.equal(reply.verdict, 'unknown')
  assert.equal(operated.write().verdict, 'unknown', 'one of two replicas')
  assert.equal(operated.kOf('node5'), 1)
  operated.resume('node2', 'node3', 'node4')
  assert.equal(operated.change(1).verdict, 'ok', 'tried again, the same row does no harm')
  assert.equal(rowsIn(operated.held('node1')).length, 2)
})

test('k is raised at once, before anybody has the row', () => {
  const operated = new Operated('quorum: cabinet, failureThreshold: 1')
  operated.pause('node2', 'node3', 'node4')
  assert.equal(operated.write().verdict, 'ok')
  assert.equal(operated.change(2).verdict, 'unknown', 'its row has no quorum')
  assert.equal(operated.write().verdict, 'unknown', 'but the larger k holds')
  operated.resume('node2', 'node3', 'node4')
  operated.run(500)
  assert.equal(operated.write().verdict, 'ok')
})

test('what cannot be meant is refused, and changes nothing', () => {
  const reasonOf = (reply: ChangeThresholdReply) => (reply.verdict === 'refused' ? reply.reason : reply.verdict)
  assert.match(reasonOf(new Operated('quorum: majority').change(1)), /^majority has no failure threshold$/)
  const operated = new Operated('quorum: cabinet, failureThreshold: 1, weightRatio: 1.5')
  assert.match(reasonOf(operated.change(3)), /^the failure threshold of 5 servers is from 1 to 2, not 3$/)
  assert.match(reasonOf(operated.change(0)), /not 0$/)
  assert.match(reasonOf(operated.change(2)), /^weights of ratio 1.5 do not fit threshold 2$/)
  assert.equal(rowsIn(operated.held('node1')).length, 1)
  assert.deepEqual(operated.events('threshold'), [])
})

test('after a failover the lowered k is kept, nothing acknowledged under it is lost, and a raised k survives the coordinator', () => {
  const operated = new Operated('quorum: cabinet, failureThreshold: 2')
  assert.equal(operated.change(1).verdict, 'ok')
  const written = Array.from({ length: 20 }, () => operated.write(20))
  operated.cluster.hosts.get('node1')!.crash()
  operated.run(4_000)
  const second = operated.events('reign').at(-1)!
  assert.ok(second.kind === 'reign' && second.epoch > 1 && second.k === 1, JSON.stringify(second))
  const acknowledged = written.flatMap((reply) => (reply.verdict === 'ok' ? [reply.gtid!] : []))
  assert.ok(acknowledged.length > 0)
  for (const gtid of acknowledged) assert.ok(operated.held(second.source).has(gtid))
  operated.cluster.hosts.get('node1')!.boot()
  operated.run(3_000)
  assert.equal(operated.change(2).verdict, 'ok')
  operated.cluster.hosts.get('coordinator')!.crash()
  operated.cluster.hosts.get('coordinator')!.boot()
  operated.run(4_000)
  const third = operated.events('reign').at(-1)!
  assert.ok(third.kind === 'reign' && third.epoch > second.epoch && third.k === 2, JSON.stringify(third))
})

test('a raised threshold lowers nothing: where nobody has seen a row, the first epoch may have begun with the smaller k', () => {
  // The first epoch's row, and what it acknowledges with k = 1, come to node2 alone.
  const operated = new Operated('quorum: flexible, failureThreshold: 1', 5, ['node3', 'node4', 'node5'])
  const written = Array.from({ length: 5 }, () => operated.write(20))
  assert.ok(written.some(({ verdict }) => verdict === 'ok'))
  // In effect at once, although its row will not be held by two.
  operated.change(2)
  for (const name of ['node1', 'node2', 'coordinator']) operated.cluster.hosts.get(name)!.crash()
  operated.cluster.hosts.get('coordinator')!.boot()
  operated.run(8_000)
  const reigns = operated.events('reign')
  assert.equal(reigns.length, 1, JSON.stringify(reigns.at(-1)))
})

test('whoever takes over and does not know the lowered k meets too few replicas: all subsets, n up to 7', () => {
  const sizeOf = (bits: number) => bits.toString(2).replaceAll('0', '').length
  const membersOf = (bits: number, n: number) =>
    [...Array(n - 1).keys()].filter((i) => bits & (1 << i)).map((i) => i + 1)
  for (let n = 3; n <= 7; n++) {
    const all = 1 << (n - 1)
    const allowed = (bits: number, k: number) => {
      const living = { epoch: 1, k, member: 0, base: 0 }
      return mayTakeOver(living, { servers: stopped(n, membersOf(bits, n)), fenced: null, leastK: 1, policyK: 1 })
        .allowed
    }
    for (let before = 2; before < n; before++)
      for (let k = 1; k < before; k++)
        for (let row = 0; row < all; row++) {
          if (sizeOf(row) < before) continue
          for (let bits = 0; bits < all; bits++) {
            const knows = (bits & row) !== 0
            if (!allowed(bits, knows ? k : before)) continue
            assert.ok(knows, `n=${n} k ${before} to ${k}: row on ${row}, stopped ${bits}`)
            // So it counted on the new k, and meets whatever was acknowledged under it.
            assert.ok(n - 1 - sizeOf(bits) < k)
          }
        }
  }
})

test('a step of a scenario lowers it and raises it again under load, with failovers in between; what happened is witnessed', () => {
  const { result, failed } = judged(
    `
name: thresholds
cluster:    { nodes: 5 }
algorithms: { quorum: cabinet, failureThreshold: 2 }
workload:   { ratePerSec: 200, clients: 16, reads: 0.3, keys: 10, duration: 10s, warmup: 500ms }
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
faults:
  - { at: 1s, change-threshold: 1 }
  - { at: 2s, stop: source, for: 600ms }
  - { at: 5s, change-threshold: 2 }
  - { at: 6s, crash: source, for: 1s }
  - { at: 8500ms, change-threshold: 2 }
`,
    { seed: 1 },
  )
  assert.deepEqual(failed, [])
  assert.equal(result.summary.failovers.length, 2)
  const steps = result.faults.filter(({ kind }) => kind === 'change-threshold').map(({ witness }) => witness)
  assert.match(steps[0]!.before, /writable: node1, with rows of k = 2$/)
  assert.match(steps[0]!.during, /^in epoch 1 k is 1; writable: node1, with rows of k = 1 and k = 2$/)
  assert.match(steps[1]!.during, /^in epoch 2 k is 2; .*with rows of k = 1 and k = 2$/)
  assert.match(steps[2]!.before, /with rows of k = 2$/)
})

test('a raised k outlives the coordinator that raised it, and the source: no later epoch has a smaller one', () => {
  const text = readFileSync(new URL('../../planted/swarms/raised-threshold.yaml', import.meta.url), 'utf8')
  const { events } = simulate(parseScenario(text, 'raised-threshold.yaml'), { seed: 1 })
  const raised = events.findIndex(({ kind }) => kind === 'threshold')
  assert.ok(raised >= 0, 'the threshold was never raised')
  const later = events.slice(raised).flatMap((event) => (event.kind === 'reign' ? [event.k] : []))
  assert.ok(later.length >= 2, `${later.length} reigns after it`)
  for (const k of later) assert.ok(k >= 2, `k = ${k}`)
})
