/** What makes one server slow, several causes at once: processors are shared with each, and each adds to an fsync. */
export interface Slowdown {
  /** What is left of its processors, from 0 to 1. */
  readonly cpuShare: number
  /** How much longer each fsync takes, in microseconds. */
  readonly extraSyncUs: number
}

export class Slowdowns {
  readonly #active: Slowdown[] = []
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** The returned function takes this one away again. */
  add(slowdown: Slowdown): () => void {
    this.#active.push(slowdown)
    this.#onChange()
    return () => {
      this.#active.splice(this.#active.indexOf(slowdown), 1)
      this.#onChange()
    }
  }

  /** All of them together, on a machine that has `speed` of its processors without them. */
  total(speed = 1): Slowdown {
    let cpuShare = speed
    let extraSyncUs = 0
    for (const slowdown of this.#active) {
      cpuShare *= slowdown.cpuShare
      extraSyncUs += slowdown.extraSyncUs
    }
    return { cpuShare, extraSyncUs }
  }
}
