import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { atOnce, faultSchedule } from '../../../sim/faults/fault-world.ts'
import { SimCluster } from '../../../sim/mysql/cluster.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

/** A cluster with running servers and no coordinator, and the faults of a scenario that lasts ten seconds. */
function hurt(...faults: string[]) {
  const text = [
    'name: faults',
    'description: for tests',
    'algorithms: { timestamps: odd-even, quorum: majority, election: seer-score }',
    'workload: { ratePerSec: 10, clients: 1, reads: 0, consistency: STRONG, duration: 10s, warmup: 1s }',
    'faults:',
    ...faults.map((fault) => `  - { ${fault} }`),
    'checks: [replicas-converge]',
  ].join('\n')
  const scenario = parseScenario(text, 'faults.yaml')
  const cluster = new SimCluster(scenario, 1)
  cluster.bootServers()
  for (const coordinator of cluster.coordinators) coordinator.boot()
  cluster.kernel.queue.run(3_000_000)
  const schedule = faultSchedule(cluster, cluster.kernel.queue.now, scenario.faults)
  schedule.begin()
  return { cluster, schedule, steps: scenario.faults, run: (ms: number) => run(cluster, ms) }
}

function run(cluster: SimCluster, ms: number): void {
  cluster.kernel.queue.run(cluster.kernel.queue.now + ms * 1_000)
  if (cluster.fatal !== null) throw cluster.fatal
}

function stateOf(cluster: SimCluster, name: string): string {
  return cluster.network.process(name).state
}

test('crash and restart: the witness sees no process, and then one that answers', () => {
  const { cluster, schedule, run } = hurt('at: 1s, crash: node2', 'at: 2s, restart: node2')
  run(1_500)
  assert.equal(stateOf(cluster, 'node2'), 'down')
  run(3_000)
  atOnce(schedule.lookAfter())
  const [record] = schedule.records
  assert.match(record!.witness.before, /node2: runs and answers, read-only/)
  assert.match(record!.witness.during, /no process, connections are refused/)
  assert.match(record!.witness.after, /runs and answers/)
  assert.equal(record!.witness.seenUs, 1_000_000)
  assert.ok(record!.healedUs! >= 3_000_000, 'healed when it listens again, not when it was started')
})

test('stop takes its time, and is seen to hold when the process has ended', () => {
  const { schedule, run } = hurt('at: 1s, stop: node2', 'at: 4s, start: node2')
  run(1_100)
  assert.equal(schedule.records[0]!.witness.seenUs, null)
  run(1_900)
  assert.ok(schedule.records[0]!.witness.seenUs! >= 1_500_000)
  run(3_000)
  assert.ok(schedule.records[0]!.healedUs! >= 5_000_000)
})

test('a process that is started again at the moment at which it ends was stopped all the same', () => {
  // Stopped twice, as a role and by name: the first undo starts it before anybody looks for the second.
  for (const offsetMs of [1, 2, 3, 4]) {
    const { schedule, run } = hurt('at: 1s, stop: node2, for: 100ms', `at: ${1_300 + offsetMs}ms, stop: [node2, node3]`)
    run(3_000)
    assert.deepEqual(
      schedule.records.filter(({ witness }) => witness.seenUs === null),
      [],
    )
  }
})

test('a server that loses its relay logs while it stops stays down, and one that ran is started again', () => {
  const { cluster, schedule, run } = hurt(
    'at: 1s, stop: node2',
    'at: 1200ms, lose-relay-logs: node2',
    'at: 1200ms, lose-relay-logs: node3',
  )
  run(1_100)
  // Something to lose, as nobody writes here.
  for (const name of ['node2', 'node3']) {
    const gtid = { uuid: '11111111-1111-1111-1111-111111111111', number: 1 }
    cluster.mysql.server(name).data.receive({ gtid, key: 0, row: null, originalUs: 0 })
  }
  run(1_500)
  assert.equal(stateOf(cluster, 'node2'), 'down')
  assert.equal(stateOf(cluster, 'node3'), 'up')
  assert.ok(schedule.records.every(({ witness }) => witness.seenUs !== null))
})

