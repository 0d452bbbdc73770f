import assert from 'node:assert/strict'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { Kernel } from '../../../sim/kernel/kernel.ts'
import { DiskGate } from '../../../sim/mysql/disk-gate.ts'
import { Network } from '../../../sim/network/network.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

function run(fault: string) {
  const text = `name: incident\nworkload: { ratePerSec: 100, duration: 12s }\nliveness: 3s\nfaults: [{ at: 3s, ${fault} }]`
  return simulate(parseScenario(text, 'incident.yaml'), { seed: 1 })
}

const acknowledgedAfter = (record: ReturnType<typeof run>, fromUs: number, toUs: number) =>
  record.operations.filter(
    ({ kind, outcome, endUs }) => kind === 'write' && outcome === 'ok' && endUs! > fromUs && endUs! < toUs,
  )

test('a source whose disk stands still is replaced, and nothing that it acknowledged is lost', () => {
  const record = run('stall-disk: source, for: 6s')
  assert.deepEqual(acknowledgedAfter(record, 3_010_000, 4_500_000), [])
  assert.ok(acknowledgedAfter(record, 8_000_000, 9_000_000).length > 30)
  assert.equal(record.unsettled, null)
  const [fault] = record.faults
  assert.match(fault!.witness.during, /its disk stands still/)
})

test('a replica whose disk is full holds nobody up, and goes on a minute after it found that', () => {
  const record = run('fill-disk: node3, for: 2s')
  assert.ok(acknowledgedAfter(record, 3_500_000, 4_500_000).length > 30)
  assert.equal(record.unsettled, null)
})

test('who is connected is served by a source whose connections are taken', () => {
  const record = run('exhaust-connections: source, for: 4s')
  assert.deepEqual(
    record.operations.filter(({ outcome }) => outcome !== 'ok'),
    [],
  )
  assert.match(record.faults[0]!.witness.during, /new clients are refused \(1040\)/)
})

test('a coordinator that is started again meanwhile is refused with 1040, and served afterwards', () => {
  const text =
    'name: incident\nworkload: { ratePerSec: 100, duration: 12s }\nliveness: 3s\n' +
    'faults: [{ at: 3s, exhaust-connections: source, for: 4s }, { at: 4s, crash: coordinator, for: 200ms }]'
  const record = simulate(parseScenario(text, 'incident.yaml'), { seed: 1 })
  const refused = record.operations.filter(({ why }) => why?.code === 'too-many-connections')
  assert.ok(refused.length > 3, `${refused.length} refused`)
  assert.ok(acknowledgedAfter(record, 8_000_000, 9_000_000).length > 30)
})

test('a gate lets everybody on in order: at once from a stall, after a minute from a full disk', () => {
  const kernel = new Kernel(new RandomStreams(1))
  const node = new Network(kernel, parseScenario('name: gate', 'gate.yaml').network).add('node1')
  const gate = new DiskGate(kernel, node.start())
  const done: string[] = []
  gate.set({ isStalled: true, isFull: false })
  gate.do(() => done.push('first'))
  gate.do(() => done.push('second'))
  assert.equal(done.length, 0)
  gate.set({ isStalled: false, isFull: false })
  assert.equal(done.join(' '), 'first second')
  gate.set({ isStalled: false, isFull: true })
  gate.do(() => done.push('third'))
  gate.set({ isStalled: false, isFull: false })
  gate.do(() => done.push('fourth'))
  assert.equal(done.length, 2)
  kernel.queue.run(60_000_000)
  assert.equal(done.join(' '), 'first second third fourth')
})
