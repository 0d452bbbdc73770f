import assert from 'node:assert/strict'
import { planPorts } from '../../../../real/services/system/port-plan.ts'
import { UsageError } from '../../../../scenarios/file/errors.ts'
import { test } from '../../../support/test.ts'

test("ports are the seed's unless others are wanted", () => {
  const wish = planPorts({})
  assert.equal(wish('node1').port, 3306)
  assert.equal(wish('coordinator').port, 9000)
  assert.equal(wish('timestamp-3').port, 9006)
})

test('a base port puts everything in one row, and a named one wins', () => {
  const wish = planPorts({ basePort: 20_000, named: ['coordinator=9100', 'instance-2=3400'] })
  assert.deepEqual(
    ['node1', 'node2', 'node4', 'coordinator', 'timestamp-1', 'timestamp-3'].map((name) => wish(name).port),
    [20_000, 3400, 20_003, 9100, 20_005, 20_007],
  )
})

test('auto takes any, but for those that are named', () => {
  const wish = planPorts({ auto: true, named: ['coordinator=9100'] })
  assert.deepEqual([wish('node1').port, wish('coordinator').port], [null, 9100])
})

for (const text of ['coordinater=9000', 'coordinator', 'coordinator=70000', 'coordinator=9e3'])
  test(`--port ${text} is refused, and the names are listed`, () => {
    assert.throws(
      () => planPorts({ named: [text] }),
      (error) => {
        assert.ok(error instanceof UsageError)
        assert.match(error.message, /^--port: expected NAME=PORT with a name of node1, .*timestamp-3, .*, found/)
        return true
      },
    )
  })
