/**
 * Durable events: numbered without a gap, in a file before anybody is told, and kept for whoever comes back. The file
 * survives the process, so numbers go on where a killed one had stopped. Bounded: a full file is put aside for the next.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { SystemEvents } from '../wire.ts'

type DurableName = 'decision' | 'failover' | 'fault' | 'stress' | 'run'

export interface DurableEvent {
  readonly id: number
  readonly name: DurableName
  readonly data: SystemEvents[DurableName]
}

const MOST_BYTES = 4 * 1024 * 1024
/**
 * For clients that come back; who was away for longer begins anew. A failover's record is large, a decision is not. A
 * system that fails over all the time makes so many in ten minutes: afterwards its memory grows no more.
 */
const KEPT = 2_000
const KEPT_BYTES = 8 * 1024 * 1024

export class EventLog {
  readonly #path: string
  readonly #listeners = new Set<(event: DurableEvent) => void>()
  /** Ascending, without a gap. */
  readonly #kept: DurableEvent[] = []
  /** Of each of those. */
  readonly #sizes: number[] = []
  #keptBytes = 0
  #bytes = 0
  #lastId = 0

  /** Reads what an earlier process wrote. */
  constructor(directory: string) {
    this.#path = join(directory, 'events.jsonl')
    for (const path of [`${this.#path}.1`, this.#path])
      for (const { event, size } of eventsIn(path)) this.#keep(event, size)
    this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }

  get lastId(): number {
    return this.#lastId
  }

  /** Everything that is still kept, the oldest first. */
  get kept(): readonly DurableEvent[] {
    return this.#kept
  }

  append<N extends DurableName>(name: N, data: SystemEvents[N]): void {
    const event: DurableEvent = { id: this.#lastId + 1, name, data }
    const line = `${JSON.stringify(event)}\n`
    if (this.#bytes > MOST_BYTES) {
      renameSync(this.#path, `${this.#path}.1`)
      this.#bytes = 0
    }
    appendFileSync(this.#path, line, { mode: 0o600 })
    this.#bytes += Buffer.byteLength(line)
    this.#keep(event, line.length)
    for (const listener of this.#listeners) listener(event)
  }

  /** What came after `id`; null: not all of that is kept, or the number is of another log. */
  after(id: number): readonly DurableEvent[] | null {
    if (id > this.#lastId || id < this.#lastId - this.#kept.length) return null
    return this.#kept.slice(this.#kept.length - (this.#lastId - id))
  }

  onEvent(listener: (event: DurableEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #keep(event: DurableEvent, size: number): void {
    this.#lastId = event.id
    this.#kept.push(event)
    this.#sizes.push(size)
    this.#keptBytes += size
    while (this.#kept.length > KEPT || this.#keptBytes > KEPT_BYTES) {
      this.#kept.shift()
      this.#keptBytes -= this.#sizes.shift()!
    }
  }
}

function eventsIn(path: string): { readonly event: DurableEvent; readonly size: number }[] {
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8')
  // Half a line is what a killed process was writing: nobody was told of it.
  const whole = text.lastIndexOf('\n') + 1
  if (whole < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, whole)))
  return text
    .slice(0, whole)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ event: JSON.parse(line) as DurableEvent, size: line.length }))
}
