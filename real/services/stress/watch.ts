/** What the coordinator tells while it is stressed: the state of the cluster, samples, progress and failovers. */
import type { FailoverRecord, Sample, StressRecord, SystemSnapshot, Topology } from '../wire.ts'
import type { CoordinatorClient } from './coordinator-client.ts'
import { followEvents, type SystemEvent } from './event-stream.ts'

const LOOK_MS = 50
const FINISHED_MS = 2_000

export class Watch {
  topology: Topology | null = null
  readonly samples: Sample[] = []
  readonly #stress = new Map<string, StressRecord>()
  readonly #failovers = new Map<string, FailoverRecord>()
  readonly #over = new AbortController()
  readonly #onChange: (watch: Watch) => void
  readonly #followed: Promise<void>

  /** `onChange`: for whoever shows it. */
  constructor(client: CoordinatorClient, onChange: (watch: Watch) => void) {
    this.#onChange = onChange
    this.#followed = followEvents(client.url, (event) => this.#take(event), this.#over.signal, client.headers)
  }

  /** The newest that began at or after `sinceMs`; null: none did. */
  stressSince(sinceMs: number): StressRecord | null {
    return newestOf([...this.#stress.values()], sinceMs)
  }

  /** Its last version, which may arrive after the answer to the call. */
  async finishedSince(sinceMs: number): Promise<StressRecord | null> {
    const isOver = () => this.stressSince(sinceMs)?.endedAtMs != null
    await this.until(isOver, FINISHED_MS, this.#over.signal)
    return this.stressSince(sinceMs)
  }

  failoverSince(sinceMs: number): FailoverRecord | null {
    return newestOf([...this.#failovers.values()], sinceMs)
  }

  /** False: not within its time. */
  async until(holds: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    const endMs = performance.now() + limitMs
    while (!holds()) {
      signal.throwIfAborted()
      if (performance.now() > endMs) return false
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    return true
  }

  async stop(): Promise<void> {
    this.#over.abort()
    await this.#followed
  }

  #take(event: SystemEvent): void {
    switch (event.name) {
      case 'snapshot':
        this.#begin(event.data)
        break
      case 'topology':
        this.topology = event.data
        break
      case 'sample':
        this.samples.push(event.data)
        break
      case 'stress':
        this.#stress.set(event.data.id, event.data)
        break
      case 'failover':
        this.#failovers.set(event.data.id, event.data)
        break
    }
    this.#onChange(this)
  }

  #begin({ topology, stress, failovers }: SystemSnapshot): void {
    this.topology = topology
    for (const record of stress) this.#stress.set(record.id, record)
    for (const record of failovers) this.#failovers.set(record.id, record)
  }
}

function newestOf<T extends { readonly startedAtMs: number }>(records: readonly T[], sinceMs: number): T | null {
  const found = records.filter(({ startedAtMs }) => startedAtMs >= sinceMs)
  return found.sort((a, b) => b.startedAtMs - a.startedAtMs)[0] ?? null
}
