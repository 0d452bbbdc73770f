import assert from 'node:assert/strict'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judgeChecks } from '../../scenarios/judge.ts'
import { heldBackOf } from '../../scenarios/measures/held-back.ts'
import { simulate } from '../../sim/run.ts'
import { test } from '../support/test.ts'

const LIMIT = 1_000
const WRITERS = 64
const BLOCKED_US = 500_000
const FREE_US = 1_000_000

/** 64 writers, whom the replicas can follow, under `received`, with few transactions allowed to pile up. */
function run(semiSync: boolean, fault: string) {
  const scenario = parseScenario(
    `
name: backlog
cluster: { acknowledge: received, semiSync: ${semiSync}, maxApplyBacklog: ${LIMIT} }
algorithms: { quorum: majority }
workload: { mode: closed, clients: ${WRITERS}, thinkTime: 10ms, reads: 0, duration: 1500ms, warmup: 0ms, deadline: 10s }
faults: [${fault}]
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
`,
    'x.yaml',
  )
  const record = simulate(scenario, { seed: 1 })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
  const okBetween = (fromUs: number, toUs: number) =>
    record.operations.filter(({ outcome, endUs }) => outcome === 'ok' && endUs! > fromUs && endUs! <= toUs).length
  return { okBetween, held: heldBackOf(scenario, record), operations: record.operations }
}

for (const semiSync of [true, false])
  test(`writes wait for the backlog of a quorum, and go on when it is applied (semi-sync ${semiSync})`, () => {
    const fault = `{ at: ${BLOCKED_US / 1000}ms, block-applier: [node2, node3], for: ${(FREE_US - BLOCKED_US) / 1000}ms }`
    const { okBetween, held, operations } = run(semiSync, fault)
    const piled = okBetween(BLOCKED_US, FREE_US)
    assert.ok(piled <= LIMIT + WRITERS && piled > LIMIT - 2 * WRITERS, `${piled} were acknowledged and not applied`)
    assert.ok(okBetween(FREE_US + 100_000, 1_500_000) > LIMIT, 'and then the writers go on')
    assert.ok(
      operations.every(({ outcome }) => outcome === 'ok'),
      'nothing failed: it waited',
    )
    assert.ok(held.backlogHeldMs! > 200 && held.backlogHeldMs! < 700, `held for ${held.backlogHeldMs} ms`)
    assert.ok(held.backlogHeldWrites! >= WRITERS)
  })

for (const fault of ['crash', 'block-applier'])
  test(`one replica that is of no use holds nobody up while a quorum is without it (${fault})`, () => {
    const { okBetween, held } = run(true, `{ at: ${BLOCKED_US / 1000}ms, ${fault}: node4 }`)
    assert.equal(held.backlogHeldMs, 0)
    assert.ok(okBetween(BLOCKED_US, 1_500_000) > 2 * LIMIT)
  })
