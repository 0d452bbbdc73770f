/** How long the whole will take, judged by how far it has come: said once, where that is more than ten minutes. */

/** Nobody waits for less without a word. */
const LONG_MS = 600_000
/** Before this much has passed, how fast it goes is not known. */
const SETTLED_MS = 1000

export class Estimate {
  readonly #what: string
  readonly #now: () => number
  #began: { readonly ms: number; readonly share: number } | null = null
  #said = false

  /** `what` takes so long: `5 trials of 60 s`. `now`: milliseconds, monotonic. */
  constructor(what: string, now: () => number = () => performance.now()) {
    this.#what = what
    this.#now = now
  }

  /** `share`: of all, from 0 to 1. The line to show, once; null: nothing to say (yet). */
  at(share: number): string | null {
    if (this.#said) return null
    const nowMs = this.#now()
    this.#began ??= { ms: nowMs, share }
    const tookMs = nowMs - this.#began.ms
    const done = share - this.#began.share
    if (tookMs < SETTLED_MS || done <= 0) return null
    this.#said = true
    const wholeMs = tookMs / done
    return wholeMs > LONG_MS ? `  this will take about ${longText(wholeMs)} in all (${this.#what})` : null
  }
}

/** `25 minutes`, `3 hours`, `2 days`. */
export function longText(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 90) return `${Math.round(minutes)} minutes`
  const hours = minutes / 60
  return hours < 48 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`
}
