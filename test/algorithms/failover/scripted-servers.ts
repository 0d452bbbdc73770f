/**
 * Servers that answer a take-over at once, from a state that the test has set up, and remember what was done to them.
 */
import assert from 'node:assert/strict'
import { type ElectionName, electionsOf } from '../../../algorithms/election/policies.ts'
import type { ElectionFactory } from '../../../algorithms/election/policy.ts'
import { type EpochRow, markerOf, rowOf } from '../../../algorithms/failover/epoch.ts'
import type { Loss, LossKind } from '../../../algorithms/failover/loss.ts'
import { type Member, newMember } from '../../../algorithms/failover/member.ts'
import { observe } from '../../../algorithms/failover/monitor.ts'
import { SOUND } from '../../../algorithms/failover/sound.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { takeOver } from '../../../algorithms/failover/take-over.ts'
import type { TakeOver } from '../../../algorithms/failover/take-over-steps.ts'
import { FiberProcess } from '../../../algorithms/fiber.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { MAJORITY } from '../../../algorithms/quorum/majority.ts'
import type { QuorumPolicy } from '../../../algorithms/quorum/policy.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { MysqlRequests, Outcome, RequestOf, ServerState } from '../../../algorithms/servers.ts'
import type { TraceFact } from '../../../algorithms/trace.ts'
import type { World } from '../../../algorithms/world.ts'
import { DEFAULT_SEER } from '../../../scenarios/scenario.ts'

export const uuidOf = (index: number) => `${index + 1}`.repeat(8) + '-1111-1111-1111-111111111111'
export const markers = (...epochs: readonly [epoch: number, member: number, base: number][]) =>
  MutableGtidSet.of(...epochs.map(([epoch, member, base]) => markerOf({ epoch, k: 2, member, base })))
export const wrote = (index: number, last: number) => MutableGtidSet.interval(uuidOf(index), 1, last)

/** What a server shows that holds this. */
export function replica(index: number, executed: GtidSet, more: Partial<ServerState> = {}): ServerState {
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
    arriving: null,
    uptimeUs: 1,
    receiverError: null,
    applierErrno: null,
    semiSyncSource: false,
    receipts: 0,
    ...more,
  }
}
export const SOURCE = { superReadOnly: false, receiver: 'stopped', applier: 'stopped', source: null } as const

export class Servers {
  readonly states: (ServerState | null)[]
  readonly facts: TraceFact[] = []
  readonly promotions: string[] = []
  readonly fences: string[] = []
  /** What the coordinator last saw, where that is not what is. */
  readonly believed = new Map<number, ServerState | null>()
  /** Who was stopped or fenced, in truth. */
  readonly stops: string[] = []
  /** Whom the coordinator takes for one that lost data. */
  readonly lost = new Map<number, LossKind>()
  /** Whose applier does not start. */
  readonly stuck = new Set<number>()
  readonly markers: EpochRow[] = []
  /** Called with what is asked of a server, before it answers. */
  asked: (request: RequestOf<MysqlRequests>) => void = () => {}
  #coordinatorState: CoordinatorState | null = null
  promotion: 'ok' | 'unknown' = 'ok'
  quorum: QuorumPolicy = MAJORITY.make({ failureThreshold: 1, weightRatio: 'largest' })
  election: ElectionName | ElectionFactory = 'most-advanced'

  /** Null: it does not answer. */
  constructor(states: readonly (ServerState | null)[]) {
    this.states = [...states]
  }

  /**
   * The server is killed and starts again without its relay log; `isSeen`: and a probe is answered before anything else.
   * Returns whether it had anything to lose.
   */
  loseRelayLog(index: number, isSeen: boolean): boolean {
    const state = this.states[index]
    if (state == null || state.executed.covers(state.retrieved)) return false
    const left: ServerState = { ...state, retrieved: EMPTY_GTID_SET, receiver: 'stopped', applier: 'stopped' }
    this.states[index] = left
    const coordinator = this.#coordinatorState!
    const { nowUs } = coordinator.process
    if (isSeen) observe(coordinator, coordinator.members[index]!, left, nowUs, nowUs)
    return true
  }

