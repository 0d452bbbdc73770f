import assert from 'node:assert/strict'
import type { MemberOverview, Overview } from '../../../../algorithms/failover/overview.ts'
import { MutableGtidSet } from '../../../../algorithms/gtid-set.ts'
import { LiveLag } from '../../../../real/services/coordinator/live-lag.ts'
import { test } from '../../../support/test.ts'

const SECOND_US = 1_000_000

function member(node: string, held: number, lag: number): MemberOverview {
  const executed = MutableGtidSet.interval('00000000-0000-0000-0000-000000000001', 1, held)
  const state = { executed } as unknown as MemberOverview['state']
  const known = { latencyUs: 0, crashes: 0, quarantined: false, hasLost: false, errant: new MutableGtidSet() }
  return { ...known, node, probe: 'answered', state, stateAgeUs: 0, lag }
}

/** The source and one replica, which lacks the newest so many. */
function seen(atSeconds: number, source: string, held: number, lag: number): Overview {
  const other = source === 'node1' ? 'node2' : 'node1'
  const reign = { epoch: 1, source, k: 1, startedUs: 0, members: null, needed: 1, weights: null }
  const members = [member(source, held, 0), member(other, held - lag, lag)]
  return { nowUs: atSeconds * SECOND_US, epoch: 1, reign, members } as unknown as Overview
}

function lagAfterIdle(next: (lag: LiveLag) => Overview, replica: string): number | null | undefined {
  const lag = new LiveLag()
  for (let atSeconds = 0; atSeconds <= 50; atSeconds++) lag.look(seen(atSeconds, 'node1', 9, 0))
  return lag.of(next(lag)).get(replica)
}

test('a replica is as far behind as the oldest that it lacks is old', () => {
  const next = (lag: LiveLag) => {
    lag.look(seen(51, 'node1', 10, 1))
    return seen(53, 'node1', 10, 1)
  }
  assert.equal(lagAfterIdle(next, 'node2'), 2_000)
})

test('a write after a long pause, seen before the next look, is no long lag', () => {
  assert.equal(
    lagAfterIdle(() => seen(50.1, 'node1', 10, 1), 'node2'),
    0,
  )
})

test('a new source after a long pause is no long lag', () => {
  assert.equal(
    lagAfterIdle(() => seen(50.1, 'node2', 10, 1), 'node1'),
    0,
  )
})
