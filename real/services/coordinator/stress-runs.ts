/**
 * Many operations at once, as a client would send them, with their progress told while they run: how many were done, how
 * long each took, and whether the timestamps of the writes are what their algorithm promises.
 */
import type { Consistency } from '../../../algorithms/statements.ts'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { CallFailure } from '../http/failures.ts'
import type { StressRecord } from '../wire.ts'
import { quantileOf, rounded } from './level-metrics.ts'
import type { Asked, Operations } from './operations.ts'
import { orderOf, type Stamped } from './timestamp-order.ts'

interface StressParts {
  readonly operations: Operations
  readonly onWire: (timestamp: Timestamp) => number
  /** The same id again is a newer version. */
  readonly onChange: (record: StressRecord) => void
  /** What of the order of timestamps the algorithm promises. */
  readonly algorithm: string
}

interface Wanted {
  readonly kind: string
  readonly operations: number
  /** At once. */
  readonly concurrency: number
  readonly consistency: Consistency
  /** Share of reads. */
  readonly reads: number
}

interface Finished {
  readonly record: StressRecord
  readonly latenciesMs: readonly number[]
  readonly durationMs: number
  /** Of the writes; null: there was none. */
  readonly timestamps: { readonly min: number; readonly max: number } | null
}

const TOLD_EVERY_MS = 250
const ERRORS_KEPT = 10
/** Rows of one process differ from those of the next, and of every run before. */
const START = Date.now().toString(36)

export class StressRuns {
  readonly #parts: StressParts
  #running: string | null = null
  #count = 0

  constructor(parts: StressParts) {
    this.#parts = parts
  }

  /** One at a time: two would measure each other. */
  async alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#running !== null) throw new CallFailure(409, `a stress test is running: ${this.#running}`)
    this.#running = what
    try {
      return await work()
    } finally {
      this.#running = null
    }
  }

  async run(wanted: Wanted): Promise<Finished> {
    const id = `stress-${START}-${++this.#count}`
    const startMs = performance.now()
    const startedAtMs = Date.now()
    const latenciesMs: number[] = []
    const stamped: Stamped[] = []
    const errors: string[] = []
    const counts = { ok: 0, failed: 0, unknown: 0 }
    const told = (endedAtMs: number | null): StressRecord => ({
      ...{ id, kind: wanted.kind, consistency: wanted.consistency, total: wanted.operations },
      ...{ done: counts.ok + counts.failed + counts.unknown, successful: counts.ok },
      ...{ failed: counts.failed, unknown: counts.unknown, startedAtMs, endedAtMs },
      latencyMs: distributionOf(latenciesMs),
      timestampOrder: orderOf(stamped, this.#parts.algorithm),
      errors: [...errors],
    })
    this.#parts.onChange(told(null))
    let toldMs = startMs
    let next = 0
    const one = async () => {
      while (next < wanted.operations) {
        const n = next++
        const sentMs = performance.now()
        const { held, latencyMs } = await this.#parts.operations.run(this.#operation(wanted, id, n))
        counts[held.kind]++
        if (held.kind === 'ok') {
          latenciesMs.push(latencyMs)
          const { reply } = held
          if ('timestamp' in reply && reply.timestamp !== null)
            stamped.push({ sentMs, answeredMs: performance.now(), timestamp: this.#parts.onWire(reply.timestamp) })
        } else if (errors.length < ERRORS_KEPT) errors.push(`${held.kind}: ${held.reason}`)
        if (performance.now() - toldMs < TOLD_EVERY_MS) continue
        toldMs = performance.now()
        this.#parts.onChange(told(null))
      }
    }
    await Promise.all(Array.from({ length: Math.min(wanted.concurrency, wanted.operations) }, one))
    const record = told(Date.now())
    this.#parts.onChange(record)
    const values = stamped.map(({ timestamp }) => timestamp)
    return {
      record,
      latenciesMs,
      durationMs: performance.now() - startMs,
      timestamps:
        values.length === 0
          ? null
          : { min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)) },
    }
  }

  #operation({ consistency, reads, operations }: Wanted, id: string, n: number): Asked {
    // Spread evenly, so that a short run has its share of both, too.
    const isRead = Math.floor((n + 1) * reads) > Math.floor(n * reads)
    if (isRead) return { text: 'SELECT id, name FROM users ORDER BY id DESC LIMIT 10', sqlClass: 'read', consistency }
    return {
      ...{ text: 'INSERT INTO users (name, email) VALUES (?, ?)', sqlClass: 'write', consistency },
      parameters: [`stress ${n + 1} of ${operations}`, `${id}-${n + 1}@example.org`],
    }
  }
}

function distributionOf(latenciesMs: readonly number[]): StressRecord['latencyMs'] {
  const ascending = [...latenciesMs].sort((a, b) => a - b)
  const mean = ascending.length === 0 ? 0 : ascending.reduce((sum, ms) => sum + ms, 0) / ascending.length
  return {
    mean: rounded(mean),
    p50: rounded(quantileOf(ascending, 0.5)),
    p95: rounded(quantileOf(ascending, 0.95)),
    p99: rounded(quantileOf(ascending, 0.99)),
    max: rounded(ascending.at(-1) ?? 0),
  }
}
