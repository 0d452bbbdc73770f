import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { failed } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../../algorithms/servers.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'
import { test } from '../../support/test.ts'

/** Servers without a coordinator; the questions are asked in its name. */
function servers() {
  const cluster = new SimCluster(
    parseScenario(
      [
        'name: services',
        'description: for tests',
        'algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }',
        'workload: { ratePerSec: 10, clients: 1, reads: 0, consistency: STRONG, duration: 5s, warmup: 1s }',
        'checks: [replicas-converge]',
      ].join('\n'),
      'services.yaml',
    ),
    1,
  )
  cluster.bootServers()
  cluster.kernel.queue.run(2_000_000)
  const ask = (
    server: string,
    request: { readonly kind: string; readonly [field: string]: unknown },
  ): Outcome<unknown> => {
    let answer: Outcome<unknown> | null = null
    const { network, kernel } = cluster
    network.call(network.process('client'), network.process(server), request, 60_000_000, {
      resume: (outcome) => {
        answer = outcome
      },
    })
    while (answer === null) assert.ok(kernel.queue.runNext())
    return answer
  }
  return { cluster, ask, run: (ms: number) => cluster.kernel.queue.run(cluster.kernel.queue.now + ms * 1_000) }
}

test('a timestamp server counts from its start again after a crash', () => {
  const { cluster, ask, run } = servers()
  const next = () => ask('timestamp-2', { kind: 'next' })
  const stamp = (counter: number) => ({ kind: 'ok', reply: { timestamp: { counter, server: 2 } } })
  assert.deepEqual([next(), next()], [stamp(2), stamp(4)])
  cluster.hosts.get('timestamp-2')!.crash()
  assert.deepEqual(next(), failed({ code: 'connection-refused' }))
  cluster.hosts.get('timestamp-2')!.boot()
  run(1_000)
  assert.deepEqual(next(), stamp(2))
})

test('the journal answers when the record is synced, and gives back what it was given', () => {
  const { cluster, ask } = servers()
  const beganUs = cluster.kernel.queue.now
  assert.deepEqual(ask('journal', { kind: 'append', record: { epoch: 1 } }), { kind: 'ok', reply: {} })
  assert.ok(cluster.kernel.queue.now > beganUs, 'an fsync takes time')
  ask('journal', { kind: 'append', record: { epoch: 2 } })
  assert.deepEqual(ask('journal', { kind: 'readAll' }), {
    kind: 'ok',
    reply: { records: [{ epoch: 1 }, { epoch: 2 }] },
  })
})

test('a lost journal is there for whoever has it open, and gone with what was added for whoever reads it next', () => {
  const { cluster, ask } = servers()
  const records = () => ask('journal', { kind: 'readAll' })
  ask('journal', { kind: 'append', record: { epoch: 1 } })
  cluster.journals.get('coordinator')!.lose()
  assert.deepEqual(ask('journal', { kind: 'append', record: { epoch: 2 } }), { kind: 'ok', reply: {} })
  assert.deepEqual(records(), { kind: 'ok', reply: { records: [] } })
  ask('journal', { kind: 'append', record: { epoch: 3 } })
  assert.deepEqual(records(), { kind: 'ok', reply: { records: [{ epoch: 3 }] } })
})

test('a rebuild gives the server the donor data under a new server_uuid, and answers when it listens', () => {
  const { cluster, ask } = servers()
  const { mysql } = cluster
  mysql.server('node1').data.promised = 7
  const before = mysql.server('node2').data.uuid
  const outcome = ask('supervisor', { kind: 'rebuild', node: 'node2', donor: 'node1' })
  const { uuid, promised } = mysql.server('node2').instance!.state()
  assert.deepEqual(outcome, { kind: 'ok', reply: { uuid } })
  assert.notEqual(uuid, before)
  assert.equal(promised, 7)
})

test('a rebuild whose donor is dead, or dies meanwhile, fails and leaves the old data', () => {
  const { cluster, ask, run } = servers()
  const { mysql } = cluster
  const before = mysql.server('node2').data
  mysql.server('node1').crash()
  const down = ask('supervisor', { kind: 'rebuild', node: 'node2', donor: 'node1' })
  assert.deepEqual(down, failed({ code: 'donor-down', donor: 'node1' }))
  assert.notEqual(mysql.server('node2').instance, null)
  cluster.kernel.queue.after(1_000_000, () => mysql.server('node3').crash(), undefined)
  const lost = ask('supervisor', { kind: 'rebuild', node: 'node2', donor: 'node3' })
  assert.deepEqual(lost, failed({ code: 'donor-lost', donor: 'node3' }))
  run(2_000)
  assert.equal(mysql.server('node2').data, before)
  assert.notEqual(mysql.server('node2').instance, null)
})

test('extras are saved by name before they are thrown away', () => {
  const { cluster, ask } = servers()
  const gtids = MutableGtidSet.interval(cluster.mysql.server('node1').data.uuid, 3, 5)
  const outcome = ask('supervisor', { kind: 'saveExtras', node: 'node1', gtids })
  assert.deepEqual(
    cluster.supervisor.saved.map(({ path, ...saved }) => [{ kind: 'ok', reply: { path } }, saved]),
    [[outcome, { node: 'node1', gtids: gtids.toString() }]],
  )
})
