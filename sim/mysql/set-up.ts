/** Boots simulated MySQL servers and their coordinators, until a source reigns and every replica follows it. */
import type { CoordinatorRequests, Outcome, ReplyOf } from '../../algorithms/servers.ts'
import { listens } from '../faults/look.ts'
import type { Clock } from '../simulated-system.ts'
import type { SimCluster } from './cluster.ts'

const REIGN_LIMIT_US = 30_000_000
/** How often the coordinators are looked at. */
const LOOK_EVERY_US = 25_000
/** The slowest network that a scenario may have is a minute away. */
const STATUS_DEADLINE_US = 120_000_000

export function setUp(cluster: SimCluster, clock: Clock): void {
  cluster.bootServers()
  const { coordinators } = cluster
  const servers = [...cluster.hosts].filter(([, host]) => !coordinators.includes(host)).map(([name]) => name)
  const absent = () => servers.find((name) => !listens(cluster, name))
  clock.until(
    REIGN_LIMIT_US,
    () => absent() ?? null,
    (name) => {
      throw new Error(`assertion: ${name} does not boot`)
    },
  )
  for (const coordinator of coordinators) coordinator.boot()
  clock.until(
    REIGN_LIMIT_US,
    () => firstReign(cluster, clock),
    (missing) => {
      throw new Error(`the simulated cluster was not set up within ${REIGN_LIMIT_US / 1e6} s: ${missing}`)
    },
  )
}

/** Until a coordinator itself says that its source reigns and every replica holds its first transaction. */
function firstReign({ network, mysql, coordinators }: SimCluster, clock: Clock): string | null {
  const answers: Outcome<ReplyOf<CoordinatorRequests, 'status'>>[] = []
  for (const { process } of coordinators)
    network.call(network.process('client'), process, { kind: 'status' }, STATUS_DEADLINE_US, {
      resume: (outcome) => answers.push(outcome as (typeof answers)[number]),
    })
  do clock.run(LOOK_EVERY_US)
  while (answers.length < coordinators.length)
  const statuses = answers.flatMap((answer) => (answer.kind === 'ok' ? [answer.reply] : []))
  if (statuses.length === 0) return 'no coordinator answers'
  const reigning = statuses.filter(({ source }) => source !== null).sort((a, b) => b.epoch - a.epoch)[0]
  if (reigning === undefined) return 'no source reigns'
  const { source, replicas } = reigning
  return replicas.length < mysql.members.length - 1 ? `${source} has the replicas ${replicas.join(', ')}` : null
}
