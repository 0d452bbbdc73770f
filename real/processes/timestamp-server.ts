/** An algorithm's timestamp server in a process of its own, whatever stands in front of it: its fibers and its journal. */
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { JournalServer, TimestampServer } from '../../algorithms/servers.ts'
import type { RunningTimestampServer } from '../../algorithms/timestamps/algorithm.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { Callable } from '../transport/callable.ts'
import { RealWorld } from '../world.ts'
import { fatal } from './child.ts'
import type { TimestampSetup } from './ipc-messages.ts'
import { Journal } from './journal.ts'

const JOURNAL: JournalServer = { name: 'journal', kind: 'journal' }

/**
 * Opens the journal; what comes back starts the server. In between the caller listens: who cannot have the port must not
 * write to the log of whoever has it.
 */
export async function prepareTimestampServer(
  setup: Omit<TimestampSetup, 'kind' | 'bind' | 'port'>,
  peers: ReadonlyMap<string, Callable>,
  onEvent: (event: TraceEvent) => void,
): Promise<() => RunningTimestampServer> {
  const { algorithm, index, leaseUs, names, volatileLimit } = setup
  const world = new RealWorld({
    ...setup.run,
    servers: new Map<string, Callable>([[JOURNAL.name, await Journal.open(setup.journalPath)], ...peers]),
    onEvent,
  })
  const fibers = new FiberProcess(names[index]!, world, fatal)
  const servers = names.map((name): TimestampServer => ({ name, kind: 'timestamp' }))
  return () =>
    TIMESTAMP_ALGORITHMS[algorithm].startServer(fibers, { index, servers, journal: JOURNAL, volatileLimit, leaseUs })
}
