/** A timestamp server: a process of its own, with its algorithm's server, a journal and connections to the others. */
import type { RequestOf, TimestampRequests } from '../../algorithms/servers.ts'
import { ServiceServer } from '../transport/service-server.ts'
import { runChild, tellParent } from './child.ts'
import { readClock } from './clock-reading.ts'
import type { TimestampSetup } from './ipc-messages.ts'
import { Peer } from './peer.ts'
import { prepareTimestampServer } from './timestamp-server.ts'

runChild<TimestampSetup>('timestamp', async (setup) => {
  const peers = new Map(setup.names.map((name) => [name, new Peer()]))
  const startServer = await prepareTimestampServer(setup, peers, (event) => tellParent({ kind: 'event', event }))
  const service = await ServiceServer.listen(setup, (request, answer) =>
    server.handle(request as RequestOf<TimestampRequests>, answer),
  )
  // Nothing has been read from a socket yet: the event loop has not turned since it listens.
  const server = startServer()
  tellParent({ kind: 'ready', port: service.port })
  return (message) => {
    if (message.kind === 'tellTime') tellParent({ kind: 'time', reading: readClock() })
    if (message.kind === 'peers') for (const peer of message.peers) peers.get(peer.name)?.introduce(peer)
  }
})
