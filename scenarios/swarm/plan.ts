/**
 * The faults of one drawn run, as they are collected: times in whole milliseconds, every step within the workload, and
 * no two faults of one kind on one target at the same time, which no scenario may say.
 */
import { drawnBy, undoOf } from '../faults/facts.ts'
import type { FaultVerb } from '../faults/list.ts'
import type { Written } from '../file/written.ts'
import type { Chance } from './chance.ts'
import { spared, type Watcher } from './watcher.ts'

/** A process of the cluster, a role, a list of processes, `{ link }` or `{ split }`. */
export type Target = string | readonly string[] | { readonly link: string } | { readonly split: string[][] }

/** What a generator of faults knows of the run. */
export interface Setting {
  readonly chance: Chance
  /** Kinds of fault that are on in this run. */
  readonly verbs: readonly FaultVerb[]
  readonly nodes: readonly string[]
  readonly timestampServers: readonly string[]
  /** One, mostly. */
  readonly coordinators: readonly string[]
  readonly durationMs: number
  /** About when the coordinator fails over after its source is gone. */
  readonly unreachableMs: number
}

/** From the fault to its undo; beyond the end: it is healed at the end. */
export interface Span {
  readonly atMs: number
  readonly forMs: number
}

/** A process can be taken away by these; `partition` works on any, the others on all but the client. */
const TAKES_AWAY = drawnBy('takes-away')

/** What several settings draw together. */
interface Drawn {
  readonly steps: Written[]
  readonly spans: { readonly key: string; readonly atMs: number; readonly endMs: number }[]
  watcher: Watcher | null
}

export class Plan {
  readonly setting: Setting
  readonly #drawn: Drawn

  constructor(setting: Setting, drawn: Drawn = { steps: [], spans: [], watcher: null }) {
    this.setting = setting
    this.#drawn = drawn
  }

  /** The same plan, for who draws from another stream and other kinds. */
  under(setting: Partial<Setting>): Plan {
    return new Plan({ ...this.setting, ...setting }, this.#drawn)
  }

  get steps(): readonly Written[] {
    return this.#drawn.steps
  }

  /** Before anything else is drawn. */
  watchedBy(watcher: Watcher): void {
    this.#drawn.watcher = watcher
  }

  /** False: the verb is off, or there is no room for it. */
  add(verb: FaultVerb, at: Target, { atMs, forMs }: Span, stated: Written = {}): boolean {
    const { verbs, durationMs } = this.setting
    const { watcher } = this.#drawn
    const whole = { target: at, amounts: stated }
    const step = watcher === null ? whole : spared(watcher, verb, whole)
    if (step === null || !verbs.includes(verb) || atMs < 0 || atMs >= durationMs) return false
    const { target, amounts } = step
    const endMs = atMs + Math.max(1, forMs) < durationMs ? atMs + Math.max(1, forMs) : Number.POSITIVE_INFINITY
    const items: readonly unknown[] = Array.isArray(target) ? target : [target]
    // Kinds that one undo ends cannot be told apart by it.
    const keys = items.map((item) => `${undoOf(verb) ?? verb} ${JSON.stringify(item)}`)
    const { spans, steps } = this.#drawn
    if (spans.some(({ key, ...span }) => keys.includes(key) && atMs <= span.endMs && span.atMs <= endMs)) return false
    for (const key of keys) spans.push({ key, atMs, endMs })
    const undo = endMs === Number.POSITIVE_INFINITY ? {} : { for: `${endMs - atMs}ms` }
    steps.push({ at: `${atMs}ms`, [verb]: target, ...amounts, ...undo })
    return true
  }

  /** A fault that happens and has no undo. */
  strike(verb: FaultVerb, target: Target | number, atMs: number, amounts: Written = {}): boolean {
    const { verbs, durationMs } = this.setting
    if (!verbs.includes(verb) || atMs >= durationMs) return false
    this.#drawn.steps.push({ at: `${atMs}ms`, [verb]: target, ...amounts })
    return true
  }

  /** Takes a process away by whichever kind of fault is on. */
  takeAway(target: string, span: Span, by: readonly FaultVerb[] = TAKES_AWAY): boolean {
    const { chance, verbs } = this.setting
    const on = by.filter((verb) => verbs.includes(verb))
    if (on.length === 0) return false
    const verb = chance.pick(on)
    return this.add(verb, target, span, verb === 'partition' ? this.#direction() : {})
  }

  #direction(): Written {
    const direction = this.setting.chance.pick(['both', 'both', 'in', 'out'])
    return direction === 'both' ? {} : { direction }
  }
}
