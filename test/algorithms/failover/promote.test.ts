/** A person chooses the next source: from one that lives, from one that is gone, and where the rules do not allow it. */
import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { Steered } from './steered.ts'

test('a server that is the source already is promoted by doing nothing', () => {
  const cluster = new Steered()
  const reply = cluster.ask({ kind: 'promote', to: 'node1', epoch: null })
  assert.deepEqual([reply.verdict, reply.source, reply.why], ['moved', 'node1', null])
  assert.deepEqual(cluster.reigns(), ['node1'])
})

test('from a source that lives it is a planned move', () => {
  const cluster = new Steered()
  cluster.run(2_000)
  const reply = cluster.ask({ kind: 'promote', to: 'node4', epoch: null })
  assert.deepEqual([reply.verdict, reply.source], ['moved', 'node4'])
  assert.ok(cluster.cluster.events.some((event) => event.kind === 'switched' && event.verdict === 'moved'))
})

test('from a source that is gone the chosen one is tried first, whatever the policy prefers, also while failover stands back', () => {
  for (const [i, chosen] of ['node2', 'node3', 'node4'].entries()) {
    const cluster = new Steered(i)
    cluster.run(2_000)
    cluster.ask({ kind: 'standBack', forUs: 60_000_000 })
    cluster.host('node1').crash()
    cluster.run(i === 0 ? 0 : 3_000)
    const reply = cluster.ask({ kind: 'promote', to: chosen, epoch: null })
    assert.deepEqual([reply.verdict, reply.source], ['moved', chosen])
    assert.deepEqual(cluster.reigns(), ['node1', chosen])
    const elected = cluster.cluster.events.findLast((event) => event.kind === 'elected')
    assert.match(
      elected?.kind === 'elected' ? elected.reason : '',
      new RegExp(`${chosen} was ordered in place of node1`),
    )
    assert.equal(cluster.write().verdict, 'ok')
    // The choice is made: what comes next is automatic again.
    assert.equal(cluster.ask({ kind: 'status' }).mode.standBackLeftUs, null)
    assert.equal(cluster.ask({ kind: 'promote', to: chosen, epoch: null }).verdict, 'moved')
    assert.equal(cluster.reigns().length, 2)
  }
})

test('the rules hold for a person, too: too few replicas are refused with the numbers, and a dead one is not tried', () => {
  const cluster = new Steered()
  cluster.ask({ kind: 'mode', automatic: false })
  for (const node of ['node1', 'node2', 'node3']) cluster.host(node).crash()
  cluster.run(2_000)
  const dead = cluster.ask({ kind: 'promote', to: 'node3', epoch: null })
  assert.deepEqual(dead.why, { code: 'silent', node: 'node3' })
  const reply = cluster.ask({ kind: 'promote', to: 'node4', epoch: null })
  assert.equal(reply.verdict, 'refused')
  assert.ok(reply.why?.code === 'rule')
  assert.deepEqual(reply.why.data, { needed: 2, counted: 1 })
  assert.ok(cluster.refusals().some(({ alarm, why }) => alarm === 'ordered' && why.code === 'rule'))
  const unheard = cluster.ask({ kind: 'promote', to: 'node9', epoch: null })
  assert.deepEqual(unheard.why, { code: 'no-such-server', node: 'node9' })
  cluster.host('node3').boot()
  cluster.until(() => cluster.ask({ kind: 'promote', to: 'node4', epoch: null }).verdict === 'moved')
  assert.deepEqual(cluster.reigns(), ['node1', 'node4'])
})

test('an order for an epoch that is over changes nothing', () => {
  const cluster = new Steered()
  const { epoch } = cluster.ask({ kind: 'status' })
  cluster.host('node1').crash()
  cluster.until(() => cluster.reigns().length === 2)
  cluster.run(2_000)
  const reply = cluster.ask({ kind: 'promote', to: null, epoch })
  assert.deepEqual([reply.verdict, reply.why], ['refused', { code: 'epoch-ended' }])
  assert.equal(cluster.reigns().length, 2)
})
