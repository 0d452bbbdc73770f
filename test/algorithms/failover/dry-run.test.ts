/** What a coordinator says would happen is what happens, and saying it changes nothing. */
import assert from 'node:assert/strict'
import { test } from '../../support/test.ts'
import { Steered } from './steered.ts'

test('the foreseen winner wins, by the foreseen order, with every policy ranking', () => {
  const cluster = new Steered()
  cluster.run(3_000)
  const dry = cluster.ask({ kind: 'dryRun', to: null })
  assert.deepEqual([dry.verdict, dry.kind, dry.source, dry.why, dry.k], ['would', 'failover', 'node1', null, 2])
  assert.equal(dry.order.length, 3)
  assert.ok(Object.keys(dry.rankings).includes('uniform') && Object.keys(dry.rankings).length >= 4)
  assert.deepEqual([dry.rule.data.counted, dry.rule.data.needed], [3, 2])
  cluster.host('node1').crash()
  cluster.until(() => cluster.reigns().length === 2)
  assert.equal(cluster.reigns()[1], dry.winner)
})

test('nothing is changed: the same simulation with and without dry runs elects by the same draws', () => {
  const ends = [false, true].map((isAsked) => {
    const cluster = new Steered(5)
    for (let i = 0; i < 10; i++) if (isAsked) cluster.ask({ kind: 'dryRun', to: i % 2 === 0 ? null : 'node3' })
    assert.equal(cluster.reigns().length, 1)
    cluster.host('node1').crash()
    cluster.until(() => cluster.reigns().length === 2)
    const elected = cluster.cluster.events.findLast((event) => event.kind === 'elected')
    assert.ok(elected?.kind === 'elected')
    return elected.rankings.uniform!.map(({ node, score }) => ({ node, score }))
  })
  assert.deepEqual(ends[0], ends[1])
})

test('what would be refused is refused with its numbers, and what only waits says for what', () => {
  const cluster = new Steered()
  cluster.run(2_000)
  assert.deepEqual(cluster.ask({ kind: 'dryRun', to: 'node1' }).why, { code: 'is-source', node: 'node1' })
  assert.deepEqual(cluster.ask({ kind: 'dryRun', to: 'node7' }).why, { code: 'no-such-server', node: 'node7' })
  const move = cluster.ask({ kind: 'dryRun', to: 'node4' })
  assert.deepEqual([move.verdict, move.kind, move.winner], ['would', 'planned', 'node4'])
  cluster.ask({ kind: 'mode', automatic: false })
  const waits = cluster.ask({ kind: 'dryRun', to: null })
  assert.deepEqual([waits.verdict, waits.why], ['wait', { code: 'manual-mode' }])
  assert.ok(waits.winner !== null)
  for (const node of ['node2', 'node3']) cluster.host(node).crash()
  cluster.run(1_000)
  const dry = cluster.ask({ kind: 'dryRun', to: null })
  assert.deepEqual([dry.verdict, dry.winner], ['refused', null])
  assert.ok(dry.why?.code === 'rule')
  assert.deepEqual(dry.why.data, { needed: 2, counted: 1 })
  assert.deepEqual(
    dry.passedOver.map(({ node, why }) => [node, why.code]),
    [
      ['node2', 'silent'],
      ['node3', 'silent'],
    ],
  )
})
