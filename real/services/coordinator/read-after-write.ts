/** A row is written, and at once somebody without a memory looks for it: found always at STRONG, and at EVENTUAL as luck has it. */
import type { Consistency } from '../../../algorithms/statements.ts'
import { rounded } from './level-metrics.ts'
import type { Operations } from './operations.ts'

interface Trial {
  readonly trial: number
  readonly write_success: boolean
  readonly data_found: boolean
  /** Of the read. */
  readonly latency_ms: number
}

export async function readAfterWrite(operations: Operations, trials: number): Promise<object> {
  const strong = await trialsAt(operations, 'STRONG', trials)
  const eventual = await trialsAt(operations, 'EVENTUAL', trials)
  const [strongResults, eventualResults] = [resultsOf(strong), resultsOf(eventual)]
  const stale = eventualResults.stale_reads
  const found = `STRONG found ${strongResults.success_count} of ${trials}`
  return {
    test_name: 'Read After Write',
    num_trials: trials,
    strong_results: strongResults,
    eventual_results: eventualResults,
    summary: {
      strong_success_rate: percent(strongResults.success_count, trials),
      eventual_success_rate: percent(eventualResults.success_count, trials),
      strong_guarantees_raw: strongResults.success_count === trials,
      eventual_stale_read_rate: percent(stale, trials),
      conclusion: `${found}; EVENTUAL found ${eventualResults.success_count}, and ${stale} of its reads were stale`,
    },
    trial_logs: [
      { consistency: 'STRONG', trials: strong },
      { consistency: 'EVENTUAL', trials: eventual },
    ],
  }
}

async function trialsAt(operations: Operations, consistency: Consistency, count: number): Promise<readonly Trial[]> {
  const trials: Trial[] = []
  for (let trial = 1; trial <= count; trial++) {
    const email = `raw-${consistency}-${Date.now().toString(36)}-${trial}@example.org`
    const written = await operations.run({
      ...{ text: 'INSERT INTO users (name, email) VALUES (?, ?)', parameters: ['read after write', email] },
      ...{ sqlClass: 'write', consistency },
    })
    const read = await operations.run({
      ...{ text: 'SELECT id FROM users WHERE email = ?', parameters: [email], sqlClass: 'read', consistency },
    })
    const { held } = read
    const rows = held.kind === 'ok' && 'rows' in held.reply ? (held.reply.rows?.rows.length ?? 0) : 0
    trials.push({
      ...{ trial, write_success: written.held.kind === 'ok', data_found: rows > 0 },
      latency_ms: rounded(read.latencyMs),
    })
  }
  return trials
}

function resultsOf(trials: readonly Trial[]) {
  const found = trials.filter(({ data_found }) => data_found).length
  const latencies = trials.map(({ latency_ms }) => latency_ms)
  return {
    success_count: found,
    total_trials: trials.length,
    success_rate: rounded((found / trials.length) * 100),
    stale_reads: trials.filter(({ write_success, data_found }) => write_success && !data_found).length,
    avg_latency_ms: rounded(latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length),
    min_latency_ms: Math.min(...latencies),
    max_latency_ms: Math.max(...latencies),
  }
}

function percent(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)}%`
}
