import assert from 'node:assert/strict'
import type { CoordinatorRequests, ReplyOf } from '../../../algorithms/servers.ts'
import { ask } from '../../../scenarios/faults/asking.ts'
import type { FaultWorld } from '../../../scenarios/faults/fault-world.ts'
import { already, begin } from '../../../scenarios/faults/later.ts'
import type { AskingVerb } from '../../../scenarios/faults/list.ts'
import { WitnessLog } from '../../../scenarios/faults/witness-log.ts'
import type { WritersSight } from '../../../scenarios/faults/writers.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const steps = parseScenario(
  `
name: requests
algorithms: { quorum: cabinet }
faults: [{ at: 1s, change-threshold: 1 }, { at: 2s, switchover: node2 }]
`,
  'requests.yaml',
).faults

type Reply = ReplyOf<CoordinatorRequests, 'switchover' | 'changeThreshold'>

/** The record of a request that is answered so, with the servers' word before it and after it. */
function asked(verb: AskingVerb, reply: Reply, before: WritersSight, after: WritersSight) {
  const looks = [before, after]
  const notes: string[] = []
  const world = {
    nowUs: () => 5,
    note: (text: string) => notes.push(text),
    operator: {
      source: 'node1',
      look: () => already(looks.shift()!),
      ask: () => already({ kind: 'ok', reply }),
    },
  } as unknown as FaultWorld
  const log = new WitnessLog(world)
  const step = steps.find((one) => one.verb === verb)!
  const resolve = function* (words: readonly string[]) {
    return words.map((name) => ({ name, role: null }))
  }
  begin(ask(step, verb, world, log, resolve), (error) => assert.fail(error))
  return { ...log.records[0]!.witness, notes }
}

const under = (...k: number[]): WritersSight => ({ text: `with k = ${k.join()}`, writable: [], k })
const writers = (...writable: string[]): WritersSight => ({
  text: `writable: ${writable.join(', ')}`,
  writable,
  k: [2],
})
const changed: Reply = { verdict: 'ok', epoch: 3, k: 1 }
const moved: Reply = { verdict: 'moved', source: 'node2', why: null, reason: 'asked for', heldUs: 2_000 }

test('what a coordinator says it did is seen in what the servers say before and after', () => {
  const threshold = asked('change-threshold', changed, under(2), under(1))
  assert.deepEqual([threshold.during, threshold.seenUs], ['in epoch 3 k is 1; with k = 1', 5])
  assert.deepEqual(threshold.notes, ['change-threshold -> 1', 'change-threshold -> 1: in epoch 3 k is 1'])
  const switchover = asked('switchover', moved, writers('node1'), writers('node2'))
  assert.equal(switchover.seenUs, 5)
  assert.equal(switchover.notes[0], 'switchover node1 -> node2')
})

test('other words for the same servers are no change', () => {
  const same = { ...writers('node1'), text: 'node1 may be written to' }
  assert.equal(asked('switchover', moved, writers('node1'), same).seenUs, null)
})

test('a threshold that is in force already is seen as well', () => {
  assert.equal(asked('change-threshold', changed, under(1), under(1)).seenUs, 5)
})

test('where nothing is seen of it, that is what the record says, and the run goes on', () => {
  const both = writers('node1', 'node3')
  for (const [verb, reply] of [
    ['change-threshold', changed],
    ['switchover', moved],
  ] as const) {
    const { during, seenUs } = asked(verb, reply, both, both)
    assert.equal(seenUs, null)
    assert.match(during, /; writable: node1, node3 \(nothing is seen of it\)$/)
  }
})

test('a request that was refused is not said to have had no effect', () => {
  const refused: Reply = { verdict: 'refused', why: { code: 'nobody-reigns' }, reason: 'no source reigns' }
  const { during, seenUs } = asked('change-threshold', refused, writers('node1'), writers('node2'))
  assert.deepEqual([during, seenUs], ['refused: no source reigns; writable: node2', null])
})
