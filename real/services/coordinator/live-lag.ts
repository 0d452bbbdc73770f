/**
 * How long ago the source had what a replica has now. Looked at a few times a second, so good to that resolution; the
 * exact lag of each transaction is read from the binlogs after a run.
 */
import type { Overview } from '../../../algorithms/failover/overview.ts'

interface Mark {
  readonly atUs: number
  readonly size: number
}

/** Whoever is further behind is so for at least this long. */
const REMEMBERED_US = 60_000_000

export class LiveLag {
  #source: string | null = null
  /** Ascending in both. */
  #marks: Mark[] = []

  look({ reign, members, nowUs }: Overview): void {
    const source = members.find(({ node }) => node === reign?.source)
    if (source?.state == null) return
    if (source.node !== this.#source) this.#marks = []
    this.#source = source.node
    const atUs = nowUs - source.stateAgeUs!
    const last = this.#marks.at(-1)
    if (last !== undefined && last.atUs >= atUs) return
    this.#marks.push({ atUs, size: source.state.executed.size })
    while (this.#marks[0]!.atUs < nowUs - REMEMBERED_US) this.#marks.shift()
  }

  /** By node; null: nobody can say. */
  of({ members, nowUs, reign }: Overview): ReadonlyMap<string, number | null> {
    return new Map(
      members.map(({ node, probe, state, lag }): [string, number | null] => {
        if (probe !== 'answered' || state === null || reign === null) return [node, null]
        if (lag === 0 || node === reign.source) return [node, 0]
        const source = members.find((member) => member.node === reign.source)
        if (source?.state == null) return [node, null]
        // What it lacks is counted against the source as it is known now, which may have more than at the last look;
        // and what a former source had when says nothing about this one.
        const had = source.state.executed.size - lag
        const marks = reign.source === this.#source ? this.#marks : []
        const sinceUs = marks.find(({ size }) => size > had)?.atUs ?? nowUs - source.stateAgeUs!
        return [node, Math.max(0, Math.round((nowUs - sinceUs) / 1_000))]
      }),
    )
  }
}
