/** Who decides that there is a failover: the coordinator, or a person. */
import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { Steered } from './steered.ts'

test('while failover is manual a dead source stays the source, the refusals say why, and automatic goes on at once', () => {
  const cluster = new Steered()
  assert.deepEqual(cluster.ask({ kind: 'status' }).mode, { verdict: 'ok', automatic: true, standBackLeftUs: null })
  assert.equal(cluster.ask({ kind: 'mode', automatic: false }).automatic, false)
  cluster.host(cluster.source).crash()
  cluster.run(5_000)
  assert.deepEqual(cluster.reigns(), ['node1'])
  const whys = cluster.refusals().map(({ why }) => why.code)
  assert.ok(whys.length >= 3 && whys.every((code) => code === 'manual-mode'), whys.join())
  assert.equal(cluster.ask({ kind: 'mode', automatic: true }).automatic, true)
  cluster.until(() => cluster.reigns().length === 2, 1_000)
  assert.equal(cluster.write().verdict, 'ok')
})

test('manual is remembered by the next coordinator', () => {
  const cluster = new Steered()
  cluster.ask({ kind: 'mode', automatic: false })
  cluster.host('coordinator').crash()
  cluster.run(100)
  cluster.host('coordinator').boot()
  cluster.until(() => cluster.reigns().length === 2)
  assert.equal(cluster.ask({ kind: 'status' }).mode.automatic, false)
})

test('standing back is bounded, ends by itself, and can be ended', () => {
  const cluster = new Steered()
  assert.equal(cluster.ask({ kind: 'standBack', forUs: 3_600_000_000 }).standBackLeftUs, 60_000_000)
  assert.equal(cluster.ask({ kind: 'standBack', forUs: 0 }).standBackLeftUs, null)
  const leftUs = cluster.ask({ kind: 'standBack', forUs: 3_000_000 }).standBackLeftUs
  assert.equal(leftUs, 3_000_000)
  cluster.host(cluster.source).crash()
  cluster.run(2_900)
  assert.deepEqual(cluster.reigns(), ['node1'])
  assert.ok(cluster.refusals().every(({ why }) => why.code === 'stands-back' && why.forUs === 3_000_000))
  cluster.until(() => cluster.reigns().length === 2, 500)
  assert.equal(cluster.ask({ kind: 'status' }).mode.standBackLeftUs, null)
})
