/**
 * The scenario's faults, fired at their times in whichever world there is, each witnessed by an independent look before
 * it, when it holds, and at the end. What is due, what an undo means and hits, when a step is idle, how it is called and
 * what is written down of it is decided here and nowhere else; a world looks, applies and undoes. A fault that does not
 * take hold is an error of the harness and ends the run: it must not end as a passed check.
 */
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { FaultRecord, Operation } from '../record.ts'
import { type AnchorEvent, Anchors } from './anchors.ts'
import { ask } from './asking.ts'
import type { Command } from './commands.ts'
import { isHurt, isUndo, takesDown, undoneBy, undoOf } from './facts.ts'
import type { Effect, FaultWorld, Sight } from './fault-world.ts'
import { type Item, itemsOf, type Meant } from './items.ts'
import { begin, type Later, of, type Procedure } from './later.ts'
import type { FaultVerb } from './list.ts'
import type { FaultStep } from './step.ts'
import { Turns } from './turns.ts'
import { WitnessLog, type WitnessRecord } from './witness-log.ts'
import { holds, idleReason, isUndone } from './witnessing.ts'

/** How long a process that was started again may take to answer; after that, something else must have hurt it meanwhile. */
const UNDO_LIMIT_US = 30_000_000
const LOOK_EVERY_US = 5_000
/**
 * Steps find out one after another which processes their words mean (a turn that all of them share), because an undo has to
 * know whom the steps before it hit.
 */
const RESOLVING: readonly string[] = ['(resolving)']

/** One item with what has become of it. */
interface Fault {
  readonly item: Item
  readonly effect: Effect
  record: WitnessRecord | null
  /** There was nothing to hurt, or it is undone. */
  isPast: boolean
}

export class FaultSchedule {
  readonly #world: FaultWorld
  readonly #steps: FaultStep[] = []
  readonly #log: WitnessLog
  /** What is on, in the order in which it was applied. */
  readonly #on: Fault[] = []
  /** What a step meant, for the undo steps that name it. */
  readonly #meant = new Map<FaultStep, readonly Fault[]>()
  readonly #turns = new Turns()
  readonly #anchors = new Anchors<FaultStep>()
  /** Steps that wait for their time. */
  readonly #planned = new Set<FaultStep>()
  #over = false

  constructor(world: FaultWorld, steps: readonly FaultStep[]) {
    this.#world = world
    this.#log = new WitnessLog(world)
    this.#take(steps)
  }

  begin(): void {
    for (const step of this.#steps) if (step.after === null) this.#plan(step, step.atUs - this.#world.nowUs())
  }

  /** While the workload goes on: times count from now, events from now on. An undo is a step of its own here, never `for:`. */
  append(steps: readonly FaultStep[]): void {
    this.#take(steps)
    for (const step of steps) if (step.after === null) this.#plan(step, step.atUs)
  }

  #take(steps: readonly FaultStep[]): void {
    this.#steps.push(...steps)
    for (const step of steps) if (step.after !== null) this.#anchors.add(step.after, step)
  }

  get records(): readonly FaultRecord[] {
    return this.#log.records
  }

  /** Labels of the faults that are on. */
  get active(): readonly string[] {
    return this.#on.map(({ item }) => item.label)
  }

  /** Nothing fires any more. */
  get isOver(): boolean {
    return this.#over
  }

  /** Events whose steps never fired: they did not come, or came too late. */
  get unfired(): readonly AnchorEvent[] {
    const late = [...this.#planned].flatMap(({ after, undoOf: undoes }) =>
      after === null || undoes !== null ? [] : [after],
    )
    return [...this.#anchors.waiting, ...late]
  }

  operationEnded(operation: Pick<Operation, 'op' | 'outcome'>): void {
    this.#after(this.#anchors.operationEnded(operation))
  }

  emitted(event: TraceEvent): void {
    this.#after(this.#anchors.emitted(event))
  }

  commanded(command: Command, isAnswered: boolean): void {
    this.#after(this.#anchors.happened({ kind: 'command', command, isAnswered }))
  }

  received(node: string, op: number): void {
    this.#after(this.#anchors.happened({ kind: 'received', op, node }))
  }

  /** Fires nothing any more; then waits for what is under way. */
  stop(): Later<void> {
    return this.#ending(this.#quiet())
  }

  /** Undoes what is still on. Its records keep `healedUs` null: the workload ended with it. */
  heal(): Later<void> {
    return this.#ending(this.#heal())
  }

  /** The last look of every record. */
  lookAfter(): Later<void> {
    return (resume, fail) => begin(this.#log.lookAfter(), fail, resume)
  }

  #ending(procedure: Procedure<void>): Later<void> {
    this.#over = true
    return (resume, fail) => begin(procedure, fail, resume)
  }

  #begin(procedure: Procedure<void>): void {
    begin(procedure, (error) => this.#world.fail(error))
  }

  #after(steps: readonly FaultStep[]): void {
    for (const step of steps) this.#plan(step, step.atUs)
  }

  #plan(step: FaultStep, inUs: number): void {
    this.#planned.add(step)
    if (!this.#over) this.#world.plan(step, inUs, () => this.#fire(step))
  }

  #fire(step: FaultStep): void {
    if (this.#over) return
    this.#planned.delete(step)
    this.#world.fires(step)
    const { verb } = step
    if (isHurt(verb)) this.#begin(this.#strike(step, verb))
    else if (isUndo(verb)) this.#begin(this.#undo(step, undoneBy(verb)))
    else {
      const resolve = (words: readonly string[]) => this.#resolve(words)
      this.#begin(ask(step, verb, this.#world, this.#log, resolve))
    }
  }

