/**
 * The coordinator: takes over, rules, and takes over again; between times it answers clients. Everything it does to the
 * outside is a call, so this same code runs in the simulator and as a process of its own against real servers.
 */

import type { Fiber } from '../effects.ts'
import { type ElectionName, electionsOf } from '../election/policies.ts'
import type { ElectionFactory } from '../election/policy.ts'
import type { SeerOptions } from '../election/seer/seer.ts'
import type { FiberProcess } from '../fiber.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../gtid-set.ts'
import type { PolicySettings } from '../policy-facts.ts'
import { QUORUM_POLICIES, type QuorumName } from '../quorum/policies.ts'
import type { QuorumPolicy } from '../quorum/policy.ts'
import type {
  ClientRequest,
  CoordinatorRequests,
  JournalServer,
  RequestOf,
  SupervisorServer,
  TimestampServer,
  WriteReply,
} from '../servers.ts'
import type { TimestampDeadlines } from '../timestamps/algorithm.ts'
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../timestamps/algorithms.ts'
import { adviserLoop } from './advice.ts'
import { mustWait, room } from './backlog.ts'
import { changeThreshold } from './change-threshold.ts'
import { CommitDelays } from './commit-delays.ts'
import { control } from './control.ts'
import { dryRun } from './dry-run.ts'
import { Gate } from './gate.ts'
import { newMember } from './member.ts'
import { automaticMode, setMode, standBack, tellMode } from './mode.ts'
import { probeLoop } from './monitor.ts'
import { type Overview, overviewOf } from './overview.ts'
import { newPeer } from './peer.ts'
import { type Status, tellPeers } from './peers.ts'
import { promote } from './promote.ts'
import { read } from './read.ts'
import { route, settle } from './relay.ts'
import { SOUND } from './sound.ts'
import { clientOutcome, watchSource } from './source-watch.ts'
import { couldTakeOver } from './stand-by.ts'
import type { CoordinatorState, TrueDelay } from './state.ts'
import { switchover } from './switchover.ts'
import type { Tuning } from './tuning.ts'
import { type UnsafeForm, withUnsafeForms } from './unsafe/forms.ts'
import { refusedWrite, write } from './write.ts'

export interface CoordinatorConfig {
  /** Names of all coordinators, this one among them. */
  readonly coordinators: readonly string[]
  /** 0-based place of this one among them. */
  readonly index: number
  /** Member names; the index is the member number, and the first is the source of the first epoch. */
  readonly nodes: readonly string[]
  readonly timestampServers: readonly string[]
  readonly algorithms: {
    readonly timestamps: TimestampAlgorithmName
    readonly quorum: QuorumName
    /** By name, or made by somebody's own factory. */
    readonly election: ElectionName | ElectionFactory
  } & PolicySettings
  /** Puts somebody's advice before the policy's own selection; k is never touched. Absent: nobody advises. */
  readonly advisedQuorum?: (policy: QuorumPolicy) => QuorumPolicy
  /** For the policy of that name. */
  readonly seer: SeerOptions
  readonly tuning: Tuning
  readonly acknowledge: 'applied' | 'received'
  /** Under `received`: a quorum's replicas may have so many transactions left to apply before writes wait. */
  readonly maxApplyBacklog: number
  readonly journal: JournalServer
  readonly supervisor: SupervisorServer
  /** The prototype's unsafe behaviours in place of the sound ones; none unless a scenario asks for them. */
  readonly unsafe: readonly UnsafeForm[]
  /** The simulator's: the commit delay if `node` led and `k` replicas had to hold a write. Null: nobody knows. */
  readonly trueDelayUs: TrueDelay | null
}

export interface Coordinator {
  /** A client's message. It is answered once, unless the process dies first. */
  handle(request: RequestOf<CoordinatorRequests>, asker: Asker): void
  /** For the process that it runs in. */
  overview(): Overview
  /**
   * For a relay in this process: `entered` is called when the gate lets a statement through, with what has to be called
   * when it has been answered.
   */
  enter(entered: (leave: () => void) => void): void
  /** A relay's connection to this server broke: a client's word, if it is the source. */
  connectionLost(node: string): void
}

interface Asker {
  answer(reply: unknown): void
}

/** One timestamp server, before the next is asked; and one timestamp, long enough for an oracle's failover. */
const TIMESTAMP_DEADLINES: TimestampDeadlines = { requestUs: 100_000, giveUpUs: 5_000_000 }

