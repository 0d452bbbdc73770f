/**
 * The scenario's faults, fired at their times, each witnessed by an independent look before, when it holds, and at the
 * end. A fault that does not take hold is an error of the harness and ends the run: it must not end as a passed check.
 */
import type { TraceEvent } from '../algorithms/trace.ts'
import { answered, labelOf, REQUEST_DEADLINE_US, requestOf, witnessed } from '../scenarios/coordinator-steps.ts'
import { type AnchorEvent, Anchors } from '../scenarios/faults/anchors.ts'
import { isRequest, isUndo, undoneBy } from '../scenarios/faults/facts.ts'
import type { FaultVerb } from '../scenarios/faults/list.ts'
import type { FaultStep } from '../scenarios/faults/step.ts'
import type { FaultRecord, Operation } from '../scenarios/record.ts'
import type { FaultEffect } from './fault-effects.ts'
import { EVENT, type Watcher } from './kernel.ts'
import type { FaultField } from './simulated-system.ts'

const TAKE_DOWN: readonly FaultVerb[] = ['crash', 'stop', 'power-loss']

/** A process that was started again and does not answer for so long was hurt by something else meanwhile. */
const UNDO_LIMIT_US = 30_000_000
const LOOK_EVERY_US = 5_000

type MutableRecord = { -readonly [K in keyof FaultRecord]: FaultRecord[K] }

/** One fault that is on. */
interface ActiveFault {
  readonly step: FaultStep
  readonly effect: FaultEffect
  readonly record: MutableRecord
  readonly undo: () => void
}

export class FaultSchedule implements Watcher {
  readonly #field: FaultField
  readonly #startUs: number
  readonly #records: MutableRecord[] = []
  /** The last look of each record. */
  readonly #looks: (() => string)[] = []
  readonly #active: ActiveFault[] = []
  /** What a step hit, for the undo steps that name it. */
  readonly #hit = new Map<FaultStep, readonly ActiveFault[]>()
  #steps: readonly FaultStep[] = []
  #over = false
  readonly #late: AnchorEvent[] = []
  #anchors: Anchors<FaultStep> = new Anchors<FaultStep>([])

  /** `startUs`: the simulation's time of the workload's time 0. */
  constructor(field: FaultField, startUs: number) {
    this.#field = field
    this.#startUs = startUs
  }

  get records(): readonly FaultRecord[] {
    return this.#records
  }

  begin(steps: readonly FaultStep[]): void {
    const { kernel } = this.#field
    this.#steps = steps
    const anchored = steps.flatMap((step) => (step.after === null ? [] : [[step.after, step] as const]))
    this.#anchors = new Anchors(anchored)
    if (anchored.length > 0) kernel.watcher = this
    for (const step of steps) if (step.after === null) this.#plan(step, this.#startUs + step.atUs - kernel.queue.now)
  }

  /** Events whose steps never fired: they did not come, or came too late. */
  get unfired(): readonly AnchorEvent[] {
    return [...this.#anchors.waiting, ...this.#late]
  }

  operationEnded(operation: Pick<Operation, 'op' | 'outcome'>): void {
    this.#fire(this.#anchors.operationEnded(operation))
  }

  emitted(event: TraceEvent): void {
    this.#fire(this.#anchors.emitted(event))
  }

  received(node: string, op: number): void {
    this.#fire(this.#anchors.happened({ kind: 'received', op, node }))
  }

  /** Never at once: who tells of the event is in the middle of it. */
  #fire(steps: readonly FaultStep[]): void {
    for (const step of steps) this.#plan(step, step.atUs)
  }

