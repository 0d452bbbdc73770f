/** What every part of a simulation shares: the agenda, the named random streams, and the hash over all that happened. */
import { DeadlineTable } from '../../algorithms/deadlines.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { RandomStreams } from '../../scenarios/chance/random.ts'
import type { CommandListener } from '../../scenarios/faults/commands.ts'
import { EventQueue } from './event-queue.ts'
import { TraceHash } from './trace-hash.ts'

/** Who is told of events as they happen. It must not act at once: whoever tells is in the middle of something. */
interface Watcher {
  emitted(event: TraceEvent): void
  commanded: CommandListener
  /** The transaction of operation `op` is in the relay log of `node`. */
  received(node: string, op: number): void
}

export class Kernel {
  readonly queue: EventQueue = new EventQueue()
  readonly hash: TraceHash = new TraceHash()
  /** For what nearly never expires; everything else is scheduled in the queue itself. */
  readonly deadlines: DeadlineTable = new DeadlineTable(this.queue)
  readonly streams: RandomStreams
  /** Null: nobody waits for an event. */
  watcher: Watcher | null = null

  constructor(streams: RandomStreams) {
    this.streams = streams
  }
}

/** The kinds of event the trace hash tells apart. Numbers are part of every digest: add, never renumber. */
export const EVENT = {
  requestArrived: 1,
  replyArrived: 2,
  deadline: 3,
  sleepOver: 4,
  cpuDone: 5,
  synced: 6,
  batchArrived: 7,
  heartbeat: 8,
  connection: 9,
  acknowledged: 10,
  statement: 11,
  fault: 12,
  waiterTimeout: 13,
  fact: 14,
  partArrived: 15,
  raftMessage: 40,
  raftTick: 41,
} as const
