import assert from 'node:assert/strict'
import { recordedRun } from '../../../../real/dashboard/recorded/recorded-run.ts'
import { snapshotAt } from '../../../../real/dashboard/recorded/snapshot-at.ts'
import { answerOf } from '../../../../real/dashboard/state/answer.ts'
import type { FailoverRecord } from '../../../../real/services/wire.ts'
import { test } from '../../../support/test.ts'
import { crashResult } from '../recorded-crash.ts'

const at = (atMs: number) => snapshotAt(recordedRun(crashResult()), atMs)
const moment = (atMs: number) => `at ${atMs} ms`

/** The restart is asked for at 2 s, and takes its time. */
function healedMs(): number {
  const [crash] = crashResult().faults
  assert.ok(crash?.healed)
  return crash.healed
}

function failover(atMs: number): FailoverRecord | undefined {
  return at(atMs).failovers.find(({ kind }) => kind === 'failover')
}

test('before the fault all is well, and the first source reigns', () => {
  const known = at(900)
  assert.equal(known.topology.source, 'node1')
  assert.equal(known.topology.epoch, 1)
  assert.deepEqual(
    known.services.map(({ state }) => state).filter((state) => state !== 'healthy'),
    [],
  )
  const answer = answerOf(known, moment)
  assert.equal(answer.mood, 'well')
  assert.match(answer.headline, /node1 is the source of epoch 1/)
})

test('a crashed source is down from the fault on, and up again from its restart on', () => {
  const role = (atMs: number) => at(atMs).topology.nodes.find(({ node }) => node === 'node1')?.role
  assert.equal(role(999), 'source')
  assert.equal(role(1001), 'down')
  assert.notEqual(role(healedMs()), 'down')
  assert.equal(at(1001).services.find(({ id }) => id === 'node1')?.state, 'down')
})

test('a failover is told step by step as it happens, and its outcome only when it is known', () => {
  const result = crashResult()
  const known = result.summary.failovers[0]!
  assert.equal(failover(known.startMs - 1), undefined)
  const done = failover(known.startMs + known.durationMs! + 1)
  assert.equal(done?.verdict, 'done')
  assert.equal(done?.from, 'node1')
  assert.equal(done?.to, known.newSource)
  assert.equal(done?.firstWriteMs, known.durationMs)
  assert.deepEqual(
    done?.steps.map(({ phase }) => phase),
    ['detect', 'decide', 'catchUp', 'elected', 'promote', 'reign', 'reroute', 'serving'].filter((phase) =>
      done.steps.some((step) => step.phase === phase),
    ),
  )
  const promoted = done!.steps.find(({ phase }) => phase === 'promote')!
  const running = failover(promoted.atMs)
  assert.equal(running?.verdict, 'running')
  assert.equal(running?.firstWriteMs, null)
  assert.ok(running!.steps.length < done!.steps.length)
})

test('the old source is said to follow again once it does', () => {
  assert.equal(failover(1500)?.oldSource, 'not seen since')
  assert.match(failover(recordedRun(crashResult()).endMs)!.oldSource, /^follows again/)
})

test('what a server lagged while it was down is not shown as if it had been known then', () => {
  for (const { atMs, lagMs } of at(2000).samples)
    if (atMs > 1100 && atMs <= 1900) assert.equal(lagMs.node1, null, `${atMs}`)
})

test('samples end at the moment that is shown', () => {
  const { samples } = at(1500)
  assert.ok(samples.length > 0 && samples.every(({ atMs }) => atMs <= 1500))
})

test('a fault is on until it is healed, with what its witness saw', () => {
  const [during] = at(1500).faults
  assert.equal(during?.healedAtMs, null)
  assert.equal(during?.witness.after, null)
  assert.match(during!.witness.during, /no process/)
  const [after] = at(healedMs()).faults
  assert.ok(after?.healedAtMs !== null && after?.witness.after !== null)
})
