/** Boots simulated MySQL servers and their coordinator, until a source reigns and every replica follows it. */
import type { CoordinatorRequests, Outcome, ReplyOf } from '../algorithms/servers.ts'
import type { SimCluster } from './cluster.ts'
import { listens } from './look.ts'
import type { Clock } from './simulated-system.ts'

const REIGN_LIMIT_US = 30_000_000
/** How often the coordinator is looked at. */
const LOOK_EVERY_US = 25_000
/** The slowest network that a scenario may have is a minute away. */
const STATUS_DEADLINE_US = 120_000_000

export function setUp(cluster: SimCluster, clock: Clock): void {
  cluster.bootServers()
  const absent = () => [...cluster.hosts.keys()].find((name) => name !== 'coordinator' && !listens(cluster, name))
  clock.until(
    REIGN_LIMIT_US,
    () => absent() ?? null,
    (name) => {
      throw new Error(`assertion: ${name} does not boot`)
    },
  )
  cluster.coordinator.boot()
  clock.until(
    REIGN_LIMIT_US,
    () => firstReign(cluster, clock),
    (missing) => {
      throw new Error(`the simulated cluster was not set up within ${REIGN_LIMIT_US / 1e6} s: ${missing}`)
    },
  )
}

/** Until the coordinator itself says that a source reigns and every replica holds its first transaction. */
function firstReign({ network, mysql }: SimCluster, clock: Clock): string | null {
  type Status = Outcome<ReplyOf<CoordinatorRequests, 'status'>>
  const answer: { status: Status | null } = { status: null }
  const client = network.process('client')
  network.call(client, network.process('coordinator'), { kind: 'status' }, STATUS_DEADLINE_US, {
    resume: (outcome) => {
      answer.status = outcome as Status
    },
  })
  do clock.run(LOOK_EVERY_US)
  while (answer.status === null)
  const { status } = answer
  if (status?.kind !== 'ok') return `the coordinator does not answer (${status?.reason ?? 'too slow'})`
  const { source, replicas } = status.reply
  if (source === null) return 'no source reigns'
  return replicas.length < mysql.members.length - 1 ? `${source} has the replicas ${replicas.join(', ')}` : null
}
