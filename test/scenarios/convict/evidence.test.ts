import assert from 'node:assert/strict'
import { type Charge, chargesNamed } from '../../../scenarios/convict/charge.ts'
import {
  eventsOf,
  evidenceOf,
  evidenceText,
  fingerprintOf,
  withForm,
  withSoundForm,
} from '../../../scenarios/convict/evidence.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { parseYaml } from '../../../scenarios/file/yaml-source.ts'
import { test } from '../../support/test.ts'

const [STALL, ORDER] = chargesNamed(['cabinet-top-stall', 'odd-even-order']) as [Charge, Charge]
const SMALL = {
  name: 'swarm',
  workload: { ratePerSec: 5, duration: '3s' },
  checks: ['timestamps-ordered'],
  faults: [
    { after: { op: 9 }, crash: 'node2', for: '1s' },
    { at: '0s', pause: 'node3' },
    { after: { op: 4 }, crash: 'source' },
  ],
  seed: 7,
}

test('evidence says the form that it convicts, its steps in order, and that the check fails', () => {
  const evidence = evidenceOf(ORDER, SMALL)
  assert.equal(evidence.name, 'odd-even-order')
  assert.deepEqual(evidence.algorithms, { timestamps: 'odd-even' })
  assert.deepEqual(evidence.faults, [SMALL.faults[2], SMALL.faults[1], SMALL.faults[0]])
  assert.deepEqual(evidence.expect, { 'checks.timestamps-ordered': 'fail' })
  assert.ok(!('faults' in evidenceOf(ORDER, { ...SMALL, faults: [] })))
})

test('a number that was missed is expected to be missed, and judged by the charge’s own limit', () => {
  const evidence = evidenceOf(STALL, { ...SMALL, checks: ['acknowledged-writes-survive'] })
  assert.deepEqual(evidence.expect, { 'operations.unknown': '!= 0', checks: 'pass' })
  assert.deepEqual(withForm(evidence, STALL).expect, { 'operations.unknown': 0 })
  const sound = withSoundForm(evidence, STALL)
  assert.deepEqual(sound.algorithms, { quorum: 'majority' })
  assert.deepEqual(sound.faults, evidence.faults)
})

test('with the sound form a run is held to what its algorithms promise', () => {
  const { checks } = withSoundForm(evidenceOf(ORDER, SMALL), ORDER) as { checks: readonly string[] }
  for (const check of ['timestamps-ordered', 'timestamps-unique', 'linearizable', 'single-writer'])
    assert.ok(checks.includes(check), check)
  assert.ok(!checks.includes('live-after-healing'))
})

test('a step and its undo are two events', () => {
  assert.equal(eventsOf(SMALL), 4)
  assert.equal(eventsOf({ name: 'nothing' }), 0)
})

test('what is written is a scenario that reads as it was meant, with its story before it', () => {
  const evidence = evidenceOf(ORDER, SMALL)
  const text = evidenceText(evidence, ORDER, 12)
  assert.deepEqual(parseYaml(text, 'evidence.yaml').data, evidence)
  assert.equal(parseScenario(text, 'evidence.yaml').seed, 7)
  assert.match(text, /^# .*seed 12 of scenarios\/library\/charges\/odd-even-order\.yaml/m)
  assert.match(text, /timestamps: taas/)
  for (const line of text.split('\n')) assert.ok(line.length <= 120, line)
})

test('a fingerprint is of what runs: another wording changes nothing, another step does', () => {
  const evidence = evidenceOf(ORDER, SMALL)
  assert.equal(fingerprintOf({ ...evidence, description: 'told otherwise' }), fingerprintOf(evidence))
  assert.notEqual(fingerprintOf({ ...evidence, seed: 8 }), fingerprintOf(evidence))
})
