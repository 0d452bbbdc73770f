import assert from 'node:assert/strict'
import { formatSize, parseSize, payloadSize } from '../../../scenarios/file/sizes.ts'
import { test } from '../../support/test.ts'

test('sizes are read exactly, and what is written is read back', () => {
  for (const [text, bytes] of [
    ['1B', 1],
    ['1kB', 1000],
    ['1.5kB', 1500],
    ['0.25MB', 250_000],
  ] as const) {
    assert.equal(parseSize(text), bytes)
    assert.equal(parseSize(formatSize(bytes)), bytes)
  }
  for (const text of ['1', '1KB', '1.0001kB', '-1B', '1GB', 'kB']) assert.equal(parseSize(text), null, text)
})

test('a payload is a size or a distribution of sizes, of a byte or more and a megabyte or less', () => {
  assert.deepEqual(payloadSize.parse('2kB'), { kind: 'constant', bytes: 2000 })
  assert.deepEqual(payloadSize.parse({ lognormal: { median: '1kB', sigma: 1 } }), {
    kind: 'lognormal',
    medianBytes: 1000,
    sigma: 1,
  })
  for (const wrong of ['0B', '2MB', 5, { lognormal: { median: '1kB', sigma: 4 } }])
    assert.equal(payloadSize.safeParse(wrong).success, false, JSON.stringify(wrong))
})
