/**
 * What a take-over must never do, over drawn histories; and what was acknowledged, and still can be, is counted once more
 * from the truth.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from '../../support/test.ts'
import { acknowledged, cases, LEFT_OUT, takeOver, WRITES } from './drawn-take-overs.ts'

const RUNS = 1_500

test(`a take-over keeps what was acknowledged, ends the old epoch's power to acknowledge and never lowers k: ${RUNS} draws`, {
  deadlineMs: 60_000,
}, async () => {
  let reigns = 0
  let moved = 0
  await fc.assert(
    fc.asyncProperty(cases, async (drawn) => {
      const { n, history, had, servers, outcome } = await takeOver(drawn)
      assert.ok(servers.promotions.length <= 1)
      const isEasy = drawn.servers.every(({ answers, seen, applies }) => answers && seen && applies)
      if (isEasy && drawn.lost === null) assert.equal(outcome.kind, 'reigns')
      if (outcome.kind !== 'reigns') return
      reigns++
      const winner = outcome.reign.source.index
      const { executed } = servers.states[winner]!
      const lacks = acknowledged(drawn, history, had).minus(executed)
      assert.ok(lacks.isEmpty, `node${winner + 1} lacks ${lacks}, which may have been acknowledged`)

      // What the second epoch left out does not come back between its rows.
      if (executed.has(history[WRITES + 1]!)) assert.ok(!executed.has(LEFT_OUT(drawn)), 'what was left out is back')

      // Any two take-overs meet in a member that was stopped and kept its promise, whether it lost a relay log or not.
      const last = drawn.sources[1]
      const knowsIt = executed.has(history[WRITES + 1]!)
      const old = knowsIt ? last : drawn.sources[0]
      const isStopped = (i: number) => servers.stops.includes(`node${i + 1}`)
      const counted = drawn.servers.filter(
        (_, i) => i !== old && servers.lost.get(i) !== 'rebuilt' && isStopped(i),
      ).length
      assert.ok(counted >= Math.floor((n - 1) / 2) + 1, `${counted} of ${n} were stopped`)

      // Whoever could still be written to is fenced; else the replicas that are left are too few to acknowledge.
      const others = drawn.servers.filter((_, i) => i !== last && !isStopped(i)).length
      const canWrite = winner !== last && servers.states[last]?.superReadOnly !== true
      if (canWrite) assert.ok(others < drawn.k[1], `node${last + 1} still has ${others} replicas`)
      // Who answered its last probe is waited for.
      for (const [i, state] of servers.states.entries())
        if (state !== null && i !== winner && drawn.servers[i]!.seen)
          assert.ok(state.superReadOnly, `node${i + 1} can still be written to`)

      const k = Math.max(servers.quorum.replicasRequired(n), executed.has(history[0]!) ? drawn.k[knowsIt ? 1 : 0] : 0)
      assert.equal(outcome.reign.k, k, 'k is not lowered')
      assert.equal(servers.markers[0]!.k, k)
      if (winner !== last) moved++
      // Who is pointed at the winner as it is holds nothing else.
      for (const { index, node } of outcome.stopped) {
        const { executed: applied, retrieved } = servers.states[index]!
        assert.ok(executed.covers(applied.union(retrieved)), `${node} has diverged`)
      }
    }),
    { numRuns: RUNS, seed: 1 },
  )
  assert.ok(moved >= RUNS / 20, `only ${moved} of ${RUNS} take-overs moved the source, ${reigns} ended in a reign`)
})
