import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, entered, ledgerText, readLedger } from '../../../scenarios/convict/ledger.ts'
import { ScenarioError } from '../../../scenarios/file/errors.ts'
import { inFolder } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

const FOUND: Entry = {
  name: 'order',
  foundAtSeed: 3,
  detail: '2 of 9 are out of order',
  fingerprint: '0123456789ab',
  events: 2,
  steady: { seeds: 20, convicting: 19 },
  sound: { passed: 5, undecided: 1 },
  soundSeeds: { seeds: 100, failed: 0, undecided: 2 },
  real: { kind: 'not-run' },
}
const MEASURED: Entry = { ...FOUND, real: { kind: 'measured', mysql: '8.0.44', times: 3, reproduced: 2, held: 3 } }

test('what real servers showed stays as long as the scenario does', () => {
  assert.deepEqual(entered([MEASURED], { ...FOUND, foundAtSeed: 4 }), [{ ...MEASURED, foundAtSeed: 4 }])
  assert.deepEqual(entered([MEASURED], { ...FOUND, fingerprint: 'other' })[0]!.real, { kind: 'not-run' })
  assert.deepEqual(entered([FOUND], MEASURED), [MEASURED])
})

test('an entry takes the place of the one of its name, and the others stay', () => {
  const other = { ...FOUND, name: 'another' }
  assert.deepEqual(entered([FOUND], other), [other, FOUND])
  assert.deepEqual(entered([FOUND, other], { ...other, events: 1 }), [{ ...other, events: 1 }, FOUND])
})

test('what is written is what is read, in the order of names', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'ledger.json')
    assert.deepEqual(readLedger(file), [])
    const cut: Entry = { ...FOUND, name: 'cut', real: { kind: 'impossible', verb: 'partition' } }
    writeFileSync(file, ledgerText([MEASURED, cut]))
    assert.deepEqual(readLedger(file), [cut, MEASURED])
    writeFileSync(file, ledgerText([MEASURED]).replace('"reproduced": 2', '"reproduced": -2'))
    assert.throws(() => readLedger(file), ScenarioError)
  })
})
