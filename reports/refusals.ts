/**
 * A coordinator that may not fail over says so again each second. Told one by one, forty lines hide the one that matters;
 * so refusals for the same reason (its code, not its wording: numbers in it may change) become one, with how often and
 * until when.
 */
import type { Result } from '../scenarios/result.ts'
import { seconds } from '../scenarios/shown/numbers.ts'

type Event = Result['events'][number]

export interface Folded {
  /** The first of its kind; of a refusal with the reason that was given last. */
  readonly event: Event
  readonly times: number
  /** Of the last. */
  readonly untilUs: number
}

/** Takes events as they come, and gives back what is complete. */
export class RefusalFold {
  /** By process and code, in the order in which they began. */
  readonly #open = new Map<string, Folded>()
  readonly #breaks: (event: Event) => boolean

  /** `breaks`: whether an event, when it is shown, ends the refusals before it. */
  constructor(breaks: (event: Event) => boolean = () => true) {
    this.#breaks = breaks
  }

  add(event: Event): readonly Folded[] {
    if (event.kind !== 'refused') {
      if (!this.#breaks(event)) return []
      return [...this.end(), { event, times: 1, untilUs: event.atUs }]
    }
    // Results of 0.1.0 have no codes.
    const key = `${event.process} ${event.why?.code ?? event.kind}`
    const before = this.#open.get(key)
    const first = before?.event ?? event
    this.#open.set(key, {
      event: { ...event, atUs: first.atUs },
      times: (before?.times ?? 0) + 1,
      untilUs: event.atUs,
    })
    return []
  }

  /** What is open, and closes it. */
  end(): readonly Folded[] {
    const ended = [...this.#open.values()]
    this.#open.clear()
    return ended
  }

  /** For a line that is rewritten in place: `refused 12 times`; empty: nothing is open. */
  get standing(): readonly string[] {
    return [...this.#open.values()].map(({ times }) => `refused ${times} ${times === 1 ? 'time' : 'times'}`)
  }
}

export function foldRefusals(events: readonly Event[], breaks?: (event: Event) => boolean): readonly Folded[] {
  const fold = new RefusalFold(breaks)
  return [...events.flatMap((event) => fold.add(event)), ...fold.end()]
}

/** `refused 40 times, 5.0 s to 44.1 s: `, or empty for a single one. */
export function repeatedText({ event, times, untilUs }: Folded): string {
  if (times === 1) return ''
  return `refused ${times} times, ${seconds(event.atUs / 1000)} to ${seconds(untilUs / 1000)}: `
}
