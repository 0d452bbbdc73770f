/** The coordinator's process of a run: the algorithms' coordinator, and a TCP service in front. */
import type { Coordinator } from '../../algorithms/failover/coordinator.ts'
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { CoordinatorRequests, RequestOf } from '../../algorithms/servers.ts'
import { ServiceClient } from '../transport/service-client.ts'
import { ServiceServer } from '../transport/service-server.ts'
import { runChild, tellParent } from './child.ts'
import type { CoordinatorSetup } from './ipc-messages.ts'
import { Peer } from './peer.ts'
import { prepareCoordinator } from './prepare-coordinator.ts'
import { SupervisorClient } from './supervisor-client.ts'

runChild<CoordinatorSetup>('coordinator', async (setup) => {
  const { coordinators, index } = setup
  const supervisor = new SupervisorClient()
  const peers = new Map(coordinators.filter((_, other) => other !== index).map((name) => [name, new Peer()]))
  const prepared = await prepareCoordinator({
    ...setup,
    mysql: setup,
    timestampServers: new Map(
      setup.timestampServers.map(({ name, host, port }) => [name, new ServiceClient(host, port)]),
    ),
    peers,
    supervisor,
    onEvent: (event) => tellParent({ kind: 'event', event }),
    onCommand: (command, isAnswered) => tellParent({ kind: 'command', command, isAnswered }),
  })
  let coordinator: Coordinator | null = null
  // Listen first: a coordinator that cannot have its port must not touch the servers.
  const service = await ServiceServer.listen(setup, (request, answer) => {
    if (coordinator === null) {
      answer(failed({ code: 'starting' }))
      return
    }
    coordinator.handle(request as RequestOf<CoordinatorRequests>, { answer: (reply) => answer({ kind: 'ok', reply }) })
  })
  coordinator = await prepared.start()
  tellParent({ kind: 'ready', port: service.port })
  return (message) => {
    if (message.kind === 'supervised') supervisor.answer(message.id, message.outcome)
    else if (message.kind === 'peers') for (const peer of message.peers) peers.get(peer.name)?.introduce(peer)
  }
})
