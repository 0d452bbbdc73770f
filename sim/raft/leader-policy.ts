/**
 * An election policy that says which server of a healthy Raft group is to lead; the leader hands over to it (thesis
 * section 3.10). Whoever times out first still succeeds a leader that died: the policy moves the leadership afterwards.
 *
 * Policies that rank are asked every `predictEvery`, and move the leader only when they say the same twice in a row and
 * it is better by a margin, because measured round trips are noisy. `seer` is an adviser: it is fed the processor use and the round trips of every server
 * (to each client site and each other server: the paper's |R|+2 features without memory, which the model has not), and
 * the commit delays that each site saw under the leader, and decides by itself. What is measured travels free of charge.
 */
import type { Candidate, ElectionPolicy } from '../../algorithms/election/policy.ts'
import type { RankedCandidate } from '../../algorithms/trace.ts'
import type { RandomStream } from '../../scenarios/chance/random.ts'
import type { SimProcess } from '../kernel/process.ts'
import type { RaftGroup } from './group.ts'
import type { RaftServer } from './server.ts'
import { trueDelayUs } from './true-delay.ts'

const WINDOW_US = 200_000
/** The clients that a move held back all come at once: what they wait for says nothing about the new leader. */
const SETTLE_US = 500_000
/** By what share of the leader's own score another one must be better: equals are not worth an election. */
const MARGIN = 0.05
/** Round trips are smoothed like TCP's. */
const GAIN = 1 / 8

interface Seen {
  busyUs: number
  processor: number
  /** To the client sites, then to the servers; smoothed. */
  readonly roundTripsUs: number[]
  boots: number
  bootedUs: number
}

export class LeaderPolicy {
  readonly #group: RaftGroup
  readonly #policy: ElectionPolicy
  readonly #everyUs: number
  readonly #stream: RandomStream
  readonly #seen: readonly Seen[]
  #lastUs = 0
  #rankAtUs = 0
  #favourite: string | null = null
  #ledBy: RaftServer | null = null
  #ledSinceUs = 0
  /** The last ranking or decision, for whoever records the election that follows. */
  #why: { readonly to: string; readonly reason: string; readonly ranking: readonly RankedCandidate[] } | null = null

  constructor(group: RaftGroup, policy: ElectionPolicy, everyUs: number) {
    this.#group = group
    this.#policy = policy
    this.#everyUs = everyUs
    this.#stream = group.kernel.streams.stream('leader-policy')
    const ends = group.sites.length + group.servers.length
    this.#seen = group.servers.map(() => ({
      busyUs: 0,
      processor: 0,
      roundTripsUs: new Array<number>(ends).fill(Number.NaN),
      boots: 0,
      bootedUs: 0,
    }))
  }

  get name(): string {
    return this.#policy.name
  }

  begin(): void {
    this.#lastUs = this.#group.kernel.queue.now
    this.#rankAtUs = this.#lastUs + this.#everyUs
    this.#group.kernel.queue.after(WINDOW_US, LeaderPolicy.#due, this)
  }

  /** Why `node` leads, if the policy wanted it. */
  reasonFor(node: string): { readonly reason: string; readonly ranking: readonly RankedCandidate[] } | null {
    return this.#why?.to === node ? this.#why : null
  }

  static #due(this: void, policy: LeaderPolicy): void {
    policy.#look()
    policy.#group.kernel.queue.after(WINDOW_US, LeaderPolicy.#due, policy)
  }

  #look(): void {
    const group = this.#group
    const { now } = group.kernel.queue
    const elapsedUs = now - this.#lastUs
    this.#lastUs = now
    const up = group.servers.filter((server) => server.isUp)
    for (const server of up) this.#measure(server, elapsedUs, now)
    const delaysMs = group.world.takeCommitDelaysMs()
    const { leader } = group
    if (leader.node?.role !== 'leader' || !leader.isUp) return
    if (leader !== this.#ledBy) {
      this.#ledBy = leader
      this.#ledSinceUs = now
    }
    const adviser = this.#policy.adviser
    if (adviser === undefined) this.#rank(leader, up, now)
    else {
      for (const server of up) adviser.observe(server.process.name, this.#features(server))
      if (delaysMs !== null && now - this.#ledSinceUs > SETTLE_US)
        adviser.sample(leader.process.name, this.#features(leader), delaysMs)
      const names = up.map(({ process }) => process.name)
      const decision = adviser.decide(now, leader.process.name, names)
      if (decision.kind === 'move') this.#move(leader, decision.to, `${decision.why}: ${decision.reason}`, [])
    }
  }

  #measure(server: RaftServer, elapsedUs: number, nowUs: number): void {
    const { sites, servers, network } = this.#group
    const seen = this.#seen[server.id]!
    const { busyUs, boots } = server
    if (boots !== seen.boots) {
      seen.boots = boots
      seen.bootedUs = nowUs
    } else seen.processor += ((busyUs - seen.busyUs) / elapsedUs - seen.processor) * GAIN
    seen.busyUs = busyUs
    const ends: readonly { readonly process: SimProcess }[] = [...sites, ...servers]
    ends.forEach(({ process }, i) => {
      if (process === server.process) seen.roundTripsUs[i] = 0
      else {
        const there = network.link(server.process, process).draw(this.#stream)
        const us = there + network.link(process, server.process).draw(this.#stream)
        const before = seen.roundTripsUs[i]!
        seen.roundTripsUs[i] = Number.isNaN(before) ? us : before + (us - before) * GAIN
      }
    })
  }

  #features({ id }: RaftServer): number[] {
    const { processor, roundTripsUs } = this.#seen[id]!
    return [processor, ...roundTripsUs.map((us) => us / 1000)]
  }

  #rank(leader: RaftServer, up: readonly RaftServer[], nowUs: number): void {
    if (nowUs < this.#rankAtUs) return
    this.#rankAtUs = nowUs + this.#everyUs
    const ranking = this.#policy.rank(up.map((server) => this.#candidate(server, leader, nowUs)))
    const best = ranking[0]!
    const own = ranking.find(({ node }) => node === leader.process.name)!
    const isBetter = best.score - own.score > MARGIN * Math.abs(own.score)
    const isSteady = best.node === this.#favourite
    this.#favourite = best.node
    if (isSteady && isBetter) this.#move(leader, best.node, best.reason, ranking)
  }

  #candidate(server: RaftServer, leader: RaftServer, nowUs: number): Candidate {
    const { id, process, store } = server
    const { roundTripsUs, boots, bootedUs } = this.#seen[id]!
    const { sites } = this.#group
    const total = sites.reduce((sum, { weight }) => sum + weight, 0)
    return {
      node: process.name,
      member: id,
      healthy: true,
      latencyUs: sites.reduce((sum, { weight }, i) => sum + (weight / total) * roundTripsUs[i]!, 0),
      lag: Math.max(0, leader.node!.commitIndex - store.applied),
      uptimeUs: nowUs - bootedUs,
      crashes: boots - 1,
      held: store.applied,
      draw: this.#stream.uniform(),
      trueDelayUs: trueDelayUs(this.#group, server),
    }
  }

  #move(leader: RaftServer, to: string, reason: string, ranking: readonly RankedCandidate[]): void {
    this.#why = { to, reason, ranking }
    const { name } = leader.process
    this.#group.world.emit(name, {
      kind: 'note',
      text: `${this.#policy.name}: ${name} hands over to ${to} (${reason})`,
    })
    leader.handOver(this.#group.indexOf(to))
  }
}