test('pause and resume: the witness sees a stopped process', () => {
  const { cluster, schedule, run } = hurt('at: 1s, pause: node3, for: 2s')
  run(1_500)
  assert.equal(stateOf(cluster, 'node3'), 'paused')
  assert.match(schedule.records[0]!.witness.during, /stopped by a signal/)
  run(2_000)
  assert.equal(stateOf(cluster, 'node3'), 'up')
  assert.equal(schedule.records[0]!.healedUs, 3_000_000)
})

test('a partition cuts the target off from everybody, in the direction asked for, except from those excepted', () => {
  const cuts = (fault: string) => {
    const { cluster, schedule, run } = hurt(fault)
    run(1_500)
    const { network } = cluster
    const isCut = (from: string, to: string) => network.link(network.process(from), network.process(to)).isCut
    return { isCut, record: schedule.records[0]! }
  }
  const both = cuts('at: 1s, partition: node2')
  assert.ok(both.isCut('node2', 'node1') && both.isCut('node1', 'node2') && both.isCut('coordinator', 'node2'))
  assert.ok(!both.isCut('node1', 'node3'))
  assert.match(both.record.witness.during, /^0 of 14 links deliver$/)
  const inward = cuts('at: 1s, partition: node2, direction: in, except: coordinator')
  assert.ok(inward.isCut('node1', 'node2') && !inward.isCut('node2', 'node1') && !inward.isCut('coordinator', 'node2'))
  assert.match(inward.record.label, /^partition node2 \(in\), except coordinator$/)
  const split = cuts('at: 1s, partition: { split: [[node1, node2], [node3, node4, coordinator]] }')
  assert.ok(split.isCut('node1', 'coordinator') && split.isCut('node4', 'node2'))
  assert.ok(!split.isCut('node1', 'node2') && !split.isCut('client', 'node1'))
})

test('heal undoes the partition it means, and leaves another one on', () => {
  const { cluster, run } = hurt('at: 1s, partition: node2', 'at: 2s, partition: node3', 'at: 3s, heal: node2')
  run(3_500)
  const { network } = cluster
  const isCut = (from: string, to: string) => network.link(network.process(from), network.process(to)).isCut
  assert.ok(!isCut('node1', 'node2'))
  assert.ok(isCut('node1', 'node3') && isCut('node2', 'node3'))
})

test('slow servers and slow links are seen to be slow, and to be quick again', () => {
  const { cluster, schedule, run } = hurt(
    'at: 1s, slow: node2, cpu: 0.3, disk: 20ms, for: 2s',
    'at: 1s, slow: { link: node1->node2 }, delay: 50ms, for: 2s',
  )
  run(1_500)
  const [server, link] = schedule.records
  assert.match(server!.witness.during, /30 % of its processors, 20 ms more/)
  assert.match(link!.witness.during, /up to 50\.\d+ ms/)
  assert.equal(cluster.mysql.server('node2').instance!.cpu.share, 0.3)
  run(2_000)
  atOnce(schedule.lookAfter())
  assert.match(server!.witness.after, /100 % of its processors, 0 ms more/)
  assert.match(link!.witness.after, /up to 0\.\d+ ms/)
})

test('a fault that changes nothing ends the run: slowing a link by nothing is no fault', () => {
  const { run } = hurt('at: 1s, slow: { link: node1->node2 }, delay: 0ms')
  assert.throws(() => run(1_500), /had no effect/)
})

test('roles are resolved when the step fires: the source is whoever reigns then', () => {
  const { schedule, run } = hurt('at: 1s, crash: source', 'at: 4s, crash: source', 'at: 5s, restart: crashed')
  run(4_500)
  const [first, second] = schedule.records
  assert.equal(first!.label, 'crash node1 (source)')
  assert.notEqual(second!.target[0], 'node1')
  run(5_000)
  assert.ok(schedule.records.every(({ healedUs }) => healedUs !== null))
})

test('any, replica, minority, fastest and all name living servers', () => {
  const roles: [string, number][] = [
    ['any', 1],
    ['replica', 1],
    ['minority', 1],
    ['fastest', 1],
    ['all', 4],
  ]
  for (const [role, count] of roles) {
    const { schedule, run } = hurt(`at: 1s, pause: ${role}`)
    run(1_500)
    assert.equal(schedule.records.length, count, role)
    for (const { target } of schedule.records) assert.match(target[0]!, /^node[1-4]$/)
    if (role !== 'any' && role !== 'all') assert.notEqual(schedule.records[0]!.target[0], 'node1')
  }
})

