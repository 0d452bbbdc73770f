/** A timestamp server: a process of its own, its counter in memory only, as in the original. */
import { OddEvenServer } from '../../algorithms/timestamps/odd-even.ts'
import { ServiceServer } from '../transport/server.ts'
import { runChild, tellParent } from './child.ts'
import type { TimestampSetup } from './messages.ts'

runChild<TimestampSetup>('timestamp', async (setup) => {
  const server = new OddEvenServer(setup.index, setup.servers)
  const service = await ServiceServer.listen(setup.port, (request, answer) => {
    if (request.kind === 'next') answer({ kind: 'ok', reply: { timestamp: server.next() } })
    else answer({ kind: 'failed', reason: 'unknown request' })
  })
  tellParent({ kind: 'ready', port: service.port })
  return () => {}
})
