import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { EnvironmentError } from '../../../real/drivers/environment-error.ts'
import { serviceTarget } from '../../../real/faults/targets.ts'
import { refuseUnsupported } from '../../../real/faults/unsupported.ts'
import { CHILDREN, HERE } from '../../../real/processes/child-process.ts'
import { Service } from '../../../real/processes/service-processes.ts'
import type { FaultStep } from '../../../scenarios/faults/step.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'
import { timestampSetup } from '../timestamp-setup.ts'
import { imagined, schedule } from './imagined.ts'

function scenarioWith(faults: string, quorum = 'majority') {
  return parseScenario(
    `
name: faults
description: For a test.
cluster:    { nodes: 4 }
algorithms: { timestamps: odd-even, quorum: ${quorum}, election: seer-score }
workload:   { ratePerSec: 10, clients: 1, reads: 0, consistency: STRONG, duration: 10s, warmup: 1s }
faults: [${faults}]
checks:     [timestamps-unique]
`,
    'faults.yaml',
  )
}

const soon = (steps: readonly FaultStep[]): readonly FaultStep[] =>
  steps.map((step, i) => ({ ...step, atUs: i * 1_000 }))

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 500, 'waited for 5 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('what real servers cannot do is refused before anything is started, with its line and what to do', () => {
  assert.throws(
    () => refuseUnsupported(scenarioWith('{ at: 2s, crash: node1 }, { at: 3s, power-loss: node2 }'), 'local'),
    (error) =>
      error instanceof EnvironmentError &&
      /^faults\.yaml:7: local servers cannot `power-loss` .*--on sim/.test(error.message),
  )
  refuseUnsupported(
    scenarioWith('{ at: 2s, crash: node1 }, { at: 3s, restart: node1 }, { at: 4s, pause: node1 }'),
    'local',
  )
})

test('containers have links to hurt, in every form, where this machine has namespaces', { needs: 'namespaces' }, () => {
  const chosen = (steps: string) => refuseUnsupported(scenarioWith(steps), 'docker').form
  assert.equal(chosen('{ at: 2s, crash: source, for: 1s }'), 'direct')
  for (const steps of [
    '{ at: 2s, partition: source, for: 1s }',
    '{ at: 2s, partition: node1, direction: in }',
    '{ at: 2s, partition: { split: [[node1], [node2]] } }',
    '{ at: 2s, partition: [node1, client], except: node2 }',
    '{ at: 2s, slow: { link: node1->node2 }, delay: 5ms }',
  ])
    assert.equal(chosen(steps), 'namespaces', steps)
})

test('an undo hits what its fault hit, whoever plays the role by then', async () => {
  const nodes = ['node1', 'node2', 'node3', 'node4'].map(imagined)
  const { faults, failures, changes } = schedule(
    nodes,
    soon(scenarioWith('{ at: 1s, crash: source }, { at: 2s, restart: crashed }').faults),
  )
  await until(() => changes.length === 2)
  await faults.stop()
  assert.deepEqual(failures, [])
  assert.deepEqual(changes, ['crash node2 (source)', 'restart node2 (source)'])
  const [record] = faults.schedule.records
  assert.equal(record?.label, 'crash node2 (source)')
  assert.equal(record?.witness.before, 'node2 running')
  assert.equal(record?.witness.during, 'node2 gone')
  assert.ok(record!.witness.seenUs! <= record!.healedUs!)
})

test('what is still on at the end is healed, and its record says that the workload ended with it', async () => {
  const nodes = ['node1', 'node2', 'node3', 'node4'].map(imagined)
  const { faults, changes } = schedule(
    nodes,
    soon(scenarioWith('{ at: 1s, crash: minority }, { at: 2s, pause: source }').faults),
  )
  await until(() => changes.length === 2)
  await faults.stop()
  assert.equal(faults.schedule.active.length, 2)
  await faults.heal()
  await faults.lookAfter()
  assert.deepEqual(faults.schedule.active, [])
  assert.ok(faults.schedule.records.every(({ healedUs }) => healedUs === null))
  assert.ok(faults.schedule.records.every(({ witness }) => /running$/.test(witness.after)))
})

