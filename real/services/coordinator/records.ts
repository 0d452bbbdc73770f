/** What the event log says of failovers, faults, stress runs and runs: the newest version of each, also after a restart. */
import type { Refusal, SystemEvents } from '../wire.ts'
import type { EventLog } from './event-log.ts'

type RecordName = 'failover' | 'fault' | 'stress' | 'run'

/** A failover's record has its statements in it, and all of these are in every snapshot. */
const MOST_KEPT: Readonly<Record<RecordName, number>> = { failover: 30, fault: 100, stress: 50, run: 200 }
const MOST_REFUSALS = 50
const MOST_DECISIONS_READ = 2_000

export class Records {
  readonly #byName: { readonly [N in RecordName]: Map<string, SystemEvents[N]> } = {
    failover: new Map(),
    fault: new Map(),
    stress: new Map(),
    run: new Map(),
  }
  readonly #refusals: Refusal[] = []

  constructor(log: EventLog) {
    for (const { name, data } of log.kept.slice(-MOST_DECISIONS_READ)) this.#take(name, data)
    log.onEvent(({ name, data }) => this.#take(name, data))
  }

  /** The oldest first. */
  all<N extends RecordName>(name: N): readonly SystemEvents[N][] {
    return [...this.#byName[name].values()]
  }

  find<N extends RecordName>(name: N, id: string): SystemEvents[N] | undefined {
    return this.#byName[name].get(id)
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals
  }

  #take(name: string, data: unknown): void {
    if (name === 'decision') {
      const decision = data as SystemEvents['decision']
      if (decision.kind !== 'refused') return
      const last = this.#refusals.at(-1)
      // The same again, as long as it stands.
      if (last?.reason === decision.reason) this.#refusals.pop()
      this.#refusals.push({ atMs: decision.wallMs, reason: decision.reason, why: decision.why })
      if (this.#refusals.length > MOST_REFUSALS) this.#refusals.shift()
      return
    }
    const records = this.#byName[name as RecordName] as Map<string, { readonly id: string }>
    const record = data as { readonly id: string }
    records.set(record.id, record)
    if (records.size > MOST_KEPT[name as RecordName]) records.delete(records.keys().next().value!)
  }
}
