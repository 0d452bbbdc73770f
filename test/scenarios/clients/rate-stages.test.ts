import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RandomStreams } from '../../../scenarios/chance/random.ts'
import { Schedule } from '../../../scenarios/clients/operation-schedule.ts'
import { operationsOf, type RateStage, StagedArrivals } from '../../../scenarios/clients/rate-stages.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { loadText } from '../../../scenarios/file/load-text.ts'
import type { OpenWorkload } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'

function workloadOf(text: string): OpenWorkload {
  const { workload } = parseScenario(`name: x\nworkload: ${text}`, 'x.yaml')
  assert.ok(workload.mode === 'open')
  return workload
}

function momentsOf(workload: OpenWorkload, seed = 1): number[] {
  const schedule = new Schedule(workload, new RandomStreams(seed))
  const moments: number[] = []
  while (schedule.advance()) moments.push(schedule.intendedUs)
  return moments
}

/** The integral of the rate, added up by the trapezoid of each microsecond's end points: slow and plain. */
function dueBy(stages: readonly RateStage[], atUs: number): number {
  let due = 0
  let beganUs = 0
  for (const { fromPerSec, toPerSec, durationUs } of stages) {
    const us = Math.min(Math.max(0, atUs - beganUs), durationUs)
    const reached = fromPerSec + ((toPerSec - fromPerSec) * us) / durationUs
    due += (((fromPerSec + reached) / 2) * us) / 1e6
    beganUs += durationUs
  }
  return due
}

const STAGES = '[{ duration: 2s, ratePerSec: 100 }, { duration: 4s, ratePerSec: 300 }, { duration: 1s, ratePerSec: 0 }]'

test('what is offered is the integral of the rate: evenly spaced to the operation, Poisson within its deviation', () => {
  const even = workloadOf(`{ arrivals: uniform, stages: ${STAGES} }`)
  // 2 s at 100, 4 s at 200 in the mean, 1 s at 150 in the mean.
  assert.equal(operationsOf(even.stages!), 1150)
  const moments = momentsOf(even)
  assert.ok(Math.abs(moments.length - 1150) <= 1, `${moments.length}`)
  for (const [i, atUs] of moments.entries()) {
    const due = dueBy(even.stages!, atUs)
    assert.ok(Math.abs(due - (i + 1)) < 0.001, `operation ${i + 1} at ${atUs} us, where ${due} are due`)
  }
  const poisson = momentsOf(workloadOf(`{ stages: ${STAGES} }`))
  assert.ok(Math.abs(poisson.length - 1150) < 4 * Math.sqrt(1150), `${poisson.length}`)
  const early = poisson.filter((atUs) => atUs < 2_000_000).length
  assert.ok(Math.abs(early - 200) < 4 * Math.sqrt(200), `${early}`)
})

test('moments ascend, stay within the stages, and have so much due, whatever the stages', () => {
  const stage = fc.record({
    fromPerSec: fc.integer({ min: 0, max: 5000 }),
    toPerSec: fc.integer({ min: 0, max: 5000 }),
    durationUs: fc.integer({ min: 1000, max: 5_000_000 }),
  })
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 5 }), (stages) => {
      const all = operationsOf(stages)
      const endUs = stages.reduce((sum, { durationUs }) => sum + durationUs, 0)
      const arrivals = new StagedArrivals(stages)
      let lastUs = 0
      for (let step = 1; step <= 50; step++) {
        const operations = (all * step) / 51
        const atUs = arrivals.momentOf(operations)
        if (all === 0) return
        assert.ok(atUs >= lastUs && atUs <= endUs)
        assert.ok(Math.abs(dueBy(stages, atUs) - operations) < 1e-6 * (1 + all))
        lastUs = atUs
      }
      assert.equal(arrivals.momentOf(all * 1.01 + 1), Number.POSITIVE_INFINITY)
    }),
  )
})

test('stages of one rate are that rate, and the run is as long as they are', () => {
  const staged = workloadOf('{ stages: [{ duration: 3s, ratePerSec: 200 }] }')
  const steady = workloadOf('{ ratePerSec: 200, duration: 3s }')
  assert.equal(staged.durationUs, 3_000_000)
  assert.equal(staged.ratePerSec, 200)
  const [a, b] = [momentsOf(staged), momentsOf(steady)]
  assert.equal(a.length, b.length)
  for (const [i, atUs] of a.entries()) assert.ok(Math.abs(atUs - b[i]!) <= 1)
})

test('the rate begins where the workload says, jumps where a stage takes no time, and is told in words', () => {
  const workload = workloadOf(
    '{ ratePerSec: 50, stages: [{ duration: 10s, ratePerSec: 150 }, { duration: 0s, ratePerSec: 20 }, { duration: 5s, ratePerSec: 20 }] }',
  )
  assert.deepEqual(workload.stages, [
    { fromPerSec: 50, toPerSec: 150, durationUs: 10_000_000 },
    { fromPerSec: 20, toPerSec: 20, durationUs: 5_000_000 },
  ])
  assert.match(
    loadText(workload),
    /^About 1100 operations in 15s \(50\/s, to 150\/s over 10s, at once to 20\/s for 5s, /,
  )
})

test('stages that make no load, or another duration than is stated, are refused with their place', () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    [
      '{ duration: 30s, stages: [{ duration: 3s, ratePerSec: 5 }] }',
      /^ScenarioError: x\.yaml:2:23: stages of another duration, expected 3s, /,
    ],
    ['{ stages: [{ duration: 3s, ratePerSec: 0 }] }', /no load/],
    ['{ stages: [] }', /wrong value for workload\.stages, expected a list of stages/],
    ['{ mode: closed, stages: [{ duration: 3s, ratePerSec: 5 }] }', /stages in a closed loop, expected `mode: open`/],
    ['{ mode: closed, ratePerSec: 5 }', /ratePerSec in a closed loop/],
    ['{ thinkTime: 5ms }', /thinkTime in an open loop, expected `mode: closed`/],
  ]
  for (const [text, message] of refusals)
    assert.throws(() => parseScenario(`name: x\nworkload: ${text}`, 'x.yaml'), message, text)
})
