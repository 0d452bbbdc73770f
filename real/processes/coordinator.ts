/** The coordinator's process: the algorithms' coordinator, real servers around it, and a TCP service in front. */
import { type Coordinator, startCoordinator } from '../../algorithms/failover/coordinator.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { CoordinatorRequests, JournalServer, RequestOf, SupervisorServer } from '../../algorithms/servers.ts'
import type { Callable } from '../callable.ts'
import { MysqlClient } from '../mysql/client.ts'
import { ServiceClient } from '../transport/client.ts'
import { ServiceServer } from '../transport/server.ts'
import { RealWorld } from '../world.ts'
import { fatal, runChild, tellParent } from './child.ts'
import { Journal } from './journal.ts'
import type { CoordinatorSetup } from './messages.ts'
import { SupervisorClient } from './supervisor-client.ts'

const JOURNAL: JournalServer = { name: 'journal', kind: 'journal' }
const SUPERVISOR: SupervisorServer = { name: 'supervisor', kind: 'supervisor' }

runChild<CoordinatorSetup>('coordinator', async (setup) => {
  const { cluster, timestampServers } = setup
  const supervisor = new SupervisorClient()
  const servers = new Map<string, Callable>([
    [JOURNAL.name, await Journal.open(setup.journalPath)],
    [SUPERVISOR.name, supervisor],
  ])
  for (const { name, port } of timestampServers) servers.set(name, new ServiceClient('127.0.0.1', port))
  for (const node of cluster.members)
    servers.set(node.name, new MysqlClient({ node, ...cluster }, { dataConnections: setup.dataConnections }))

  const onEvent = (event: object) => tellParent({ kind: 'event', event: event as never })
  const world = new RealWorld({ ...setup.run, servers, onEvent })
  const fibers = new FiberProcess('coordinator', world, fatal)
  let coordinator: Coordinator | null = null
  // Listen first: a coordinator that cannot have its port must not touch the servers.
  const service = await ServiceServer.listen(setup.port, (request, answer) => {
    if (coordinator === null) {
      answer({ kind: 'failed', reason: 'the coordinator is starting' })
      return
    }
    coordinator.handle(request as RequestOf<CoordinatorRequests>, (reply) => answer({ kind: 'ok', reply }))
  })
  coordinator = startCoordinator(fibers, {
    ...setup.config,
    nodes: cluster.members.map(({ name }) => name),
    timestampServers: timestampServers.map(({ name }) => name),
    journal: JOURNAL,
    supervisor: SUPERVISOR,
  })
  tellParent({ kind: 'ready', port: service.port })
  return (message) => {
    if (message.kind === 'supervised') supervisor.answer(message.id, message.outcome)
  }
})
