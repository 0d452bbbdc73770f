/** A Raft group with its clients: everything a scenario with `protocol: raft` runs and its faults work on. */

import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { RaftConfig } from '../../algorithms/raft/config.ts'
import type { Entry } from '../../algorithms/raft/message.ts'
import type { FinishedRound, RoleChange } from '../../algorithms/raft/node-output.ts'
import type { QuorumScheme } from '../../algorithms/raft/quorum-system.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import { type RandomStream, RandomStreams } from '../../scenarios/chance/random.ts'
import { delayTable, type Sampler } from '../../scenarios/chance/sampling.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { NodeEnd } from '../../scenarios/record.ts'
import type { RaftSettings, Scenario } from '../../scenarios/scenario.ts'
import { Kernel } from '../kernel/kernel.ts'
import { LagLog } from '../mysql/lag-log.ts'
import { Network } from '../network/network.ts'
import type { Clock, SimulatedSystem } from '../simulated-system.ts'
import { type ClientSite, ClientWorld } from './clients.ts'
import { difference, endOf } from './end-state.ts'
import { RAFT_EFFECTS } from './fault-effects.ts'
import { LeaderPolicy } from './leader-policy.ts'
import { namesIn } from './roles.ts'
import { RaftServer } from './server.ts'
import { entriesText, termUuid } from './term-uuid.ts'
import { groupsOf } from './zone-groups.ts'

/** The first leader has so long to come up. */
const FIRST_REIGN_US = 120_000_000
const WEIGHTS_SHOWN_US = 500_000

export class RaftGroup implements SimulatedSystem {
  readonly kernel: Kernel
  readonly network: Network
  readonly settings: RaftSettings
  readonly quorums: QuorumScheme
  readonly failureThreshold: number
  readonly keys: number
  readonly servers: readonly RaftServer[]
  readonly sites: readonly ClientSite[]
  readonly world: ClientWorld
  readonly operator = null
  /** What was not synced is lost with every crash, and the group knows it: nobody is excluded for it. */
  readonly losses = []
  readonly client: FiberProcess
  readonly fsync: Sampler
  readonly fsyncStream: RandomStream
  readonly lag: LagLog
  readonly events: TraceEvent[] = []
  fatal: Error | null = null
  /** Called with every round that is committed; for who measures rounds rather than operations. */
  onRounds: ((leader: RaftServer, rounds: readonly FinishedRound[]) => void) | null = null
  readonly #numbers: ReadonlyMap<string, number>
  /** By index: when its first leader applied it. */
  readonly #committedUs: number[] = []
  /** By server: the last index whose lag is recorded; a server that starts again applies everything once more. */
  readonly #recorded: number[]
  readonly #policy: LeaderPolicy | null
  #rounds = 0
  #repliers = 0
  #leaderChanges = 0
  #leader: RaftServer | null = null
  #leaderTerm = 0
  #weightsShown: { readonly atUs: number; readonly term: number; readonly members: readonly string[] } | null = null

  constructor(scenario: Scenario, seed: number) {
    const { cluster, algorithms } = scenario
    if (scenario.raft === null) throw new Error('assertion: a Raft group of a scenario without Raft')
    this.settings = scenario.raft
    this.kernel = new Kernel(new RandomStreams(seed))
    this.network = new Network(this.kernel, scenario.network)
    this.quorums = RAFT_QUORUMS[scenario.raft.quorum].make({
      nodes: cluster.nodes,
      weightRatio: algorithms.weightRatio,
      groups: groupsOf(scenario),
    })
    this.failureThreshold = scenario.raft.failureThreshold
    this.keys = scenario.workload.keys
    this.fsync = delayTable(scenario.raft.fsync)
    this.fsyncStream = this.kernel.streams.stream('fsync')
    const speeds = cluster.zones.flatMap(({ nodes, cpu }) => new Array<number>(nodes).fill(cpu))
    const names = Array.from({ length: cluster.nodes }, (_, i) => `node${i + 1}`)
    this.lag = new LagLog(names)
    this.servers = names.map((name, id) => new RaftServer(this, this.network.add(name), id, speeds[id] ?? 1))
    this.#numbers = new Map(names.map((name, id) => [name, id]))
    this.#recorded = names.map(() => 0)
    this.sites = scenario.raft.clients.map(({ process, weight }) => {
      const site = { process: this.network.add(process), weight, leader: 0, commits: { count: 0, sumUs: 0 } }
      site.process.start()
      return site
    })
    this.world = new ClientWorld(this)
    const { election } = scenario.raft
    this.#policy =
      election === 'native'
        ? null
        : new LeaderPolicy(
            this,
            ELECTION_POLICIES[election].make({ seer: scenario.seer }),
            scenario.seer.predictEveryUs,
          )
    this.client = new FiberProcess(this.sites[0]!.process.name, this.world, (error) => {
      this.fatal ??= error
      this.kernel.queue.stop()
    })
  }

