/** A take-over against scripted servers: each answers at once, from a state that the test has set up. */
import assert from 'node:assert/strict'
import { electionsOf } from '../../../algorithms/election/policies.ts'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { SOUND } from '../../../algorithms/failover/procedures.ts'
import { type CoordinatorState, type Member, newMember } from '../../../algorithms/failover/state.ts'
import { type TakeOver, takeOver } from '../../../algorithms/failover/take-over.ts'
import { FiberProcess } from '../../../algorithms/fiber.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { majority } from '../../../algorithms/quorum/majority.ts'
import type { MysqlRequests, Outcome, RequestOf, ServerState } from '../../../algorithms/servers.ts'
import type { TraceFact } from '../../../algorithms/trace.ts'
import type { World } from '../../../algorithms/world.ts'
import { DEFAULT_SEER } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'

const uuidOf = (index: number) => `${index + 1}`.repeat(8) + '-1111-1111-1111-111111111111'
const markers = (...epochs: readonly [epoch: number, member: number, base: number][]) =>
  MutableGtidSet.of(...epochs.map(([epoch, member, base]) => markerOf({ epoch, k: 2, member, base })))
const wrote = (index: number, last: number) => MutableGtidSet.interval(uuidOf(index), 1, last)

function replica(index: number, executed: GtidSet, more: Partial<ServerState> = {}): ServerState {
  return {
    uuid: uuidOf(index),
    executed,
    retrieved: EMPTY_GTID_SET,
    promised: 0,
    superReadOnly: true,
    offline: false,
    receiver: 'running',
    applier: 'running',
    source: 'node1',
    fedAgeUs: 0,
    uptimeUs: 1,
    semiSyncSource: false,
    ...more,
  }
}
const SOURCE = { superReadOnly: false, receiver: 'stopped', applier: 'stopped', source: null } as const

class Servers {
  readonly states: (ServerState | null)[]
  readonly facts: TraceFact[] = []
  readonly promotions: string[] = []
  readonly fences: string[] = []
  /** What the coordinator last saw, where that is not what is. */
  readonly believed = new Map<number, ServerState>()
  promotion: 'ok' | 'unknown' = 'ok'

  constructor(states: readonly (ServerState | null)[]) {
    this.states = [...states]
  }

  answer(index: number, request: RequestOf<MysqlRequests>): Outcome<unknown> {
    const state = this.states[index]!
    if (state === null) return { kind: 'unknown', reason: 'no answer in time' }
    if (request.kind === 'waitFor') {
      const gtids = request.level === 'applied' ? state.executed : state.executed.union(state.retrieved)
      return { kind: 'ok', reply: { covered: gtids.covers(request.gtids), gtids } }
    }
    assert.equal(request.kind, 'administer')
    const { action } = request as Extract<typeof request, { kind: 'administer' }>
    let after = state
    if (action.command === 'detach') after = { ...state, receiver: 'stopped', promised: action.promise }
    if (action.command === 'fence') this.fences.push(`node${index + 1}`)
    if (action.command === 'fence') after = { ...state, superReadOnly: true, offline: true, promised: action.promise }
    if (action.command === 'point') {
      const donor = this.states[Number(action.source.slice(4)) - 1]!
      after = { ...state, receiver: 'running', source: action.source, executed: state.executed.union(donor.executed) }
    }
    if (action.command === 'promote') {
      this.promotions.push(`node${index + 1}`)
      if (this.promotion === 'unknown') return { kind: 'unknown', reason: 'no answer in time' }
      after = { ...state, superReadOnly: false, executed: state.executed.union(MutableGtidSet.of(action.marker)) }
    }
    this.states[index] = after
    return { kind: 'ok', reply: after }
  }

  async takeOver(): Promise<TakeOver> {
    let us = 0
    const soon = (action: () => void) => {
      let wanted = true
      setImmediate(() => wanted && action())
      return {
        abandon() {
          wanted = false
        },
      }
    }
    const world: World = {
      now: () => us++,
      wallClock: () => 0,
      random: () => 0.5,
      emit: (_, fact) => this.facts.push(fact),
      // Deadlines never pass here.
      sleep: () => ({ abandon() {} }),
      call: (_process, server, request, _deadlineUs, waiter) =>
        soon(() => {
          if (server.kind === 'journal') waiter.resume({ kind: 'ok', reply: {} })
          else waiter.resume(this.answer(Number(server.name.slice(4)) - 1, request as RequestOf<MysqlRequests>))
        }),
    }
    const members = this.states.map((state, index): Member => {
      const member = newMember(index, `node${index + 1}`, EMPTY_GTID_SET)
      if (state === null) return member
      const seen = this.believed.get(index) ?? state
      return { ...member, state: seen, probe: 'answered', held: seen.executed.union(seen.retrieved) }
    })
    const coordinator = {
      members,
      byNode: new Map(members.map((member) => [member.node, member])),
      tuning: { adminTimeoutUs: 1_000, drainTimeoutUs: 1_000 },
      procedures: SOUND,
      quorum: majority,
      elections: electionsOf('most-advanced', { seer: DEFAULT_SEER }, false),
      journal: { name: 'journal', kind: 'journal' },
      owner: { index: 0, count: 1 },
      peers: [],
      highestEpoch: 2,
      reign: null,
    } as unknown as CoordinatorState
    return await new Promise((resolve, reject) => {
      const process = new FiberProcess('coordinator', world, reject)
      process.spawn(
        'test',
        (function* () {
          resolve(yield* takeOver(coordinator, { kind: 'gone', reason: 'test' }))
        })(),
      )
    })
  }
}

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
  // node2 reigned and is fed to nobody any more; node4 has its last transaction in its relay log and cannot apply it.
  const servers = new Servers([
    replica(0, base.union(wrote(1, 2))),
    replica(1, base.union(wrote(1, 2)), { receiver: 'stopped' }),
    replica(2, base.union(wrote(1, 2))),
    replica(3, base.union(wrote(1, 2)), { retrieved: wrote(1, 3), applier: 'stopped' }),
  ])
  const outcome = await servers.takeOver()
  assert.equal(outcome.kind, 'reigns')
  const { reign, stopped } = outcome as Extract<TakeOver, { kind: 'reigns' }>
  assert.notEqual(reign.source.node, 'node4')
  assert.ok(!stopped.some(({ node }) => node === 'node4'))
  assert.equal(stopped.length, 2)
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
