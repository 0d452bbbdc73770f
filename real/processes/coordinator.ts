/** The coordinator's process: the algorithms' coordinator, real servers around it, and a TCP service in front. */
import { type Coordinator, startCoordinator } from '../../algorithms/failover/coordinator.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { CoordinatorRequests, JournalServer, RequestOf, SupervisorServer } from '../../algorithms/servers.ts'
import { MysqlClient } from '../mysql/client.ts'
import type { Callable } from '../transport/callable.ts'
import { ServiceClient } from '../transport/service-client.ts'
import { ServiceServer } from '../transport/service-server.ts'
import { RealWorld } from '../world.ts'
import { fatal, runChild, tellParent } from './child.ts'
import type { CoordinatorSetup } from './ipc-messages.ts'
import { Journal } from './journal.ts'
import { Peer } from './peer.ts'
import { SupervisorClient } from './supervisor-client.ts'

const JOURNAL: JournalServer = { name: 'journal', kind: 'journal' }
const SUPERVISOR: SupervisorServer = { name: 'supervisor', kind: 'supervisor' }
/** Before the first probe; a server that is down or paused then delays the coordinator's start by this much at most. */
const GREETING_DEADLINE_US = 500_000

runChild<CoordinatorSetup>('coordinator', async (setup) => {
  const { cluster, coordinators, index, timestampServers } = setup
  const supervisor = new SupervisorClient()
  const servers = new Map<string, Callable>([
    [JOURNAL.name, await Journal.open(setup.journalPath)],
    [SUPERVISOR.name, supervisor],
  ])
  for (const { name, host, port } of timestampServers) servers.set(name, new ServiceClient(host, port))
  const peers = new Map(coordinators.filter((_, other) => other !== index).map((name) => [name, new Peer()]))
  for (const [name, peer] of peers) servers.set(name, peer)
  const mysql = cluster.members.map((node) => new MysqlClient({ node, ...cluster }, setup))
  for (const [i, node] of cluster.members.entries()) servers.set(node.name, mysql[i]!)

  const onEvent = (event: object) => tellParent({ kind: 'event', event: event as never })
  const world = new RealWorld({ ...setup.run, servers, onEvent })
  const fibers = new FiberProcess(coordinators[index]!, world, fatal)
  let coordinator: Coordinator | null = null
  // Listen first: a coordinator that cannot have its port must not touch the servers.
  const service = await ServiceServer.listen(setup, (request, answer) => {
    if (coordinator === null) {
      answer(failed({ code: 'starting' }))
      return
    }
    coordinator.handle(request as RequestOf<CoordinatorRequests>, { answer: (reply) => answer({ kind: 'ok', reply }) })
  })
  await Promise.all(mysql.map((client) => client.greet(GREETING_DEADLINE_US)))
  coordinator = startCoordinator(fibers, {
    ...setup.config,
    coordinators,
    index,
    nodes: cluster.members.map(({ name }) => name),
    timestampServers: timestampServers.map(({ name }) => name),
    journal: JOURNAL,
    supervisor: SUPERVISOR,
    trueDelayUs: null,
  })
  tellParent({ kind: 'ready', port: service.port })
  return (message) => {
    if (message.kind === 'supervised') supervisor.answer(message.id, message.outcome)
    else if (message.kind === 'peers') for (const peer of message.peers) peers.get(peer.name)?.introduce(peer)
  }
})
