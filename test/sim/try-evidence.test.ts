import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chargesNamed } from '../../scenarios/convict/charge.ts'
import { withForm } from '../../scenarios/convict/evidence.ts'
import { LIBRARY } from '../../scenarios/file/library.ts'
import { loadWritten } from '../../scenarios/file/load.ts'
import { overlay } from '../../scenarios/file/written.ts'
import { convicts } from '../../sim/swarm.ts'
import { accusationOf, tryEvidence } from '../../sim/try-evidence.ts'
import { test } from '../support/test.ts'

/** Of those from 0: one seed is luck that any change of the simulator's costs may end, most of them are not. */
const SEEDS = 8

for (const charge of chargesNamed([])) {
  const { name, fails } = charge
  const { written } = loadWritten(join(LIBRARY, 'convictions', `${name}.yaml`))
  test(`${name}: what is saved fails ${fails} under most seeds, and passes all that is promised with the sound form`, () => {
    const failing = (seed: number) => tryEvidence({ ...written, seed }, charge)
    const trials = Array.from({ length: SEEDS }, (_, seed) => failing(seed))
    const convicted = trials.filter(({ failure }) => failure !== null).length
    assert.ok(convicted > SEEDS / 2, `${convicted} of ${SEEDS}`)
    for (const [seed, { sound, promised }] of trials.entries()) {
      assert.equal(sound, 'pass', `seed ${seed}`)
      assert.deepEqual(promised.fail, [], `seed ${seed}`)
    }
  })
}

test('nothing is convicted in the place of the sound form, nor by a check that nothing judges', () => {
  const [charge] = chargesNamed(['odd-even-order'])
  const written = withForm(loadWritten(join(LIBRARY, 'convictions', 'odd-even-order.yaml')).written, charge!)
  const failing = { written, seed: written.seed as number }
  const never = () => false
  const accusation = accusationOf(charge!)
  assert.ok(convicts(failing, accusation, never))
  assert.ok(!convicts({ ...failing, written: overlay(written, charge!.instead) }, accusation, never))
  assert.ok(!convicts(failing, { ...accusation, instead: {} }, never))
  assert.ok(!convicts(failing, { ...accusation, check: 'single-writer' }, never))
})
