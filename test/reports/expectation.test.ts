import assert from 'node:assert/strict'
import { actualText, wantedText } from '../../reports/expectation.ts'
import { renderReport } from '../../reports/html.ts'
import { summaryText } from '../../reports/terminal.ts'
import { test } from '../support/test.ts'
import { fixture } from './fixtures.ts'
import { textOf } from './page-parts.ts'

const MISSED = {
  path: 'operations.failed',
  op: '==',
  limit: 4,
  actual: 9,
  verdict: 'fail',
  seed: 4,
  trials: 5,
  missed: 4,
} as const

test('over several trials the worst is told, with its seed and how many missed', () => {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ')
  assert.equal(wantedText(MISSED), 'operations.failed to be 4')
  assert.equal(plain(actualText(MISSED)), '9 in seed 4, missed in 4 of 5 trials')
  assert.equal(plain(actualText({ ...MISSED, missed: 0 })), '9 in seed 4, the worst of 5 trials')
  const { seed: _, trials: __, missed: ___, ...single } = MISSED
  assert.equal(actualText(single), '9')
})

test('terminal and report say of which seed the figures of one trial are, and nothing where there is one', async () => {
  const several = { ...fixture({ trials: 5, seed: 7 }), expectations: [MISSED] }
  const text = summaryText(several, { colour: false, width: Number.POSITIVE_INFINITY }).replaceAll('\u00a0', ' ')
  assert.match(text, /seed +7 alone, the first of 5 trials:\n +throughput/)
  assert.match(text, /expected operations\.failed to be 4: 9 in seed 4, missed in 4 of 5 trials/)
  const page = textOf(await renderReport([several]))
  assert.match(page, /This is the first of 5 trials, seed 7\./)
  assert.equal(page.match(/Of the first trial alone: seed 7\./g)?.length, 4)
  assert.match(page, /9 in seed 4, missed in 4 of 5.trials/)
  assert.doesNotMatch(textOf(await renderReport([fixture({ seed: 7 })])), /first trial|is the first of/)
})

test('a share and its limit are told in percent, as fine as the file has them', () => {
  const share = { path: 'operations.failedShare', op: '<', limit: 0.001, actual: 0.0125, verdict: 'fail' } as const
  assert.equal(wantedText(share), 'operations.failedShare < 0.1%')
  assert.equal(actualText(share, String), '1.25%')
  assert.equal(wantedText({ ...share, path: 'max(operations.unsentShare)' }), 'max(operations.unsentShare) < 0.1%')
})