test('a threshold that the coordinator calls changed, and nobody shows, is a record that says so', async () => {
  const scenario = scenarioWith('{ at: 1s, change-threshold: 1 }', 'cabinet')
  const { faults, failures, changes } = schedule([], soon(scenario.faults), {
    ask: async () => ({ kind: 'ok', reply: { verdict: 'ok', epoch: 3, k: 1 } }),
    writers: async () => ({ text: 'writable: node2, with rows of k = 2', writable: ['node2'], k: [2] }),
  })
  await until(() => changes.length === 2)
  await faults.stop()
  assert.deepEqual(failures, [])
  const [record] = faults.schedule.records
  assert.equal(record!.witness.during, 'in epoch 3 k is 1; writable: node2, with rows of k = 2 (nothing is seen of it)')
  assert.equal(record!.witness.seenUs, null)
})

test('a fault without effect ends the run: it must not become a passed check', async () => {
  const immortal = { ...imagined('node2'), kill: imagined('node2').look }
  const { faults, failures } = schedule([immortal], soon(scenarioWith('{ at: 1s, crash: source }').faults))
  await until(() => failures.length === 1)
  await faults.stop()
  assert.match(failures[0]!.message, /^line 7: crash node2 \(source\) had no effect: node2 running before it/)
  assert.equal(faults.schedule.records[0]!.witness.seenUs, null)
})

test('faults on real processes are witnessed by the operating system', { deadlineMs: 60_000 }, () =>
  withDirectory(witnessedByTheSystem),
)

test(
  "a journal's file is taken from under a process, which finds none when it is started again",
  {
    deadlineMs: 60_000,
  },
  () => withDirectory(journalLost),
)

async function journalLost(directory: string): Promise<void> {
  const setup = timestampSetup('taas', 0, 2, directory)
  const service = new Service(
    'coordinator',
    setup,
    { host: CHILDREN, place: HERE },
    { onEvent() {}, onSupervise() {}, onFailure() {} },
  )
  try {
    await service.start()
    appendFileSync(setup.journalPath, '{"written":"before the loss"}\n')
    const again = '{ at: 1s, lose-journal: coordinator }, { at: 2s, lose-journal: coordinator }'
    const { faults, failures, changes } = schedule(
      [serviceTarget(service)],
      soon(scenarioWith(`${again}, { at: 3s, crash: coordinator }, { at: 4s, restart: coordinator }`).faults),
    )
    await until(() => changes.length === 4)
    await faults.stop()
    assert.deepEqual(failures, [])
    assert.deepEqual(changes, [
      'lose-journal coordinator',
      'lose-journal coordinator: its journal is gone already',
      'crash coordinator',
      'restart coordinator',
    ])
    const [lost] = faults.schedule.records
    assert.deepEqual(
      [lost!.witness.before, lost!.witness.during].map((text) => text.replace(/\d+/, 'PID')),
      ['process PID running', 'process PID running, its journal is gone'],
    )
    assert.deepEqual(faults.schedule.active, [])
    assert.equal(service.hasJournal, true)
    assert.doesNotMatch(readFileSync(setup.journalPath, 'utf8'), /before the loss/)
  } finally {
    await service.kill()
  }
}

async function witnessedByTheSystem(directory: string): Promise<void> {
  const service = new Service(
    'timestamp-1',
    timestampSetup('odd-even', 0, 2, directory),
    { host: CHILDREN, place: HERE },
    {
      onEvent() {},
      onSupervise() {},
      onFailure() {},
    },
  )
  try {
    await service.start()
    const steps = '{ at: 1s, pause: timestamp-1 }, { at: 2s, resume: timestamp-1 }, { at: 3s, crash: timestamp-1 }'
    const { faults, failures, changes } = schedule([serviceTarget(service)], soon(scenarioWith(steps).faults))
    await until(() => changes.length === 3)
    await faults.stop()
    assert.deepEqual(failures, [])
    assert.deepEqual(
      faults.schedule.records.map(({ kind, witness }) => [kind, witness.during.replace(/\d+/, 'PID')]),
      [
        ['pause', 'process PID paused'],
        ['crash', 'no process'],
      ],
    )
    await faults.heal()
    assert.equal(service.condition, 'running')
  } finally {
    await service.kill()
  }
}
