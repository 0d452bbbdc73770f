/** How operations went, by consistency level since the start, and second by second for whoever watches. */
import type { Consistency } from '../../../algorithms/statements.ts'

type Kind = 'read' | 'write'

interface Finished {
  readonly level: Consistency
  readonly kind: Kind
  readonly latencyMs: number
  readonly verdict: 'ok' | 'failed' | 'unknown'
  /** Executed on the source, and its quorum did not answer. */
  readonly missedQuorum: boolean
}

interface Level {
  readonly counts: Record<Kind, number>
  readonly sumsMs: Record<Kind, number>
  failures: number
  missedQuorum: number
}

/** Of one second. */
interface Second {
  readonly counts: Readonly<Record<Kind, number>>
  readonly failed: number
  /** Ascending. */
  readonly latenciesMs: readonly number[]
}

export class LevelMetrics {
  readonly #levels = new Map<Consistency, Level>()
  #counts: Record<Kind, number> = { read: 0, write: 0 }
  #failed = 0
  #latenciesMs: number[] = []

  constructor() {
    // These two are always told: clients of the original look for them.
    for (const level of ['EVENTUAL', 'STRONG'] as const) this.#levels.set(level, newLevel())
  }

  finished({ level, kind, latencyMs, verdict, missedQuorum }: Finished): void {
    let of = this.#levels.get(level)
    if (of === undefined) {
      of = newLevel()
      this.#levels.set(level, of)
    }
    of.counts[kind]++
    of.sumsMs[kind] += latencyMs
    if (verdict !== 'ok') of.failures++
    if (missedQuorum) of.missedQuorum++
    if (verdict === 'ok') {
      this.#counts[kind]++
      this.#latenciesMs.push(latencyMs)
    } else this.#failed++
  }

  /** What has happened since it was last taken. */
  takeSecond(): Second {
    const second = {
      counts: this.#counts,
      failed: this.#failed,
      latenciesMs: this.#latenciesMs.sort((a, b) => a - b),
    }
    this.#counts = { read: 0, write: 0 }
    this.#failed = 0
    this.#latenciesMs = []
    return second
  }

  reset(): void {
    for (const level of this.#levels.keys()) this.#levels.set(level, newLevel())
  }

  /** As the wire has it. */
  byLevel(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#levels].map(([level, of]) => [level, told(of)]))
  }
}

function newLevel(): Level {
  return { counts: { read: 0, write: 0 }, sumsMs: { read: 0, write: 0 }, failures: 0, missedQuorum: 0 }
}

function told({ counts, sumsMs, failures, missedQuorum }: Level): Record<string, number> {
  const total = counts.read + counts.write
  const mean = (sumMs: number, count: number) => (count === 0 ? 0 : rounded(sumMs / count))
  return {
    read_count: counts.read,
    write_count: counts.write,
    total_count: total,
    count: total,
    avg_read_latency_ms: mean(sumsMs.read, counts.read),
    avg_write_latency_ms: mean(sumsMs.write, counts.write),
    avg_latency_ms: mean(sumsMs.read + sumsMs.write, total),
    failures,
    quorum_not_achieved: missedQuorum,
    success_rate: total === 0 ? 100 : rounded(((total - failures) / total) * 100),
  }
}

/** To a microsecond: more digits say nothing. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

/** Of ascending values; 0 where there are none. */
export function quantileOf(ascending: readonly number[], share: number): number {
  return ascending.length === 0 ? 0 : ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))]!
}
