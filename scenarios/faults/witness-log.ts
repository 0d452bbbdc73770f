/** The records of a run's faults, with whom to look at once more at the end. */
import type { FaultRecord } from '../record.ts'
import type { FaultWorld } from './fault-world.ts'
import { type Later, of, type Procedure } from './later.ts'
import type { FaultVerb } from './list.ts'

export type WitnessRecord = { -readonly [K in keyof FaultRecord]: FaultRecord[K] }

type Look = () => Later<{ readonly text: string }>

export class WitnessLog {
  readonly records: WitnessRecord[] = []
  readonly #looks: Look[] = []
  readonly #world: Pick<FaultWorld, 'nowUs'>

  constructor(world: Pick<FaultWorld, 'nowUs'>) {
    this.#world = world
  }

  /** `before`: what was seen before it; `look`: looks again. */
  add(kind: FaultVerb, target: readonly string[], label: string, before: string, look: Look): WitnessRecord {
    const witness = { before, during: '', after: '', seenUs: null }
    const record: WitnessRecord = { atUs: this.#world.nowUs(), kind, target, label, witness, healedUs: null }
    this.records.push(record)
    this.#looks.push(look)
    return record
  }

  /** The last look of every record. */
  *lookAfter(): Procedure<void> {
    for (const [i, record] of this.records.entries()) {
      const { text } = yield* of(this.#looks[i]!())
      record.witness = { ...record.witness, after: text }
    }
  }
}
