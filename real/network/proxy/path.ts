/** A path through the proxy: a port of its own, behind which one acceptor is found by one opener. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Agenda } from './agenda.ts'
import { Connection, type Way } from './connection.ts'

/** Resolves with its port. */
export async function openPath(bind: string, way: Way, agenda: Agenda): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (opener) => {
    new Connection(opener, way, agenda)
  })
  server.listen(0, bind)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
