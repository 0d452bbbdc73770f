import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chargesNamed } from '../../scenarios/convict/charge.ts'
import { accused } from '../../scenarios/convict/evidence.ts'
import { LIBRARY, loadWritten } from '../../scenarios/load.ts'
import { overlay } from '../../scenarios/written.ts'
import { accusationOf, tryEvidence } from '../../sim/convict.ts'
import { convicts } from '../../sim/swarm.ts'
import { test } from '../support/test.ts'

for (const charge of chargesNamed([])) {
  const { name, fails } = charge
  const evidence = loadWritten(join(LIBRARY, 'convictions', `${name}.yaml`)).written
  test(`${name}: what is saved fails ${fails}, and passes all that is promised with the sound form`, () => {
    const { failure, sound, promised } = tryEvidence(evidence, charge)
    assert.notEqual(failure, null)
    assert.equal(sound, 'pass')
    assert.deepEqual(promised.fail, [])
  })
}

test('nothing is convicted in the place of the sound form, nor by a check that nothing judges', () => {
  const [charge] = chargesNamed(['odd-even-order'])
  const written = accused(loadWritten(join(LIBRARY, 'convictions', 'odd-even-order.yaml')).written, charge!)
  const failing = { written, seed: written.seed as number }
  const never = () => false
  const accusation = accusationOf(charge!)
  assert.ok(convicts(failing, accusation, never))
  assert.ok(!convicts({ ...failing, written: overlay(written, charge!.instead) }, accusation, never))
  assert.ok(!convicts(failing, { ...accusation, instead: {} }, never))
  assert.ok(!convicts(failing, { ...accusation, check: 'single-writer' }, never))
})
