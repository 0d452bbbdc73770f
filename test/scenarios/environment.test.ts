import assert from 'node:assert/strict'
import { environmentOf, withUnbegun } from '../../scenarios/environment.ts'
import type { Incident } from '../../scenarios/record.ts'
import { test } from '../support/test.ts'

const INCIDENT: Incident = {
  ...{ kind: 'killed', subject: 'client', atUs: 1_500_000, what: 'client was killed', lastLines: [], advice: '' },
}

test('incidents of all trials make one verdict, each with its seed and its time', () => {
  const environment = environmentOf([{ seed: 4 }, { seed: 5, incidents: [INCIDENT] }, { seed: 6, incidents: [] }])
  assert.equal(environment?.verdict, 'failed')
  const { atUs: _, ...told } = INCIDENT
  assert.deepEqual(environment?.incidents, [{ seed: 5, atMs: 1500, ...told }])
  assert.equal(environmentOf([{ seed: 4 }, { seed: 5, incidents: [] }]), undefined)
})

test('a trial that could not be begun has no time', () => {
  const { atUs: _, ...told } = INCIDENT
  assert.deepEqual(withUnbegun(undefined, 9, told), {
    verdict: 'failed',
    incidents: [{ seed: 9, atMs: null, ...told }],
  })
})