export function startCoordinator(process: FiberProcess, config: CoordinatorConfig): Coordinator {
  const members = config.nodes.map((node, index) => newMember(index, node, EMPTY_GTID_SET))
  const servers = config.timestampServers.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
  const elections = electionsOf(config.algorithms.election, config, config.trueDelayUs !== null)
  const { adviser } = elections.deciding
  const commits = adviser === undefined ? null : new CommitDelays()
  const { advisedQuorum = (policy: QuorumPolicy) => policy } = config
  const makeQuorum = (settings: PolicySettings) =>
    advisedQuorum(QUORUM_POLICIES[config.algorithms.quorum].make(settings))
  const quorum = makeQuorum(config.algorithms)
  const coordinator: CoordinatorState = {
    process,
    owner: { index: config.index, count: config.coordinators.length },
    peers: config.coordinators.filter((_, index) => index !== config.index).map(newPeer),
    members,
    byNode: new Map(members.map((member) => [member.node, member])),
    tuning: config.tuning,
    level: config.acknowledge,
    maxApplyBacklog: config.maxApplyBacklog,
    quorum,
    makeQuorum,
    leastK: quorum.replicasRequired(members.length),
    quorumSettings: config.algorithms,
    elections,
    trueDelayUs: config.trueDelayUs,
    timestamps: TIMESTAMP_ALGORITHMS[config.algorithms.timestamps].client(servers, TIMESTAMP_DEADLINES),
    journal: config.journal,
    supervisor: config.supervisor,
    procedures: withUnsafeForms(SOUND, config.unsafe),
    highestEpoch: 0,
    givenUp: new Set(),
    opened: new Set(),
    journalIsWhole: false,
    reign: null,
    byReceipts: new MutableGtidSet(),
    takingOver: false,
    gate: new Gate(),
    move: null,
    order: null,
    mode: automaticMode(),
    account: { moves: 0, heldUs: 0 },
    commits,
    awakeSinceUs: Number.NEGATIVE_INFINITY,
    peersAskedSinceUs: null,
  }
  process.spawn('control', control(coordinator))
  process.spawn('watch-source', watchSource(coordinator))
  if (adviser !== undefined && commits !== null) process.spawn('adviser', adviserLoop(coordinator, adviser, commits))
  for (const member of members) process.spawn(`probe-${member.node}`, probeLoop(coordinator, member))
  const answerWith = <T>(name: string, fiber: Fiber<T>, asker: Asker) =>
    process.spawn(name, fiber, (reply) => asker.answer(reply))
  return {
    overview: () => overviewOf(coordinator),
    enter(entered) {
      const { gate } = coordinator
      const through = () => {
        gate.enter()
        const statements = coordinator.reign?.statements
        statements?.began(process.nowUs)
        entered(() => {
          gate.leave()
          statements?.ended(true, process.nowUs)
        })
      }
      if (gate.isClosed) process.spawn('relay', gate.pass(), through)
      else through()
    },
    connectionLost(node) {
      const { reign } = coordinator
      if (reign?.source.node === node) clientOutcome(coordinator, reign, false, process.nowUs)
    },
    handle(request, asker) {
      switch (request.kind) {
        case 'write':
          if (coordinator.gate.isClosed || mustWait(coordinator))
            process.spawn('write', heldWrite(coordinator, request), (reply) => asker.answer(reply))
          else serve(coordinator, 'write', write, request, asker)
          return
        case 'read':
          serve(coordinator, 'read', read, request, asker)
          return
        case 'route':
          asker.answer(route(coordinator, request))
          return
        case 'timestamp':
          process.spawn('timestamp', coordinator.timestamps.next(request.after), (timestamp) =>
            asker.answer({ timestamp }),
          )
          return
        case 'settle':
          process.spawn('settle', settle(coordinator, request), (reply) => asker.answer(reply))
          return
        case 'switchover':
          answerWith(
            'switchover',
            switchover(coordinator, { to: request.to, by: 'request', reason: 'asked for' }),
            asker,
          )
          return
        case 'changeThreshold':
          answerWith('change-threshold', changeThreshold(coordinator, request.failureThreshold), asker)
          return
        case 'promote':
          answerWith('promote', promote(coordinator, request), asker)
          return
        case 'mode':
          answerWith('mode', setMode(coordinator, request.automatic), asker)
          return
        case 'standBack':
          answerWith('stand-back', standBack(coordinator, request.forUs), asker)
          return
        case 'dryRun':
          answerWith('dry-run', dryRun(coordinator, request.to), asker)
          return
        case 'status':
          asker.answer(status(coordinator))
          return
        default:
          request satisfies never
      }
    },
  }
}

/** A client's operation, once the gate lets it through. */
function serve<T>(
  coordinator: CoordinatorState,
  name: string,
  operation: Operation<T>,
  request: ClientRequest,
  asker: Asker,
): void {
  const { process, gate } = coordinator
  let fiber: Fiber<T>
  if (gate.isClosed) fiber = afterGate(coordinator, operation, request)
  else {
    gate.enter()
    fiber = operation(coordinator, request)
  }
  process.spawn(name, fiber, (outcome) => {
    gate.leave()
    asker.answer(outcome)
  })
}

type Operation<T> = (coordinator: CoordinatorState, request: ClientRequest) => Fiber<T>

/** A write that has to wait, for its source or for room in its replicas' backlog. */
function* heldWrite(coordinator: CoordinatorState, request: ClientRequest): Fiber<WriteReply> {
  const { gate } = coordinator
  do {
    yield* gate.pass()
    const why = yield* room(coordinator)
    if (why !== null) return refusedWrite(why)
  } while (gate.holds(coordinator.process.nowUs))
  gate.enter()
  try {
    return yield* write(coordinator, request)
  } finally {
    gate.leave()
  }
}

function* afterGate<T>(coordinator: CoordinatorState, operation: Operation<T>, request: ClientRequest): Fiber<T> {
  yield* coordinator.gate.pass()
  coordinator.gate.enter()
  return yield* operation(coordinator, request)
}

function status(coordinator: CoordinatorState): Status {
  const { reign } = coordinator
  const able = couldTakeOver(coordinator)
  const mode = tellMode(coordinator)
  if (reign === null) {
    const state = coordinator.takingOver ? 'takes over' : 'stands by'
    return {
      state,
      epoch: coordinator.highestEpoch,
      source: null,
      k: null,
      replicas: [],
      able,
      mode,
      ...tellPeers(coordinator),
    }
  }
  const { epoch, source, k, acknowledgements, base } = reign
  const replicas = coordinator.members.filter((m) => acknowledgements.progress[m.index]! >= base).map((m) => m.node)
  return { state: 'reigns', epoch, source: source.node, k, replicas, able, mode, ...tellPeers(coordinator) }
}
