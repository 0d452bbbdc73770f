import assert from 'node:assert/strict'
import { type AnchorEvent, Anchors, anchorText } from '../../../scenarios/faults/anchors.ts'
import { explain } from '../../../scenarios/file/explain.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const ANSWERED: AnchorEvent = { kind: 'answered', op: 17 }

function scenario(...steps: readonly string[]) {
  const lines = ['name: x', 'workload: { duration: 10s }', 'faults:', ...steps.map((step) => `  - ${step}`)]
  return parseScenario(lines.join('\n'), 'x.yaml')
}

test('an event gives what hangs on it once', () => {
  const anchors = new Anchors<string>()
  anchors.add(ANSWERED, 'first')
  anchors.add(ANSWERED, 'second')
  anchors.add({ kind: 'received', op: 17, node: 'node2' }, 'third')
  assert.deepEqual(anchors.operationEnded({ op: 17, outcome: 'failed' }), [])
  assert.deepEqual(anchors.operationEnded({ op: 18, outcome: 'ok' }), [])
  assert.deepEqual(anchors.operationEnded({ op: 17, outcome: 'ok' }), ['first', 'second'])
  assert.deepEqual(anchors.operationEnded({ op: 17, outcome: 'ok' }), [])
  assert.deepEqual(anchors.waiting.map(anchorText), ['operation 17 is received by node2'])
})

test('a step says a time or an event, and its undo comes so long after the same event', () => {
  const { faults } = scenario(
    '{ after: { op: 17, delay: 5ms }, crash: source, for: 1s }',
    '{ after: { op: 3, receivedBy: node2 }, pause: node3 }',
    '{ after: { failoverStep: promote }, crash: coordinator }',
    '{ at: 2s, crash: timestamp-1 }',
  )
  assert.deepEqual(
    faults.map(({ verb, atUs, after }) => [verb, atUs, after?.kind ?? null]),
    [
      ['crash', 2_000_000, null],
      ['pause', 0, 'received'],
      ['crash', 0, 'failoverStep'],
      ['crash', 5_000, 'answered'],
      ['restart', 1_005_000, 'answered'],
    ],
  )
})

test('a step may wait for a command of a coordinator, or for its answer', () => {
  const { faults } = scenario(
    '{ after: { command: fence }, crash: coordinator }',
    '{ after: { answerTo: promote, delay: 1ms }, pause: source }',
  )
  const [sent, answered] = faults.map(({ after }) => after)
  assert.deepEqual(
    [sent, answered].map((event) => anchorText(event!)),
    ['a coordinator sends fence', 'a coordinator has the answer to promote'],
  )
  assert.throws(
    () => scenario('{ after: { command: dance }, crash: source }'),
    /expected an event: .*\{ command: fence \}/,
  )
})

test('what begins after an event may be ended at a time, and the other way round', () => {
  scenario('{ after: { op: 17 }, crash: node2 }', '{ at: 5s, restart: node2 }')
  scenario('{ at: 1s, crash: node2 }', '{ after: { op: 17 }, restart: node2 }')
  assert.throws(() => scenario('{ after: { op: 17 }, restart: node2 }'), /restart without its crash/)
})

test('an event is explained in words', () => {
  assert.match(
    explain(scenario('{ after: { op: 17, receivedBy: node2, delay: 5ms }, crash: source }')),
    /5ms after operation 17 is received by node2 {2}the source of that moment is killed/,
  )
})
