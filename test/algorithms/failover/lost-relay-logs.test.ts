/**
 * Scenarios in which one relay log is lost under `acknowledge: received`, the very level that a relay log keeps. They
 * lost 25 to 82 acknowledged writes each, or the source for good.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { reignsOf } from '../../../scenarios/measures/reigns.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

const SEEDS = [1, 2, 3, 4, 5, 6] as const

/** Every check holds, in every seed. */
function runs(name: string): readonly RunRecord[] {
  const file = `${name}.yaml`
  const scenario = parseScenario(readFileSync(new URL(`../../fixtures/cases/${file}`, import.meta.url), 'utf8'), file)
  return SEEDS.map((seed) => {
    const record = simulate(scenario, { seed })
    for (const { name: check, verdict, detail } of judgeChecks(scenario, record))
      assert.equal(verdict, 'pass', `${name}, seed ${seed}: ${check}: ${detail}`)
    return record
  })
}

const refusalsOf = ({ events }: RunRecord) =>
  events.flatMap((event) => (event.kind === 'refused' ? [{ atUs: event.atUs, reason: event.reason }] : []))

test('a relay log that is lost while the winner drains leaves nothing out: refused, until who still has it can apply it', {
  deadlineMs: 60_000,
}, () => {
  for (const record of runs('safety-1-snapshot')) {
    const [first, ...later] = reignsOf(record.events).filter(({ atUs }) => atUs > 0)
    assert.equal(first?.source, 'node3')
    assert.equal(later.length, 0)
    // Its applier is free at 13 s.
    assert.ok(first.atUs > 13_000_000)
    assert.ok(refusalsOf(record).some(({ reason }) => reason.includes('node3 could not be brought up to date')))
  }
})

test('a loss that a coordinator saw is not forgotten on the word of one that had not looked since', {
  deadlineMs: 60_000,
}, () => {
  for (const record of runs('safety-2-loss-unlearnt')) {
    const [first] = reignsOf(record.events).filter(({ atUs }) => atUs > 0)
    // The source is back at 8.6 s and a little.
    assert.ok(first === undefined || first.atUs > 8_610_000, `a reign at ${first?.atUs} us`)
    assert.ok(refusalsOf(record).some(({ reason }) => reason.includes('node2 lost its relay log')))
  }
})

test('with three live servers, one of which lost a relay log, somebody reigns within two seconds of the source’s return', {
  deadlineMs: 60_000,
}, () => {
  for (const record of runs('safety-3-no-source-for-good')) {
    const last = reignsOf(record.events).at(-1)!
    assert.ok(last.atUs > 3_610_000 && last.atUs < 10_610_000, `the last reign began at ${last.atUs} us`)
  }
})

test('nor is there no source for good after a coordinator that died in a take-over: all servers were asked', {
  deadlineMs: 60_000,
}, () => {
  for (const record of runs('safety-4-died-in-a-take-over')) assert.ok(reignsOf(record.events).at(-1)!.atUs > 6_000_000)
})

test('that a coordinator without its journal knows no server is not taken for a rebuild by its peer', {
  deadlineMs: 60_000,
}, () => {
  for (const record of runs('safety-5-journal-lost')) {
    const told = record.events.flatMap((event) =>
      event.kind === 'refused' && event.process === 'coordinator-2' ? [event.reason] : [],
    )
    assert.deepEqual(
      told.filter((reason) => reason.includes('was rebuilt')),
      [],
    )
  }
})
