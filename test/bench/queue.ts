/**
 * The hold test: with a fixed number of events pending, take the first and schedule another a drawn time ahead.
 * Against the heap one writes first: objects in an array, compared by time and sequence. Delays are long enough that
 * equal times are rare, as they are in the simulator (many equal times cost both heaps another look per level).
 */
import { RandomStreams } from '../../scenarios/chance/random.ts'
import { delayTable } from '../../scenarios/chance/sampling.ts'
import { EventQueue } from '../../sim/kernel/event-queue.ts'
import { measure, printTable } from './measure.ts'

const HOLDS = 500_000
const PENDING = [64, 300, 3_200, 100_000]

export function queue(): void {
  const delay = delayTable({ kind: 'lognormal', medianUs: 500_000, sigma: 0.5 })
  for (const pending of PENDING) {
    const hold = (agenda: { after(us: number, action: (of: null) => void, of: null): unknown; runNext(): boolean }) => {
      const stream = new RandomStreams(1).stream('delay')
      const again = () => {
        agenda.after(delay.sample(stream), again, null)
      }
      for (let event = 0; event < pending; event++) again()
      return () => {
        for (let round = 0; round < HOLDS; round++) agenda.runNext()
        return HOLDS
      }
    }
    const contestants = [
      { name: 'EventQueue', work: hold(new EventQueue()) },
      { name: 'textbook heap of objects', work: hold(new TextbookHeap()) },
    ]
    printTable(`queue: take one, draw, schedule one, with ${pending} pending`, 'holds', measure(contestants))
  }
}

interface Entry {
  readonly timeUs: number
  readonly sequence: number
  readonly action: (of: null) => void
}

class TextbookHeap {
  #now = 0
  #sequence = 0
  readonly #heap: Entry[] = []

  after(delayUs: number, action: (of: null) => void): void {
    const heap = this.#heap
    heap.push({ timeUs: this.#now + delayUs, sequence: this.#sequence++, action })
    let index = heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(heap[index]!, heap[parent]!)) break
      this.#swap(index, parent)
      index = parent
    }
  }

  runNext(): boolean {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined) return false
    const last = heap.pop()!
    if (heap.length > 0) heap[0] = last
    let index = 0
    for (;;) {
      let smallest = index
      for (const child of [2 * index + 1, 2 * index + 2])
        if (child < heap.length && isBefore(heap[child]!, heap[smallest]!)) smallest = child
      if (smallest === index) break
      this.#swap(index, smallest)
      index = smallest
    }
    this.#now = first.timeUs
    first.action(null)
    return true
  }

  #swap(a: number, b: number): void {
    const entry = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = entry
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timeUs < b.timeUs || (a.timeUs === b.timeUs && a.sequence < b.sequence)
}