  configOf(id: number): RaftConfig {
    const { quorums, failureThreshold, settings } = this
    const { electionTimeoutUs, heartbeatUs, preVote, batchEntries, roundsInFlight } = settings
    const nodes = this.servers.length
    return {
      id,
      nodes,
      quorums,
      failureThreshold,
      electionTimeoutUs,
      heartbeatUs,
      preVote,
      batchEntries,
      roundsInFlight,
    }
  }

  indexOf(name: string): number {
    return this.#numbers.get(name) ?? -1
  }

  /** Who leads the newest term that has a leader; the first server before that. */
  get leader(): RaftServer {
    return this.#leader ?? this.servers[0]!
  }

  prepare(clock: Clock): void {
    for (const server of this.servers) server.boot()
    const missing = () => {
      const { node } = this.leader
      if (this.#leader === null || node?.role !== 'leader') return 'nobody leads'
      return node.commitIndex < 1 ? 'the leader has committed nothing' : null
    }
    clock.until(FIRST_REIGN_US, missing, (what) => {
      throw new Error(`the simulated Raft group was not set up within ${FIRST_REIGN_US / 1e6} s: ${what}`)
    })
    this.#policy?.begin()
  }

  difference(): string | null {
    return difference(this)
  }

  end(): NodeEnd[] {
    return endOf(this)
  }

  effectOf(item: Item): Effect {
    const { verb } = item
    if (!(verb in RAFT_EFFECTS)) throw new Error(`assertion: a Raft group is asked to ${verb}`)
    return RAFT_EFFECTS[verb as keyof typeof RAFT_EFFECTS](item, this)
  }

  namesOf(word: string, down: readonly string[]): readonly string[] {
    return namesIn(word, this, down)
  }

  counters(): Readonly<Record<string, number>> {
    return {
      rounds: this.#rounds,
      followersPerRound: this.#rounds === 0 ? 0 : this.#repliers / this.#rounds,
      leaderChanges: this.#leaderChanges,
    }
  }

  // From here on: what the servers tell.

  committed(leader: RaftServer, rounds: readonly FinishedRound[]): void {
    for (const { repliers } of rounds) {
      this.#rounds++
      this.#repliers += repliers.length
    }
    this.#showWeights(leader)
    this.onRounds?.(leader, rounds)
  }

  /** As a coordinator does (failover/write.ts): when they have moved, and not oftener than somebody can read. */
  #showWeights({ process, node }: RaftServer): void {
    const rule = node?.leadership?.rule
    const weights = rule?.weights() ?? null
    const { now } = this.kernel.queue
    const shown = this.#weightsShown
    if (rule === undefined || weights === null) return
    if (shown !== null && shown.term === node!.term && now - shown.atUs < WEIGHTS_SHOWN_US) return
    const members = rule.ranking().map((id) => this.servers[id]!.process.name)
    if (shown !== null && shown.term === node!.term && shown.members.join() === members.join()) return
    this.#weightsShown = { atUs: now, term: node!.term, members }
    const { failureThreshold: needed } = this
    this.world.emit(process.name, { kind: 'quorum', epoch: node!.term, members, needed, weights })
  }

  applied(server: RaftServer, index: number, entry: Entry): void {
    const committed = this.#committedUs
    const { now } = this.kernel.queue
    if (committed.length < index) committed[index - 1] = now
    if (index <= this.#recorded[server.id]!) return
    this.#recorded[server.id] = index
    const committedUs = committed[index - 1]!
    if (entry.kind === 'write' && server.node!.role !== 'leader')
      this.lag.record(server.id, committedUs, now - committedUs)
  }

  changed(server: RaftServer, change: RoleChange): void {
    const { name } = server.process
    switch (change.kind) {
      case 'campaign':
        this.world.emit(name, { kind: 'phase', epoch: change.term, phase: 'decide', detail: change.reason })
        return
      case 'stepped-down':
        this.world.emit(name, { kind: 'note', text: `${name} steps down from term ${change.term}: ${change.reason}` })
        return
      case 'elected':
        this.#elected(server, change.term, change.lastIndex)
    }
  }

  #elected(server: RaftServer, epoch: number, lastIndex: number): void {
    const { name } = server.process
    const node = server.node!
    if (this.#leader !== null) this.#leaderChanges++
    if (epoch > this.#leaderTerm) {
      this.#leader = server
      this.#leaderTerm = epoch
    }
    const wanted = this.#policy?.reasonFor(name) ?? null
    this.world.emit(name, {
      kind: 'elected',
      epoch,
      node: name,
      policy: wanted === null ? 'native' : this.settings.election,
      reason: wanted?.reason ?? `${name} has the votes of an election quorum`,
      rankings: wanted === null || wanted.ranking.length === 0 ? {} : { [this.settings.election]: wanted.ranking },
    })
    this.world.emit(name, {
      kind: 'reign',
      epoch,
      source: name,
      sourceUuid: termUuid(epoch),
      k: this.quorums.fewest(node.log.thresholds(node.commitIndex)) - 1,
      marker: { uuid: termUuid(epoch), number: lastIndex + 1 },
      target: entriesText((index) => node.log.termAt(index), lastIndex),
    })
    this.world.emit(name, { kind: 'phase', epoch, phase: 'serving', detail: 'leads' })
  }
}
