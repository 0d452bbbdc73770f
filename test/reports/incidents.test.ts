import assert from 'node:assert/strict'
import { renderReport } from '../../reports/html.ts'
import { environmentLines, environmentMarkup, partText } from '../../reports/incidents.ts'
import { summaryJson } from '../../reports/summary-json.ts'
import { summaryText } from '../../reports/terminal.ts'
import type { EnvironmentVerdict, Result } from '../../scenarios/result.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'

const KILLED: EnvironmentVerdict['incidents'][number] = {
  seed: 7,
  atMs: 3214.4,
  kind: 'killed',
  subject: 'node2',
  what: 'node2 was killed by SIGKILL',
  lastLines: ['ready <for> connections'],
  advice: 'leave it alone',
}

function ended(incidents: EnvironmentVerdict['incidents'], trials = 1): Result {
  return { ...fixture({ complete: false, trials }), environment: { verdict: 'failed', incidents } }
}

test('an incident is the first thing that terminal and report say, with its time, its last lines and what to do', async () => {
  const result = ended([KILLED])
  const lines = summaryText(result, { colour: false, width: 200 }).split('\n')
  assert.deepEqual(lines.slice(0, 4), [
    '  environment failed at 3.214 s: node2 was killed by SIGKILL',
    '    | ready <for> connections',
    '  what to do: leave it alone',
    '  ended by this: what follows is a part of the run',
  ])
  const page = await renderReport([result])
  const at = page.indexOf('<strong>The environment failed</strong> at 3.214 s: node2 was killed by SIGKILL.')
  assert.ok(at > 0 && at < page.indexOf('class="verdict'))
  assert.ok(page.includes('ready &#60;for&#62; connections'))
  assert.ok(page.includes('Ended early.'))
  const before = await renderReport([
    { ...result, ...fixture({ crashes: 0 }), environment: result.environment!, complete: false },
  ])
  assert.ok(before.includes('No fault of the scenario had happened when the environment failed'))
  assert.ok(!before.includes('Nothing was broken'), 'right below a server that was killed')
})

test('of several trials the seed is said, and of one that was never begun that it was not', () => {
  assert.match(environmentLines(ended([KILLED], 3))[0]!, /at 3\.214 s of the trial with seed 7: node2/)
  assert.match(environmentLines(ended([{ ...KILLED, atMs: null }]))[0]!, /before the workload of the trial with seed 7/)
})

test('long advice is wrapped, not cut', () => {
  const advice = 'free some of it, or name another place with --data-dir, or run fewer servers than these'
  const text = summaryText(ended([{ ...KILLED, lastLines: [], advice }]), { colour: false, width: 40 })
  const [told] = text.split('ended by this')
  assert.ok(
    told!.split('\n').every((line) => line.length <= 40),
    told,
  )
  assert.ok(told!.replaceAll(/\s+/g, ' ').includes(advice))
})

test('a run that the world left alone says nothing of it', () => {
  assert.deepEqual(environmentLines(fixture()), [])
  assert.equal(environmentMarkup(fixture()), null)
  assert.equal(partText(fixture()), null)
  assert.match(partText(fixture({ complete: false }))!, /^interrupted/)
})

test('the JSON of a run says it too, before what the checks could not see because of it', () => {
  const { environment, reasons } = summaryJson(ended([KILLED]))
  assert.deepEqual(environment, { verdict: 'failed', incidents: [KILLED] })
  assert.deepEqual(reasons[0], {
    of: 'environment',
    name: 'killed',
    verdict: 'unknown',
    text: 'node2 was killed by SIGKILL',
  })
  assert.ok(!('environment' in summaryJson(fixture())))
})
