/** A coordinator in a process of its own, whatever stands in front of it: its fibers, its servers and its journal. */
import { type Coordinator, type CoordinatorConfig, startCoordinator } from '../../algorithms/failover/coordinator.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { JournalServer, SupervisorServer } from '../../algorithms/servers.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { CommandListener } from '../../scenarios/faults/commands.ts'
import { MysqlClient } from '../mysql/client.ts'
import type { Callable } from '../transport/callable.ts'
import { RealWorld } from '../world.ts'
import { fatal } from './child.ts'
import type { ClusterSetup, RunIdentity } from './ipc-messages.ts'
import { Journal } from './journal.ts'

const JOURNAL: JournalServer = { name: 'journal', kind: 'journal' }
const SUPERVISOR: SupervisorServer = { name: 'supervisor', kind: 'supervisor' }
/** Before the first probe; a server that is down or paused then delays the coordinator's start by this much at most. */
const GREETING_DEADLINE_US = 500_000

interface CoordinatorParts {
  readonly run: RunIdentity
  /** Names of all coordinators, this one among them. */
  readonly coordinators: readonly string[]
  /** 0-based place of this one among them. */
  readonly index: number
  readonly cluster: ClusterSetup
  readonly mysql: ConstructorParameters<typeof MysqlClient>[1]
  readonly timestampServers: ReadonlyMap<string, Callable>
  readonly peers: ReadonlyMap<string, Callable>
  readonly supervisor: Callable
  readonly config: Pick<
    CoordinatorConfig,
    'algorithms' | 'seer' | 'tuning' | 'acknowledge' | 'maxApplyBacklog' | 'unsafe' | 'advisedQuorum'
  >
  readonly journalPath: string
  readonly onEvent: (event: TraceEvent) => void
  /** Undefined: nobody waits for a command. */
  readonly onCommand?: CommandListener
}

interface PreparedCoordinator {
  /** By node. */
  readonly mysql: ReadonlyMap<string, MysqlClient>
  /** Of the run, microseconds. */
  now(): number
  /** To be called once, when this process has what nobody else may have: its address. */
  start(): Promise<Coordinator>
}

/** Opens the journal and connects; nothing is asked of any server before `start`. */
export async function prepareCoordinator(parts: CoordinatorParts): Promise<PreparedCoordinator> {
  const { cluster, coordinators, index, timestampServers, peers } = parts
  const { servers: members, ...access } = cluster
  const mysql = new Map(
    members.map((server) => [server.node.name, new MysqlClient({ ...server, ...access }, parts.mysql)] as const),
  )
  const servers = new Map<string, Callable>([
    [JOURNAL.name, await Journal.open(parts.journalPath)],
    [SUPERVISOR.name, parts.supervisor],
    ...timestampServers,
    ...peers,
    ...mysql,
  ])
  const { onEvent, onCommand } = parts
  const told = onCommand === undefined ? { onEvent } : { onEvent, onCommand }
  const world = new RealWorld({ ...parts.run, servers, ...told })
  const fibers = new FiberProcess(coordinators[index]!, world, fatal)
  return {
    mysql,
    now: () => world.now(),
    async start() {
      await Promise.all([...mysql.values()].map((client) => client.greet(GREETING_DEADLINE_US)))
      return startCoordinator(fibers, {
        ...parts.config,
        coordinators,
        index,
        nodes: [...mysql.keys()],
        timestampServers: [...timestampServers.keys()],
        journal: JOURNAL,
        supervisor: SUPERVISOR,
        trueDelayUs: null,
      })
    },
  }
}
