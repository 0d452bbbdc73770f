/**
 * How long has somebody not answered, and how long may that last?
 *
 * A silence begins with a question and ends with the next answer, to whichever question: of a server that answers
 * somebody nobody says that it is gone. How long silences last is measured for each server. It may stand still for
 * STALL_US, and take its time on top of that: twice the longest silence of the last minute. The bound is never below
 * LEAST_US and never above what is tuned; with few measured silences nothing is known, and it is what is tuned.
 *
 * Phi accrual detectors (Hayashibara et al. 2004) take mean and deviation of such times for a normal or an exponential
 * distribution. Answers have a heavier tail than either, so that far out, where the bound lies, they are wrong by
 * orders of magnitude; the longest of thousands is where the tail is. `npm run bench detection` compares.
 */

/** Any server may stand still for so long. */
const STALL_US = 300_000
/** What comes on top of that, a little even for the best known server. */
const LEEWAY = 2
export const LEAST_US = 400_000
/** Fewer measured silences say nothing. */
const ENOUGH = 20
/** After this there was nobody to answer: what was measured before was of another life. */
const OUTAGE_US = 1_000_000
/** A silence is remembered for so many spans, that is for a minute. */
const SPAN_US = 10_000_000
const PLACES = 6

export class Silence {
  #sinceUs: number | null = null
  #measured = 0
  /** The longest silence of each span, the present one first. */
  readonly #longestUs: number[] = new Array<number>(PLACES).fill(0)
  #spanEndsUs = 0

  /** Since when nothing was answered that was asked; null: nothing is unanswered. */
  get sinceUs(): number | null {
    return this.#sinceUs
  }

  asked(nowUs: number): void {
    this.#sinceUs ??= nowUs
  }

  answered(nowUs: number): void {
    if (this.#sinceUs === null) return
    const lengthUs = nowUs - this.#sinceUs
    this.#sinceUs = null
    if (lengthUs > OUTAGE_US) {
      this.#measured = 0
      return
    }
    this.#measured++
    this.#turn(nowUs)
    if (lengthUs > this.#longestUs[0]!) this.#longestUs[0] = lengthUs
  }

  /** The asker itself was not there for so long, so it cannot have heard anything. */
  missed(lateUs: number, nowUs: number): void {
    if (this.#sinceUs !== null) this.#sinceUs = Math.min(nowUs, this.#sinceUs + lateUs)
  }

  /** How long a silence may last before its witness is believed together with others. `mostUs`: alone. */
  boundUs(mostUs: number, nowUs: number): number {
    if (this.#measured < ENOUGH) return mostUs
    this.#turn(nowUs)
    return Math.min(mostUs, Math.max(LEAST_US, STALL_US + LEEWAY * Math.max(...this.#longestUs)))
  }

  #turn(nowUs: number): void {
    if (nowUs < this.#spanEndsUs) return
    const spans = Math.min(PLACES, 1 + Math.floor((nowUs - this.#spanEndsUs) / SPAN_US))
    this.#longestUs.splice(PLACES - spans)
    this.#longestUs.unshift(...new Array<number>(spans).fill(0))
    this.#spanEndsUs = nowUs + SPAN_US
  }
}
