/** What the run has seen so far: operations as the clients hand them over, events as they happen, and the live line. */
import type { TraceEvent } from '../algorithms/trace.ts'
import { RandomStreams } from '../scenarios/chance/random.ts'
import { Schedule } from '../scenarios/clients/operation-schedule.ts'
import { LogHistogram } from '../scenarios/measures/log-histogram.ts'
import { newestReign } from '../scenarios/measures/reigns.ts'
import type { Progress } from '../scenarios/progress.ts'
import type { NodeEnd, Operation } from '../scenarios/record.ts'
import type { Scenario } from '../scenarios/scenario.ts'

/** The live line looks back this far. */
const WINDOW_US = 1_000_000

export class History {
  readonly operations: Operation[] = []
  /** In the run's time, not the workload's. */
  readonly events: TraceEvent[] = []
  source: string | null = null
  /** The timestamp server that issues (oracle). */
  issuer: string | null = null
  /** Every reign's source, oldest first. */
  readonly reigns: string[] = []
  readonly #counts = { ok: 0, failed: 0, unknown: 0, unsent: 0 }
  #recent: { readonly endUs: number; readonly latencyUs: number }[] = []
  /** The clients' own schedule once more, to know how much is due in an open loop. */
  readonly #schedule: Schedule
  readonly #isOpen: boolean
  #more: boolean

  constructor(scenario: Scenario, seed: number) {
    this.#schedule = new Schedule(scenario.workload, new RandomStreams(seed))
    this.#isOpen = scenario.workload.mode === 'open'
    this.#more = this.#isOpen && this.#schedule.advance()
  }

  takeOperations(operations: readonly Operation[]): void {
    for (const operation of operations) {
      this.operations.push(operation)
      this.#counts[operation.outcome]++
      if (operation.endUs !== null)
        this.#recent.push({ endUs: operation.endUs, latencyUs: operation.endUs - operation.intendedUs })
    }
  }

  takeEvent(event: TraceEvent): void {
    this.events.push(event)
    if (event.kind === 'issuer') this.issuer = event.node
    if (event.kind !== 'reign') return
    this.source = newestReign(this.events)!.source
    this.reigns.push(event.source)
  }

  /** What was sent, or should have been by then: who is interrupted hands over more of its schedule. */
  operationsBy(endedUs: number): readonly Operation[] {
    return this.operations
      .filter(({ sentUs, intendedUs }) => sentUs !== null || intendedUs <= endedUs)
      .sort((a, b) => a.op - b.op)
  }

  /** Which role a server ended in is the trace's to say: the server itself cannot know. */
  endOf(end: NodeEnd): NodeEnd {
    if (!end.reachable) return { ...end, role: 'down' }
    if (end.node === this.source) return { ...end, role: 'source' }
    return { ...end, role: this.isQuarantined(end.node) ? 'quarantined' : 'replica' }
  }

  isQuarantined(node: string): boolean {
    const last = this.events.findLast(
      (event) => (event.kind === 'quarantined' || event.kind === 'rejoined') && event.node === node,
    )
    return last?.kind === 'quarantined'
  }

  progress(phase: Progress['phase'], atUs: number, faults: readonly string[]): Progress {
    while (this.#more && this.#schedule.intendedUs <= atUs) this.#more = this.#schedule.advance()
    this.#recent = this.#recent.filter(({ endUs }) => endUs >= atUs - WINDOW_US)
    const latencies = new LogHistogram()
    for (const { latencyUs } of this.#recent) latencies.record(latencyUs)
    return {
      phase,
      atUs,
      offered: this.#isOpen ? (this.#more ? this.#schedule.op - 1 : this.#schedule.op) : this.operations.length,
      ok: this.#counts.ok,
      failed: this.#counts.failed,
      unknown: this.#counts.unknown,
      p99Ms: latencies.count === 0 ? null : latencies.quantile(0.99) / 1000,
      lagMs: null,
      source: this.source,
      faults,
    }
  }
}
