/**
 * How far a follower is, as its leader sees it. While it `streams` the next batch is sent without waiting for the
 * answer to the last; after a rejection the leader is `probing`: it sends one batch and waits for what becomes of it (a
 * heartbeat repeats it), so that a follower who came back is not flooded.
 */
export class FollowerProgress {
  readonly node: number
  mode: 'streaming' | 'probing' = 'streaming'
  nextIndex: number
  matchIndex = 0
  heardAtUs = Number.NEGATIVE_INFINITY

  constructor(node: number, nextIndex: number) {
    this.node = node
    this.nextIndex = nextIndex
  }

  sent(entries: number): void {
    if (this.mode === 'streaming') this.nextIndex += entries
  }

  held(index: number): void {
    if (index > this.matchIndex) this.matchIndex = index
    if (this.mode === 'probing') {
      this.mode = 'streaming'
      this.nextIndex = this.matchIndex + 1
    } else if (this.nextIndex <= this.matchIndex) this.nextIndex = this.matchIndex + 1
  }

  /** False: an answer to something sent before the last step back; there is nothing to send again. */
  rejected(hintIndex: number): boolean {
    const nextIndex = Math.max(this.matchIndex + 1, hintIndex)
    if (this.mode === 'probing' && nextIndex >= this.nextIndex) return false
    this.mode = 'probing'
    this.nextIndex = nextIndex
    return true
  }
}
