import assert from 'node:assert/strict'
import fc from 'fast-check'
import { exp, log, normalQuantile } from '../../../scenarios/chance/exact-math.ts'
import { test } from '../../support/test.ts'

const positive = fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true })

test('log agrees with the engine to 3e-16 over the whole range', () => {
  fc.assert(
    fc.property(positive, (x) => {
      assert.ok(Math.abs(log(x) - Math.log(x)) <= 3e-16 * Math.abs(Math.log(x)), `${x}`)
    }),
    { numRuns: 5000 },
  )
})

test('exp agrees with the engine to 4e-16 wherever the result is a normal number', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709.7, noNaN: true }), (x) => {
      assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 4.5e-16, `${x}`)
    }),
    { numRuns: 5000 },
  )
})

test('exp and log meet their edges', () => {
  assert.equal(log(0), -Infinity)
  assert.equal(log(1), 0)
  assert.equal(log(Infinity), Infinity)
  assert.ok(Number.isNaN(log(-1)) && Number.isNaN(log(Number.NaN)) && Number.isNaN(exp(Number.NaN)))
  assert.equal(exp(0), 1)
  assert.equal(exp(-Infinity), 0)
  assert.equal(exp(Infinity), Infinity)
  assert.equal(exp(-800), 0)
  assert.equal(exp(710), Infinity)
})

test('the normal quantile agrees with published values', () => {
  const published: [number, number][] = [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.8413447460685429, 1],
    [0.99865010196837, 3],
    [0.001, -3.090232306167813],
    [1e-10, -6.361340902404056],
    [1e-100, -21.27345356096533],
  ]
  for (const [p, z] of published) assert.ok(Math.abs(normalQuantile(p) - z) < 1e-12 * (1 + z * z), `p = ${p}`)
  assert.equal(normalQuantile(0), -Infinity)
  assert.equal(normalQuantile(1), Infinity)
  assert.ok(Number.isNaN(normalQuantile(-0.1)) && Number.isNaN(normalQuantile(1.1)))
})

test('the normal quantile increases, and is symmetric about one half', () => {
  let before = -Infinity
  for (let step = 1; step < 4096; step++) {
    const z = normalQuantile(step / 4096)
    assert.ok(z > before)
    assert.equal(z, 0 - normalQuantile(1 - step / 4096))
    before = z
  }
})

test('the bits are frozen', () => {
  const bits = (x: number) =>
    Buffer.from(new Float64Array([x]).buffer)
      .reverse()
      .toString('hex')
  assert.deepEqual([log(3), exp(1), exp(-20.5), normalQuantile(0.3), normalQuantile(2 ** -24)].map(bits), [
    '3ff193ea7aad030b',
    '4005bf0a8b14576a',
    '3e157a3afeed00ac',
    'bfe0c7e39582c5fb',
    'c0152dc6e859cadd',
  ])
})