  #plan(step: FaultStep, inUs: number): void {
    this.#field.kernel.queue.after(inUs, FaultSchedule.#due, { schedule: this, step, steps: this.#steps })
  }

  static #due(
    this: void,
    due: { readonly schedule: FaultSchedule; readonly step: FaultStep; readonly steps: readonly FaultStep[] },
  ): void {
    const { schedule, step, steps } = due
    if (schedule.#over) {
      if (step.after !== null && step.undoOf === null) schedule.#late.push(step.after)
      return
    }
    const { kernel } = schedule.#field
    kernel.hash.mix(kernel.queue.now, EVENT.fault, 0, steps.indexOf(step))
    if (isRequest(step.verb)) {
      schedule.#ask(step)
      return
    }
    if (isUndo(step.verb)) schedule.#undo(step, steps, undoneBy(step.verb))
    else {
      const effects = schedule.#field.effectsOf(step, (words) => schedule.#resolve(words))
      schedule.#hit.set(
        step,
        effects.flatMap((effect) => schedule.#hurt(step, effect) ?? []),
      )
    }
  }

  /** Undo what is still on. Its records keep `healedUs` null: the workload ended with it. Nothing fires any more. */
  heal(): void {
    this.#over = true
    for (const { undo } of this.#active.splice(0)) undo()
  }

  /** The last look of every record. */
  lookAfter(): void {
    this.#records.forEach((record, i) => {
      record.witness = { ...record.witness, after: this.#looks[i]!() }
    })
  }

  /** A step that asks the coordinator. The servers themselves are the witness of what it says it did. */
  #ask(step: FaultStep): void {
    const { operator } = this.#field
    if (operator === null) throw new Error(`line ${step.line}: ${step.verb}: there is nobody to ask`)
    const target = this.#resolve(step.target)
    const label = labelOf(step, operator.source, target)
    const record: MutableRecord = {
      atUs: this.#sinceStartUs(),
      kind: step.verb,
      target,
      label,
      witness: { before: operator.look(), during: '', after: '', seenUs: null },
      healedUs: null,
    }
    this.#records.push(record)
    this.#looks.push(() => operator.look())
    this.#note(label)
    operator.ask(requestOf(step, target), REQUEST_DEADLINE_US, (outcome) => {
      const answer = answered(outcome)
      const endedUs = this.#sinceStartUs()
      const { during, seen } = witnessed(step, answer, record.witness.before, operator.look())
      record.witness = { ...record.witness, during, seenUs: seen ? endedUs : null }
      record.healedUs = endedUs
      this.#note(`${label}: ${answer.text}`)
    })
  }

  #resolve(words: readonly string[]): string[] {
    const down = this.#active.filter(({ step }) => TAKE_DOWN.includes(step.verb))
    return this.#field.resolveTargets(
      words,
      down.flatMap(({ effect }) => effect.target),
    )
  }

  #hurt(step: FaultStep, effect: FaultEffect): ActiveFault | null {
    const idle = effect.idle()
    if (idle !== null) {
      this.#note(`${step.verb} ${effect.target.join(', ')}: ${idle}`)
      return null
    }
    const before = effect.look()
    const record: MutableRecord = {
      atUs: this.#sinceStartUs(),
      kind: step.verb,
      target: effect.target,
      label: effect.label,
      witness: { before, during: '', after: '', seenUs: null },
      healedUs: null,
    }
    const fault: ActiveFault = { step, effect, record, undo: effect.act() }
    this.#records.push(record)
    this.#looks.push(effect.look)
    this.#active.push(fault)
    this.#note(effect.label)
    this.#await(
      () => effect.holds(before),
      effect.limitUs,
      () => {
        record.witness = { before, during: effect.look(), after: '', seenUs: this.#sinceStartUs() }
      },
      () => {
        throw new Error(
          `line ${step.line}: ${effect.label} had no effect: ${before} before it, ${effect.look()} after it`,
        )
      },
    )
    return fault
  }

  #undo(step: FaultStep, steps: readonly FaultStep[], does: readonly FaultVerb[]): void {
    for (const fault of this.#meant(step, steps, does)) {
      const index = this.#active.indexOf(fault)
      // Undone already.
      if (index < 0) continue
      this.#active.splice(index, 1)
      fault.undo()
      this.#await(
        fault.effect.undone,
        UNDO_LIMIT_US,
        () => {
          fault.record.healedUs = this.#sinceStartUs()
          this.#note(fault.effect.label.replace(fault.step.verb, step.verb))
        },
        () => {},
      )
    }
  }

  /** An undo hits what its fault hit, whoever plays that role by now. */
  #meant(step: FaultStep, steps: readonly FaultStep[], does: readonly FaultVerb[]): readonly ActiveFault[] {
    const isSame = (other: FaultStep) => this.#hit.has(other) && itemOf(other) === itemOf(step)
    const doSteps =
      step.undoOf !== null
        ? [steps[step.undoOf]]
        : does.map((verb) => steps.findLast((other) => other.verb === verb && isSame(other)))
    const fired = doSteps.filter((doStep) => doStep !== undefined && this.#hit.has(doStep))
    if (fired.length > 0) return fired.flatMap((doStep) => this.#hit.get(doStep!)!)
    const on = this.#active.filter((fault) => does.includes(fault.step.verb))
    if (step.target.some((word) => word === 'crashed' || word === 'all')) return on
    const names = this.#resolve(step.target)
    return on.filter(({ effect }) => effect.target.some((name) => names.includes(name)))
  }

  /** Looks now, and again until it is so or the time is up. */
  #await(holds: () => boolean, limitUs: number, then: () => void, giveUp: () => void): void {
    const { queue } = this.#field.kernel
    const endUs = queue.now + limitUs
    const look = () => {
      if (holds()) then()
      else if (queue.now >= endUs) giveUp()
      else queue.after(LOOK_EVERY_US, look, undefined)
    }
    look()
  }

  #note(text: string): void {
    this.#field.world.emit('harness', { kind: 'note', text })
  }

  #sinceStartUs(): number {
    return this.#field.kernel.queue.now - this.#startUs
  }
}

function itemOf(step: FaultStep): string {
  return JSON.stringify([step.target, step.split, step.link])
}