  *#strike(step: FaultStep, verb: Item['verb']): Procedure<void> {
    const world = this.#world
    yield* of(this.#turns.take(RESOLVING))
    let faults: readonly Fault[] = []
    try {
      const meant = yield* this.#resolve(step.target)
      const except = (yield* this.#resolve(step.except)).map(({ name }) => name)
      const items = itemsOf(step, verb, meant, except, world.processes)
      faults = items.map((item) => ({ item, effect: world.effectOf(item), record: null, isPast: false }))
      this.#meant.set(step, faults)
    } finally {
      this.#turns.give(RESOLVING)
    }
    // A role that nobody plays now.
    if (faults.length === 0) world.note(`${verb} ${step.target.join(', ')}: there is nobody`)
    for (const fault of faults) this.#begin(this.#hurt(fault))
  }

  *#hurt(fault: Fault): Procedure<void> {
    const world = this.#world
    const { item, effect } = fault
    yield* of(this.#turns.take(item.names))
    let before: Sight
    let sight: Sight
    try {
      if (this.#over) return
      before = yield* of(effect.look())
      const beside = this.#on.filter((other) => other.item.names.some((name) => item.names.includes(name)))
      const idle = idleReason(
        item.verb,
        before,
        beside.map((other) => other.item.verb),
      )
      if (idle !== null) {
        fault.isPast = true
        world.note(`${item.verb} ${item.names.join(', ')}: ${idle}`)
        return
      }
      fault.record = this.#log.add(item.verb, item.names, item.label, before.text, () => effect.look())
      if (undoOf(item.verb) !== null) this.#on.push(fault)
      sight = yield* of(effect.apply())
      world.note(item.label)
    } finally {
      this.#turns.give(item.names)
    }
    const endUs = world.nowUs() + effect.limitUs
    while (!holds(item.verb, before, sight)) {
      if (world.nowUs() >= endUs)
        throw new Error(
          `line ${item.step.line}: ${item.label} had no effect: ${before.text} before it, ${sight.text} after it`,
        )
      yield* of(world.wait(LOOK_EVERY_US))
      sight = yield* of(effect.look())
    }
    fault.record.witness = { ...fault.record.witness, during: sight.text, seenUs: sight.seenUs ?? world.nowUs() }
  }

  *#undo(step: FaultStep, does: readonly FaultVerb[]): Procedure<void> {
    yield* of(this.#turns.take(RESOLVING))
    let faults: readonly Fault[] = []
    try {
      faults = yield* this.#undone(step, does)
    } finally {
      this.#turns.give(RESOLVING)
    }
    for (const fault of faults) this.#begin(this.#mend(fault, step.verb))
  }

  /** An undo hits what its fault hit, whoever plays that role by now; the one that `for:` made hits nothing else. */
  *#undone(step: FaultStep, does: readonly FaultVerb[]): Procedure<readonly Fault[]> {
    if (step.undoOf !== null) return this.#meant.get(this.#steps[step.undoOf]!) ?? []
    const isSame = (other: FaultStep) => this.#meant.has(other) && itemOf(other) === itemOf(step)
    const same = does.flatMap((verb) => this.#steps.findLast((other) => other.verb === verb && isSame(other)) ?? [])
    const meant = same.flatMap((doStep) => this.#meant.get(doStep)!)
    if (meant.some(({ isPast }) => !isPast)) return meant
    const on = this.#on.filter(({ item }) => does.includes(item.verb))
    if (step.target.some((word) => word === 'crashed' || word === 'all')) return on
    const names = (yield* this.#resolve(step.target)).map(({ name }) => name)
    return on.filter(({ item }) => item.names.some((name) => names.includes(name)))
  }

  *#mend(fault: Fault, by: FaultVerb): Procedure<void> {
    const world = this.#world
    const { item, effect } = fault
    const label = item.label.replace(item.verb, by)
    yield* of(this.#turns.take(item.names))
    let sight: Sight
    try {
      const index = this.#on.indexOf(fault)
      // Undone already, or it was never on.
      if (index < 0 || this.#over) return
      this.#on.splice(index, 1)
      fault.isPast = true
      sight = yield* of(effect.undo())
    } finally {
      this.#turns.give(item.names)
    }
    const endUs = world.nowUs() + UNDO_LIMIT_US
    while (!isUndone(item.verb, sight)) {
      if (world.nowUs() >= endUs) {
        world.note(`${label}: not seen within ${UNDO_LIMIT_US / 1e6} s, ${sight.text}`)
        return
      }
      yield* of(world.wait(LOOK_EVERY_US))
      sight = yield* of(effect.look())
    }
    fault.record!.healedUs = sight.seenUs ?? world.nowUs()
    world.note(label)
  }

  /** Each process once, by the first word that means it. */
  *#resolve(words: readonly string[]): Procedure<readonly Meant[]> {
    const down = this.#on.filter(({ item }) => takesDown(item.verb)).flatMap(({ item }) => item.names)
    const meant = new Map<string, Meant>()
    for (const word of words)
      for (const name of yield* of(this.#world.namesOf(word, down)))
        if (!meant.has(name)) meant.set(name, { name, role: name === word || words.includes(name) ? null : word })
    return [...meant.values()]
  }

  *#quiet(): Procedure<void> {
    const names = new Set([...this.#meant.values()].flat().flatMap(({ item }) => item.names))
    const everybody = [...RESOLVING, ...names]
    yield* of(this.#turns.take(everybody))
    this.#turns.give(everybody)
  }

  *#heal(): Procedure<void> {
    yield* this.#quiet()
    for (const { effect } of this.#on.splice(0)) yield* of(effect.undo())
  }
}

function itemOf(step: FaultStep): string {
  return JSON.stringify([step.target, step.split, step.link])
}
