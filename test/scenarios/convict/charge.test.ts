import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNSAFE_FORMS } from '../../../algorithms/failover/unsafe/forms.ts'
import { chargeNames, chargesNamed, formOf, loadCharge } from '../../../scenarios/convict/charge.ts'
import { ScenarioError, UsageError } from '../../../scenarios/file/errors.ts'
import { test } from '../../support/test.ts'

const GOOD = `name: order
algorithms: { timestamps: odd-even }
checks: [timestamps-ordered]
expect: { operations.unknown: < 5 }
charge:
  behaviour: Odd and even
  wrong: No order.
  fails: timestamps-ordered
  sound: TaaS has one.
  instead: { algorithms: { timestamps: taas } }
`

function withFile(text: string, body: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-test-'))
  try {
    const path = join(folder, 'charge.yaml')
    writeFileSync(path, text)
    body(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('every unsafe form is charged, and so are the algorithms of the prototype', () => {
  const charges = chargesNamed([])
  const forms = charges.flatMap(({ space }) => (space.unsafe as readonly string[] | undefined) ?? [])
  assert.deepEqual([...new Set(forms)].sort(), Object.keys(UNSAFE_FORMS).sort())
  const algorithms = charges.map(({ space }) => JSON.stringify(space.algorithms))
  for (const name of ['odd-even', 'cabinet-top', 'seer-score'])
    assert.ok(
      algorithms.some((text) => text?.includes(name)) || charges.some(({ space }) => says(space.fuzz, name)),
      name,
    )
  for (const { name, file } of charges) assert.ok(file.endsWith(`/${name}.yaml`), file)
})

function says(value: unknown, name: string): boolean {
  return JSON.stringify(value)?.includes(name) ?? false
}

test('a name that is no charge is refused with the nearest one', () => {
  assert.throws(
    () => chargesNamed(['odd-even-ordr']),
    (error) =>
      error instanceof UsageError &&
      /^odd-even-ordr: no such charge.*did you mean odd-even-order\?/.test(error.message),
  )
  assert.deepEqual(
    chargesNamed(['volatile-limit', 'no-fencing']).map(({ name }) => name),
    ['no-fencing', 'volatile-limit'],
  )
  assert.equal(chargesNamed([]).length, chargeNames().length)
})

test('a charge may name a check that runs, or a number that is expected', () => {
  withFile(GOOD, (path) => assert.equal(loadCharge(path).fails, 'timestamps-ordered'))
  const number = GOOD.replace('fails: timestamps-ordered', 'fails: operations.unknown')
  withFile(number, (path) => assert.equal(loadCharge(path).fails, 'operations.unknown'))
})

test('a charge that cannot be tried is refused with its place', () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    [GOOD.slice(0, GOOD.indexOf('charge:')), /:1:1: nothing to convict, expected a `charge:` block, found none/],
    [
      GOOD.replace('fails: timestamps-ordered', 'fails: linearizable'),
      /:8:10: a charge that nothing judges, expected one of timestamps-ordered, operations.unknown, found linearizable/,
    ],
    [GOOD.replace('timestamps: taas', 'timestamps: odd-even'), /:10:12: no other form, expected something that the/],
    [
      GOOD.replace('timestamps: taas', 'timestamps: tasa'),
      /with what it says in `instead:`:.*expected one of odd-even/,
    ],
    [GOOD.replace('  wrong: No order.\n', ''), /wrong/],
    [GOOD.replace('behaviour', 'behavior'), /missing charge\.behaviour, expected one line of text/],
  ]
  for (const [text, message] of bad)
    withFile(text, (path) =>
      assert.throws(
        () => loadCharge(path),
        (error) => error instanceof ScenarioError && message.test(error.message),
        `${message}`,
      ),
    )
})

test('a form is what a file says where the sound form says something else', () => {
  const space = { algorithms: { timestamps: 'odd-even', quorum: 'majority' }, unsafe: ['no-fencing'], name: 'x' }
  assert.deepEqual(formOf(space, { unsafe: [] }), { unsafe: ['no-fencing'] })
  assert.deepEqual(formOf(space, { algorithms: { timestamps: 'taas', quorum: 'majority' } }), {
    algorithms: { timestamps: 'odd-even' },
  })
  assert.equal(formOf(space, { algorithms: { quorum: 'majority' } }), null)
})
