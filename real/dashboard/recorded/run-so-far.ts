/** A simulation that is under way, as much as it has said: its decisions make the same picture that its result will. */
import type { TraceEvent } from '../../../algorithms/trace.ts'
import type { Result } from '../../../scenarios/result.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { type RecordedRun, recordedRun } from './recorded-run.ts'

/** What `quorumlab watch` streams. */
export type WatchMessage =
  | {
      readonly kind: 'begin'
      readonly scenario: Pick<Scenario, 'name' | 'description' | 'algorithms' | 'cluster' | 'workload'>
      readonly seed: number
    }
  | { readonly kind: 'decisions'; readonly events: readonly TraceEvent[]; readonly atMs: number }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failed'; readonly reason: string }

export class RunSoFar {
  #run: RecordedRun | null = null

  /** Null: it has not begun. */
  take(message: Extract<WatchMessage, { kind: 'begin' | 'decisions' }>): RecordedRun | null {
    if (message.kind === 'begin') this.#run = begun(message)
    else if (this.#run !== null) {
      const events = [...this.#run.events, ...message.events]
      const startMs = Math.min(0, (events[0]?.atUs ?? 0) / 1000)
      this.#run = { ...this.#run, events, startMs, endMs: Math.max(0, message.atMs) }
    }
    return this.#run
  }
}

function begun({ scenario, seed }: Extract<WatchMessage, { kind: 'begin' }>): RecordedRun {
  return recordedRun({
    scenario,
    seed,
    world: 'sim',
    versions: { quorumlab: '', node: '', mysql: null },
    series: { intervalMs: 100, tMs: [] },
    summary: { failovers: [] },
    events: [],
    faults: [],
    checks: [],
    complete: false,
  })
}
