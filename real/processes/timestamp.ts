/** A timestamp server: a process of its own, with its algorithm's server, a journal and connections to the others. */
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { JournalServer, RequestOf, TimestampRequests, TimestampServer } from '../../algorithms/servers.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { Callable } from '../transport/callable.ts'
import { ServiceServer } from '../transport/service-server.ts'
import { RealWorld } from '../world.ts'
import { fatal, runChild, tellParent } from './child.ts'
import type { TimestampSetup } from './ipc-messages.ts'
import { Journal } from './journal.ts'
import { Peer } from './peer.ts'

const JOURNAL: JournalServer = { name: 'journal', kind: 'journal' }

runChild<TimestampSetup>('timestamp', async (setup) => {
  const { algorithm, index, leaseUs, names, volatileLimit } = setup
  const peers = new Map(names.map((name) => [name, new Peer()]))
  const world = new RealWorld({
    ...setup.run,
    servers: new Map<string, Callable>([[JOURNAL.name, await Journal.open(setup.journalPath)], ...peers]),
    onEvent: (event) => tellParent({ kind: 'event', event }),
  })
  const fibers = new FiberProcess(names[index]!, world, fatal)
  const servers = names.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
  const service = await ServiceServer.listen(setup.port, (request, answer) =>
    server.handle(request as RequestOf<TimestampRequests>, answer),
  )
  // Nothing has been read from a socket yet: the event loop has not turned since it listens.
  const server = TIMESTAMP_ALGORITHMS[algorithm].startServer(fibers, {
    index,
    servers,
    journal: JOURNAL,
    volatileLimit,
    leaseUs,
  })
  tellParent({ kind: 'ready', port: service.port })
  return (message) => {
    if (message.kind === 'peers') for (const { name, port } of message.peers) peers.get(name)?.introduce(port)
  }
})
