import assert from 'node:assert/strict'
import { DelayModel, type Sample } from '../../../../algorithms/election/seer/delay-model.ts'
import { evenly, MAX_FIT_SAMPLES, Rehearsal } from '../../../../algorithms/election/seer/rehearsal.ts'
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import { test } from '../../../support/test.ts'

function samplesOf(count: number, delays: (features: readonly number[]) => readonly number[], seed = 1): Sample[] {
  const stream = new RandomStreams(seed).stream('samples')
  return Array.from({ length: count }, () => {
    const features = [stream.uniform(), 500 + 20 * stream.uniform(), 300 + 2000 * stream.uniform()]
    return { features, delays: delays(features) }
  })
}

/** Root of the mean squared error over the spread of the truth, on points that were not learnt from. */
function relativeError(model: DelayModel, delays: (features: readonly number[]) => readonly number[]): number {
  const unseen = samplesOf(200, delays, 2)
  const truth = unseen.map((sample) => sample.delays[0]!)
  const centre = truth.reduce((a, b) => a + b) / truth.length
  let errors = 0
  let spread = 0
  for (const [i, { features }] of unseen.entries()) {
    const miss = model.predict(features)[0]! - truth[i]!
    errors += miss * miss
    spread += (truth[i]! - centre) * (truth[i]! - centre)
  }
  return Math.sqrt(errors / spread)
}

test('least squares recovers a linear delay, for every zone at once', () => {
  const truth = ([cpu, , rtt]: readonly number[]) => [2 + 3 * cpu! + rtt! / 1000, 7 - cpu!]
  const model = DelayModel.fit('least-squares', samplesOf(50, truth))
  assert.ok(relativeError(model, truth) < 1e-6)
  const [near, far] = model.predict([0.5, 510, 1000])
  assert.ok(Math.abs(near! - 4.5) < 1e-6 && Math.abs(far! - 6.5) < 1e-6)
})

test('the elastic net recovers a delay of degree 2 that least squares cannot', () => {
  const truth = ([cpu, , rtt]: readonly number[]) => [1 + 8 * (cpu! - 0.5) * (cpu! - 0.5) + rtt! / 5000]
  const samples = samplesOf(250, truth)
  const curved = relativeError(DelayModel.fit('elastic-net', samples), truth)
  const straight = relativeError(DelayModel.fit('least-squares', samples), truth)
  // The penalty shrinks what it finds: a tenth or two of the spread is its price.
  assert.ok(curved < 0.25, `elastic net ${curved}`)
  assert.ok(straight > 0.5, `least squares ${straight}`)
})

test('a single sample, constant features and constant delays are models as well', () => {
  for (const kind of ['elastic-net', 'least-squares'] as const) {
    assert.deepEqual(DelayModel.fit(kind, [{ features: [1, 2], delays: [5] }]).predict([9, 9]), [5])
    const constant = Array.from({ length: 20 }, () => ({ features: [1, 2], delays: [5] }))
    assert.deepEqual(DelayModel.fit(kind, constant).predict([3, 4]), [5])
  }
})

test('a prediction is never negative, and far from everything seen it is that of the edge', () => {
  for (const kind of ['elastic-net', 'least-squares'] as const) {
    const model = DelayModel.fit(
      kind,
      samplesOf(100, ([cpu]) => [cpu!]),
    )
    assert.equal(model.predict([-50, 510, 1000])[0]! >= 0, true)
    assert.deepEqual(model.predict([1e9, 510, 1000]), model.predict([1e6, 510, 1000]))
  }
})

test('a fit gets old and new samples one to one, at most 250, and the newest is among them', () => {
  const rehearsal = new Rehearsal()
  const add = (from: number, count: number) => {
    for (let i = 0; i < count; i++) rehearsal.add({ features: [from + i], delays: [0] })
  }
  add(0, 10)
  assert.equal(rehearsal.take().length, 10)
  assert.deepEqual(rehearsal.take(), [])
  add(100, 4)
  const mixed = rehearsal.take().map(({ features }) => features[0]!)
  assert.equal(mixed.filter((x) => x < 100).length, 4)
  assert.deepEqual(mixed.slice(4), [100, 101, 102, 103])
  add(200, 5_000)
  rehearsal.take()
  add(9_000, 5_000)
  const full = rehearsal.take()
  assert.equal(full.length, MAX_FIT_SAMPLES)
  assert.equal(full.filter(({ features }) => features[0]! < 9_000).length, MAX_FIT_SAMPLES / 2)
  assert.equal(full.at(-1)!.features[0], 13_999)
  assert.deepEqual(evenly([1, 2, 3, 4], 2), [2, 4])
})
