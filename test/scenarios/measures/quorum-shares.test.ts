import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { quorumShares, withFewerQuorums } from '../../../scenarios/measures/quorum-shares.ts'
import { test } from '../../support/test.ts'

const MS = 1000

function told(atMs: number, members: readonly string[], each: readonly number[] | null, epoch = 1): TraceEvent {
  const weights = each === null ? null : { clock: 1, each, threshold: 1 }
  return { kind: 'quorum', epoch, members, needed: 1, weights, atUs: atMs * MS, process: 'coordinator' }
}

function reign(atMs: number, epoch: number, source: string): TraceEvent {
  const marker = { uuid: 'u', number: 1 }
  return {
    kind: 'reign',
    epoch,
    source,
    sourceUuid: 'u',
    k: 1,
    marker,
    target: '',
    atUs: atMs * MS,
    process: 'coordinator',
  }
}

test('a server counts its share of the weight, as it was last told, and nobody after a new reign until it tells', () => {
  const events = [
    reign(-5, 1, 'node1'),
    told(-1, ['node1', 'node2', 'node3'], [4, 2, 2]),
    told(15, ['node1', 'node3', 'node2'], [4, 3, 1]),
    reign(30, 2, 'node2'),
    told(35, ['node1', 'node2', 'node3'], [4, 2, 2], 1),
    told(45, ['node2', 'node1', 'node3'], [5, 3, 2], 2),
  ]
  assert.deepEqual(quorumShares(events, 6, 10 * MS), {
    kind: 'weights',
    share: {
      node1: [0.5, 0.5, 0.5, null, null, 0.3],
      node2: [0.25, 0.25, 0.125, null, null, 0.5],
      node3: [0.25, 0.25, 0.375, null, null, 0.2],
    },
  })
})

test('a selection counts each selected replica once, and the others not at all', () => {
  const events = [reign(-5, 1, 'node1'), told(0, ['node2', 'node3'], null), told(12, ['node10', 'node3'], null)]
  assert.deepEqual(quorumShares(events, 3, 10 * MS), {
    kind: 'selection',
    share: { node2: [1, 1, 0], node3: [1, 1, 1], node10: [0, 0, 1] },
  })
})

test('where every replica counts the same there is nothing to tell', () => {
  assert.equal(quorumShares([reign(-5, 1, 'node1')], 3, 10 * MS), undefined)
})

test('law: a result keeps at most 200 events of a quorum, in order, and every other event', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (kinds) => {
      const events = kinds.map((isQuorum, at) => (isQuorum ? told(at, ['node1'], [1]) : reign(at, at, 'node1')))
      const kept = withFewerQuorums(events)
      const quorums = kept.filter(({ kind }) => kind === 'quorum')
      const all = events.filter(({ kind }) => kind === 'quorum').length
      assert.ok(quorums.length <= 200 && (all <= 200 ? quorums.length === all : quorums.length >= 100))
      assert.deepEqual(
        kept.filter(({ kind }) => kind !== 'quorum'),
        events.filter(({ kind }) => kind !== 'quorum'),
      )
      const set = new Set(kept)
      assert.deepEqual(
        kept,
        events.filter((event) => set.has(event)),
      )
    }),
    { numRuns: 20 },
  )
})
