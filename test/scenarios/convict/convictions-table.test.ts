/** The library's own table and files. Whether they still convict is tried in test/sim/try-evidence.test.ts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chargesNamed } from '../../../scenarios/convict/charge.ts'
import { convictionsPage, isProven } from '../../../scenarios/convict/convictions-table.ts'
import { eventsOf, evidenceText, fingerprintOf } from '../../../scenarios/convict/evidence.ts'
import { type Entry, readLedger } from '../../../scenarios/convict/ledger.ts'
import { LIBRARY } from '../../../scenarios/file/library.ts'
import { loadWritten } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const COMMAND = 'npx quorumlab convict'
const CHARGES = chargesNamed([])
const LEDGER = readLedger(join(LIBRARY, 'convictions', 'convictions.json'))

function entryOf(name: string): Entry {
  const entry = LEDGER.find((one) => one.name === name)
  assert.ok(entry !== undefined, `${name} has not been found: run ${COMMAND} ${name}`)
  return entry
}

test('every charge is proven: found within 10,000 seeds, at most six events, the sound form without a failure', () => {
  for (const { name } of CHARGES) {
    const entry = entryOf(name)
    assert.ok(isProven(entry), name)
    assert.ok(entry.foundAtSeed < 10_000, name)
  }
})

test('the ledger and the saved scenarios tell of the same', () => {
  for (const charge of CHARGES) {
    const file = join(LIBRARY, 'convictions', `${charge.name}.yaml`)
    const { written } = loadWritten(file)
    const { fingerprint, events, foundAtSeed } = entryOf(charge.name)
    assert.equal(fingerprintOf(written), fingerprint, charge.name)
    assert.equal(eventsOf(written), events, charge.name)
    assert.equal(readFileSync(file, 'utf8'), evidenceText(written, charge, foundAtSeed), charge.name)
  }
})

test('the table is the one that the ledger makes', () => {
  const page = readFileSync(join(LIBRARY, 'README.md'), 'utf8')
  assert.equal(page, convictionsPage(CHARGES, LEDGER, COMMAND), `run ${COMMAND}`)
})

test('a charge that was not found is said to be open, not left out', () => {
  const page = convictionsPage(CHARGES.slice(0, 1), [], COMMAND)
  assert.match(page, new RegExp(`^\\| ${CHARGES[0]!.behaviour} \\|.*\\| not found \\|`, 'm'))
})

test('real servers have shown a lost acknowledged write, a timestamp given twice, and one out of order', () => {
  for (const name of ['promotion-without-catch-up', 'odd-even-restart', 'odd-even-order']) {
    const { real } = entryOf(name)
    assert.ok(real.kind === 'measured' && real.reproduced > 0 && real.times >= 3, `${name}: ${JSON.stringify(real)}`)
  }
})
