import assert from 'node:assert/strict'
import { answered, witnessed } from '../../scenarios/coordinator-steps.ts'
import { parseScenario } from '../../scenarios/load.ts'
import { test } from '../support/test.ts'

const [threshold, switchover] = parseScenario(
  `
name: requests
algorithms: { quorum: cabinet }
faults: [{ at: 1s, change-threshold: 1 }, { at: 2s, switchover: node2 }]
`,
  'requests.yaml',
).faults

const changed = answered({ kind: 'ok', reply: { verdict: 'ok', epoch: 3, k: 1 } })
const moved = answered({ kind: 'ok', reply: { verdict: 'moved', reason: 'asked for', heldUs: 2_000 } })

test('what a coordinator says it did is seen in what is looked at before and after', () => {
  assert.deepEqual(witnessed(threshold!, changed, 'k = 2', 'k = 1'), { during: 'in epoch 3 k is 1; k = 1', seen: true })
  assert.equal(witnessed(switchover!, moved, 'writable: node1', 'writable: node2').seen, true)
})

test('where nothing is seen of it, that is what the record says, and the run goes on', () => {
  for (const [step, answer] of [
    [threshold, changed],
    [switchover, moved],
  ] as const) {
    const { during, seen } = witnessed(step!, answer, 'writable: node1, node3', 'writable: node1, node3')
    assert.equal(seen, false)
    assert.match(during, /; writable: node1, node3 \(nothing is seen of it\)$/)
  }
})

test('a request that was refused is not said to have had no effect', () => {
  const refused = answered({ kind: 'ok', reply: { verdict: 'refused', reason: 'no source reigns' } })
  assert.deepEqual(witnessed(threshold!, refused, 'a', 'b'), { during: 'refused: no source reigns; b', seen: false })
})
