/** A take-over against scripted servers: each answers at once, from a state that the test has set up. */
import assert from 'node:assert/strict'
import type { TakeOver } from '../../../algorithms/failover/take-over-steps.ts'
import { test } from '../../support/test.ts'
import { markers, replica, Servers, SOURCE, wrote } from './scripted-servers.ts'

const base = markers([1, 0, 0])
  .union(wrote(0, 5))
  .union(markers([2, 1, 0]))

test('two servers are writable: what each of them executed is in the target', async () => {
  const servers = new Servers([
    replica(0, base.union(wrote(0, 7)), SOURCE),
    replica(1, base.union(wrote(1, 3)), SOURCE),
    replica(2, base.union(wrote(1, 2))),
    replica(3, base.union(wrote(1, 2))),
  ])
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'reigns')
  const { executed } = servers.states[outcome.kind === 'reigns' ? outcome.reign.source.index : 0]!
  // They came from two donors, because neither has what the other has.
  assert.ok(executed.covers(wrote(0, 7)))
  assert.ok(executed.covers(wrote(1, 3)))
})

test('a promotion that may have happened ends the attempt: nobody else is promoted in the same epoch', async () => {
  const servers = new Servers([null, replica(1, base), replica(2, base), replica(3, base)])
  servers.states[0] = null
  servers.promotion = 'unknown'
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'refused')
  assert.equal(servers.promotions.length, 1)
})

test('who holds what the target left out is not pointed as it is', async () => {
  // node2 reigned and is gone; node4 has its last transaction in its relay log and cannot apply it.
  const servers = new Servers([
    replica(0, base.union(wrote(1, 2))),
    null,
    replica(2, base.union(wrote(1, 2))),
    replica(3, base.union(wrote(1, 2)), { retrieved: wrote(1, 3), applier: 'stopped' }),
  ])
  servers.believed.set(1, replica(1, base.union(wrote(1, 2)), SOURCE))
  servers.stuck.add(3)
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'reigns')
  const { reign, stopped } = outcome as Extract<TakeOver, { kind: 'reigns' }>
  assert.notEqual(reign.source.node, 'node4')
  assert.ok(!stopped.some(({ node }) => node === 'node4'))
  assert.equal(stopped.length, 1)
})

test('a server that was promoted since it was last looked at is fenced, not only stopped', async () => {
  const servers = new Servers([
    null,
    replica(1, base.union(wrote(1, 3)), SOURCE),
    replica(2, base.union(wrote(1, 3))),
    replica(3, base.union(wrote(1, 3))),
  ])
  servers.believed.set(1, replica(1, base))
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'reigns')
  assert.deepEqual(servers.fences, ['node2'])
})

test('nobody takes what he lacks from who has diverged, even when nobody else can give it', async () => {
  // node1 wrote once more than the second epoch began with. node3 has all of that epoch, and cannot apply it.
  const first = markers([1, 0, 0])
  const servers = new Servers([
    replica(0, first.union(wrote(0, 6))),
    null,
    replica(2, first, { retrieved: base.union(wrote(1, 2)).minus(first), applier: 'stopped' }),
    replica(3, first.union(wrote(0, 3))),
  ])
  servers.stuck.add(2)
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'refused')
  assert.ok(servers.states[3]!.executed.equals(first.union(wrote(0, 3))))
})
