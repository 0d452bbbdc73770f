/**
 * The collector's metrics as another service has them: asked for at an interval, and the last good ones kept with their
 * age. Whoever decides by them goes on deciding while the collector is down, and says by what.
 */
import type { SystemConfig } from './config.ts'
import { askService } from './http/ask.ts'
import type { MetricsReply } from './measured.ts'

const INTERVAL_MS = 500
const DEADLINE_MS = 1_000

interface FedMetrics {
  readonly metrics: MetricsReply
  readonly ageMs: number
  /** Why there are no newer ones; null: these are as new as they get. */
  readonly reason: string | null
}

export class MetricsFeed {
  readonly #config: Pick<SystemConfig, 'services' | 'token'>
  #last: MetricsReply | null = null
  #receivedMs = 0
  #trouble: string | null = 'it was not asked yet'
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(config: Pick<SystemConfig, 'services' | 'token'>) {
    this.#config = config
  }

  /** Settles when the first question was answered or not. */
  async start(): Promise<void> {
    await this.#ask()
    this.#next()
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** A string says why there never were any. */
  get latest(): FedMetrics | string {
    const reason = this.#trouble === null ? null : `the metrics collector does not answer: ${this.#trouble}`
    if (this.#last === null) return reason ?? 'there are no metrics'
    return { metrics: this.#last, ageMs: Math.round(performance.now() - this.#receivedMs), reason }
  }

  /** Beside every answer: how old what it is decided by is, and why it is not newer. */
  get freshness(): { readonly metrics_age_ms: number; readonly metrics_reason: string | null } {
    const { latest } = this
    return typeof latest === 'string'
      ? { metrics_age_ms: -1, metrics_reason: latest }
      : { metrics_age_ms: latest.ageMs, metrics_reason: latest.reason }
  }

  #next(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => this.#ask().then(() => this.#next()), INTERVAL_MS)
  }

  async #ask(): Promise<void> {
    const { services, token } = this.#config
    try {
      const { status, json } = await askService({
        ...services.metrics,
        path: '/metrics',
        token,
        deadlineMs: DEADLINE_MS,
      })
      const reply = json as MetricsReply
      if (status !== 200 || !Array.isArray(reply.replicas)) throw new Error(`it answered with status ${status}`)
      this.#last = reply
      this.#receivedMs = performance.now()
      this.#trouble = null
    } catch (error) {
      this.#trouble = (error as Error).message
    }
  }
}