  answer(index: number, request: RequestOf<MysqlRequests>): Outcome<unknown> {
    this.asked(request)
    let state = this.states[index]!
    if (state === null) return unknown({ code: 'deadline' })
    if (request.kind === 'waitFor') {
      if (request.level === 'applied' && state.applier === 'running')
        this.states[index] = state = { ...state, executed: state.executed.union(state.retrieved) }
      const gtids = request.level === 'applied' ? state.executed : state.executed.union(state.retrieved)
      return { kind: 'ok', reply: { covered: gtids.covers(request.gtids), gtids } }
    }
    assert.equal(request.kind, 'administer')
    const { action } = request as Extract<typeof request, { kind: 'administer' }>
    let after = state
    if (action.command === 'detach' || action.command === 'fence') this.stops.push(`node${index + 1}`)
    if (action.command === 'detach') after = { ...state, receiver: 'stopped', promised: action.promise }
    if (action.command === 'fence') this.fences.push(`node${index + 1}`)
    if (action.command === 'fence') after = { ...state, superReadOnly: true, offline: true, promised: action.promise }
    if (action.command === 'point') {
      const donor = this.states[Number(action.source.slice(4)) - 1]!
      after = { ...state, receiver: 'running', source: action.source, executed: state.executed.union(donor.executed) }
    }
    if (action.command === 'apply' && !this.stuck.has(index)) after = { ...state, applier: 'running' }
    if (action.command === 'promote') {
      // As the administrator does (sim/mysql/admin-procedures.ts).
      if (state.receiver !== 'stopped') return failed({ code: 'still-receiving', receiver: state.receiver })
      if (!state.executed.covers(state.retrieved)) return failed({ code: 'unapplied', transactions: 1 })
      this.promotions.push(`node${index + 1}`)
      this.markers.push(rowOf(action.marker.uuid))
      if (this.promotion === 'unknown') return unknown({ code: 'deadline' })
      after = { ...state, superReadOnly: false, executed: state.executed.union(MutableGtidSet.of(action.marker)) }
    }
    this.states[index] = after
    return { kind: 'ok', reply: after }
  }

  async takeOver(kind: 'gone' | 'start' = 'gone', highestEpoch = 2): Promise<TakeOver> {
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
    return await new Promise((resolve, reject) => {
      const process = new FiberProcess('coordinator', world, reject)
      this.#coordinatorState = this.#coordinator(process, highestEpoch)
      process.spawn('test', takeOver(this.#coordinatorState, { kind, reason: 'test' }), resolve)
    })
  }

  #coordinator(process: FiberProcess, highestEpoch: number): CoordinatorState {
    const members = this.states.map((state, index): Member => {
      const member = newMember(index, `node${index + 1}`, EMPTY_GTID_SET)
      if (state === null && !this.believed.has(index)) return member
      const seen = this.believed.has(index) ? this.believed.get(index)! : state
      const kind = this.lost.get(index)
      const loss: Loss | null = kind === undefined ? null : { seen: { kind, byUs: 0 }, doubted: false, joined: false }
      if (seen === null) return { ...member, loss }
      return { ...member, state: seen, probe: 'answered', held: seen.executed.union(seen.retrieved), loss }
    })
    return {
      process,
      members,
      byNode: new Map(members.map((member) => [member.node, member])),
      tuning: { adminTimeoutUs: 1_000, drainTimeoutUs: 1_000 },
      procedures: SOUND,
      quorum: this.quorum,
      leastK: this.quorum.replicasRequired(members.length),
      elections: electionsOf(this.election, { seer: DEFAULT_SEER }, false),
      journal: { name: 'journal', kind: 'journal' },
      owner: { index: 0, count: 1 },
      peers: [],
      highestEpoch,
      givenUp: new Set(),
      opened: new Set(),
      reign: null,
      byReceipts: new MutableGtidSet(),
    } as unknown as CoordinatorState
  }
}
