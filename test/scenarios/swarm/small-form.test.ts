import assert from 'node:assert/strict'
import { shapeOf, sizeText } from '../../../scenarios/swarm/small-form.ts'
import { test } from '../../support/test.ts'

const algorithms = { timestamps: 'taas', quorum: 'cabinet' }

test('two small forms are one where only the times of their steps differ', () => {
  const early = { algorithms, faults: [{ at: '1s', for: '2s', crash: 'source' }] }
  const late = { algorithms, faults: [{ at: '9s', crash: 'source' }] }
  const other = { algorithms, faults: [{ at: '1s', crash: 'replica' }] }
  assert.equal(shapeOf(early, 'linearizable'), shapeOf(late, 'linearizable'))
  assert.notEqual(shapeOf(early, 'linearizable'), shapeOf(other, 'linearizable'))
  assert.notEqual(shapeOf(early, 'linearizable'), shapeOf(early, 'single-writer'))
})

test('the size of a small form: its steps, its algorithms and what is unsafe in it', () => {
  assert.equal(sizeText({}), '0 steps')
  assert.equal(
    sizeText({ algorithms, faults: [{}], unsafe: ['no-fencing'] }),
    '1 step, taas, cabinet, unsafe: no-fencing',
  )
})
