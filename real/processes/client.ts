/**
 * The clients' process: the load generator, and the history, which lives here and nowhere else while the run lasts.
 * It is handed to the parent in batches, so that an interrupt finds nearly all of it there already.
 */
import { FiberProcess } from '../../algorithms/fiber.ts'
import { coordinatorServer, type LoadGenerator, startLoadGenerator } from '../../scenarios/clients/load-generator.ts'
import type { Operation } from '../../scenarios/record.ts'
import { ServiceClient } from '../transport/service-client.ts'
import { RealWorld } from '../world.ts'
import { fatal, runChild, tellParent } from './child.ts'
import type { ClientSetup } from './ipc-messages.ts'

const BATCH_MS = 200

runChild<ClientSetup>('client', (setup) => {
  const { coordinators } = setup
  const servers = new Map(coordinators.map(({ name, host, port }) => [name, new ServiceClient(host, port)]))
  const world = new RealWorld({ ...setup.run, servers, onEvent: (event) => tellParent({ kind: 'event', event }) })
  const fibers = new FiberProcess('client', world, fatal)
  const targets = coordinators.map(({ name }) => coordinatorServer(name))

  let load: LoadGenerator | null = null
  let batch: Operation[] = []
  const told = new Set<number>()
  const flush = () => {
    if (batch.length > 0) tellParent({ kind: 'operations', operations: batch })
    batch = []
  }
  const handOver = () => {
    clearInterval(timer)
    for (const operation of load?.operations ?? []) if (!told.has(operation.op)) batch.push(operation)
    flush()
    tellParent({ kind: 'done' })
  }
  const timer = setInterval(flush, BATCH_MS)
  tellParent({ kind: 'ready', port: 0 })
  return (message) => {
    if (message.kind === 'start')
      load = startLoadGenerator(fibers, setup, targets, world.streams, {
        startUs: message.startUs,
        onOperation: (operation) => {
          told.add(operation.op)
          batch.push(operation)
          if (setup.urgent.includes(operation.op)) flush()
        },
        onDone: handOver,
      })
    else if (message.kind === 'healed') load?.healed(message.atUs)
    else if (message.kind === 'stop') {
      if (load === null) handOver()
      else load.stop()
    } else if (message.kind === 'handOver') handOver()
  }
})