test('a fault whose target is in that state already claims nothing', () => {
  const { cluster, schedule, run } = hurt(
    'at: 1s, crash: node2',
    'at: 2s, crash: minority',
    'at: 3s, crash: minority',
    'at: 4s, crash: all',
  )
  run(4_500)
  const hit = schedule.records.map(({ target }) => target[0])
  assert.equal(new Set(hit).size, hit.length)
  assert.ok(cluster.events.some((event) => event.kind === 'note' && event.text.includes('already gone')))
})

test('what is healed at the end is everything, and only then are the last looks taken', () => {
  const { cluster, schedule, run } = hurt(
    'at: 1s, crash: node2',
    'at: 1s, pause: coordinator',
    'at: 1s, partition: node3',
    'at: 1s, slow: node4, cpu: 0.5',
  )
  run(2_000)
  assert.equal(schedule.records[0]!.witness.after, '')
  atOnce(schedule.heal())
  run(2_000)
  atOnce(schedule.lookAfter())
  for (const record of schedule.records) {
    assert.notEqual(record.witness.after, '')
    assert.equal(record.healedUs, null)
  }
  for (const name of ['node2', 'coordinator']) assert.equal(stateOf(cluster, name), 'up')
})

test('a skewed clock is seen to be wrong by what was asked for, and right again after its undo', () => {
  const { cluster, schedule, run } = hurt('at: 1s, skew-clock: timestamp-1, by: -5m, drift: 100ppm, for: 2s')
  run(2_000)
  assert.equal(cluster.clocks.get('timestamp-1')!.errorUs(), -300_000_000 + 100)
  assert.equal(cluster.clocks.get('timestamp-2')!.errorUs(), 0)
  run(2_000)
  atOnce(schedule.lookAfter())
  const { before, during, after } = schedule.records[0]!.witness
  assert.match(before, /timestamp-1: its clock is right and gains 0 us a second/)
  assert.match(during, /timestamp-1: its clock is 300000 ms behind and gains 100 us a second/)
  assert.equal(after, before)
})

test('a troubled link is seen to lose, repeat and reorder its share, and `deliver` undoes all of it', () => {
  const link = '{ link: coordinator->timestamp-1 }'
  const { cluster, schedule, run } = hurt(
    `at: 1s, lose: ${link}, ratio: 0.2`,
    `at: 1s, duplicate: ${link}, ratio: 0.5`,
    `at: 2s, reorder: ${link}, ratio: 0.1, for: 1s`,
    `at: 4s, deliver: ${link}`,
  )
  run(2_500)
  const { network } = cluster
  const { troubles } = network.link(network.process('coordinator'), network.process('timestamp-1'))
  assert.deepEqual(troubles, [
    { kind: 'lose', ratio: 0.2 },
    { kind: 'duplicate', ratio: 0.5 },
    { kind: 'reorder', ratio: 0.1 },
  ])
  run(1_000)
  assert.equal(troubles.length, 2)
  run(1_000)
  assert.deepEqual(troubles, [])
  atOnce(schedule.lookAfter())
  const [lost] = schedule.records
  assert.match(lost!.witness.during, /^of 1000 messages \d+ arrive once and in order, (1[5-9]|2[0-4])\d are lost, 0 /)
  for (const { healedUs, witness } of schedule.records) {
    assert.notEqual(healedUs, null)
    assert.match(witness.after, /of 1000 messages 1000 arrive once and in order/)
  }
})

test('with a paused source that is still writable, a threshold is changed and seen in the rows of its successor', () => {
  const text = `
name: two-writers
cluster:    { nodes: 5 }
algorithms: { timestamps: taas, quorum: cabinet, election: most-advanced }
workload:   { ratePerSec: 50, clients: 4, reads: 0.2, duration: 8s }
faults:
  - { at: 1s, pause: node1, for: 5s }
  - { at: 4s, change-threshold: 1 }
checks:     [acknowledged-writes-survive]
`
  const { faults } = simulate(parseScenario(text, 'two-writers.yaml'), { seed: 1 })
  const { witness } = faults.find(({ kind }) => kind === 'change-threshold')!
  assert.match(witness.before, /^writable: node1, node\d, with rows of k = 2$/)
  assert.match(witness.during, /^in epoch \d+ k is 1; writable: node1, node\d, with rows of k = 1 and k = 2$/)
  assert.notEqual(witness.seenUs, null)
})
