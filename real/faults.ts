/**
 * The scenario's faults, fired at their times at real processes. Each is witnessed: a look before, one when it has
 * taken hold and one at the end. A fault that did not take hold is an error of the harness and ends the run; it must
 * not end as a passed check.
 */

import type { CoordinatorRequests, Outcome, ReplyOf } from '../algorithms/servers.ts'
import type { TraceEvent } from '../algorithms/trace.ts'
import { answered, labelOf, REQUEST_DEADLINE_US, requestOf, witnessed } from '../scenarios/coordinator-steps.ts'
import { type AnchorEvent, Anchors } from '../scenarios/faults/anchors.ts'
import { isRequest, undoOf } from '../scenarios/faults/facts.ts'
import type { FaultVerb } from '../scenarios/faults/list.ts'
import type { FaultStep } from '../scenarios/faults/step.ts'
import type { FaultRecord, Operation } from '../scenarios/record.ts'
import { type FaultTarget, type RoleContext, resolveTargets, type Sight } from './fault-targets.ts'
import { UNDOES, VERBS } from './fault-verbs.ts'

const STATUS_DEADLINE_US = 1_000_000

interface ActiveFault {
  readonly step: FaultStep
  readonly target: FaultTarget
  /** Index of its record. */
  readonly record: number
}

type MutableRecord = { -readonly [K in keyof FaultRecord]: FaultRecord[K] }

export interface FaultContext extends Omit<RoleContext, 'down'> {
  readonly targets: ReadonlyMap<string, FaultTarget>
  /** CLOCK_MONOTONIC microseconds of the workload's time 0. */
  readonly workloadStartUs: number
  /** A request to the coordinator, as an operator would send it. */
  readonly ask: (request: { readonly kind: string }, deadlineUs: number) => Promise<Outcome<unknown>>
  readonly nowUs: () => number
  readonly onFailure: (error: Error) => void
  /** A fault took hold or was undone. */
  readonly onChange: (label: string, verb: FaultVerb) => void
}

export class FaultSchedule {
  readonly #context: FaultContext
  readonly #records: MutableRecord[] = []
  readonly #active: ActiveFault[] = []
  /** What a step hit, for the undo steps that name it. */
  readonly #hit = new Map<FaultStep, readonly string[]>()
  readonly #timers: NodeJS.Timeout[] = []
  /** One action after another for each process; different processes at once. */
  readonly #last = new Map<string, Promise<void>>()
  #stopped = false
  #steps: readonly FaultStep[] = []
  #anchors: Anchors<FaultStep> = new Anchors<FaultStep>([])
  /** Steps whose time has not come, with the event that they fire after. */
  readonly #planned = new Map<FaultStep, AnchorEvent | null>()

  constructor(context: FaultContext) {
    this.#context = context
  }

  begin(steps: readonly FaultStep[]): void {
    this.#steps = steps
    this.#anchors = new Anchors(steps.flatMap((step) => (step.after === null ? [] : [[step.after, step] as const])))
    for (const step of steps) if (step.after === null) this.#plan(step, step.atUs - this.#sinceStartUs())
  }

  /** Events that steps are to fire after and that have not happened. */
  get unfired(): readonly AnchorEvent[] {
    return [...this.#anchors.waiting, ...this.#planned.values()].flatMap((one) => one ?? [])
  }

  operationEnded(operation: Pick<Operation, 'op' | 'outcome'>): void {
    this.#after(this.#anchors.operationEnded(operation))
  }

  emitted(event: TraceEvent): void {
    this.#after(this.#anchors.emitted(event))
  }

  received({ op, node }: { readonly op: number; readonly node: string }): void {
    this.#after(this.#anchors.happened({ kind: 'received', op, node }))
  }

  #after(steps: readonly FaultStep[]): void {
    for (const step of steps) {
      // Too late: it stays among those that never fired.
      if (this.#stopped) this.#planned.set(step, step.undoOf === null ? step.after : null)
      else this.#plan(step, step.atUs)
    }
  }

  #plan(step: FaultStep, inUs: number): void {
    const fire = () => {
      this.#planned.delete(step)
      void this.#fire(step, this.#steps).catch(this.#context.onFailure)
    }
    this.#planned.set(step, step.undoOf === null ? step.after : null)
    // A timer of 0 takes a millisecond, which an event's step need not lose. Those of the clock keep their order.
    if (inUs <= 0 && step.after !== null) fire()
    else this.#timers.push(setTimeout(fire, Math.max(0, inUs) / 1000))
  }

  get records(): readonly FaultRecord[] {
    return this.#records
  }

  /** Labels of the faults that are on. */
  get active(): readonly string[] {
    return this.#active.map(({ record }) => this.#records[record]!.label)
  }

  /** Fire nothing any more, and wait for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#last.values())
  }

  /** Undo what is still on. Its records keep `healedUs` null: the workload ended with it. */
  async heal(): Promise<void> {
    for (const { step, target } of this.#active.splice(0)) {
      if (step.verb === 'pause') await target.resume()
      else if (step.verb === 'block-applier') await target.unblockApplier!()
      else await target.restart()
    }
  }

  /** The last look of every record. */
  async lookAfter(): Promise<void> {
    for (const record of this.#records) {
      const looks = await Promise.all(record.target.map((name) => this.#context.targets.get(name)!.look()))
      record.witness = { ...record.witness, after: looks.map(({ text }) => text).join('; ') }
    }
  }

  async #fire(step: FaultStep, steps: readonly FaultStep[]): Promise<void> {
    if (isRequest(step.verb)) {
      await this.#ask(step)
      return
    }
    const does = UNDOES[step.verb]
    const names =
      does === undefined
        ? await resolveTargets(step.target, { ...this.#context, down: () => this.#down() })
        : this.#undoTargets(step, steps, does)
    this.#hit.set(step, names)
    await Promise.all(
      names.map((name) => {
        const target = this.#context.targets.get(name)
        if (target === undefined) throw new Error(`assertion: a fault's target ${name} does not exist`)
        const action = (this.#last.get(name) ?? Promise.resolve()).then(async () => {
          if (this.#stopped) return
          await (does === undefined ? this.#hurt(step, target) : this.#undo(step, target))
        })
        this.#last.set(
          name,
          action.catch(() => {}),
        )
        return action
      }),
    )
  }

  #down(): string[] {
    return this.#active
      .filter(({ step }) => step.verb === 'crash' || step.verb === 'stop')
      .map(({ target }) => target.name)
  }

  /** An undo hits what its fault hit, whoever plays that role by now. */
  #undoTargets(step: FaultStep, steps: readonly FaultStep[], does: FaultVerb): readonly string[] {
    const doStep =
      step.undoOf !== null
        ? steps[step.undoOf]
        : steps.findLast(
            (other) => other.verb === does && this.#hit.has(other) && other.target.join() === step.target.join(),
          )
    const hit = doStep === undefined ? undefined : this.#hit.get(doStep)
    if (hit !== undefined) return hit
    const on = this.#active.filter((fault) => fault.step.verb === does).map(({ target }) => target.name)
    return step.target.some((word) => word === 'crashed' || word === 'all')
      ? on
      : on.filter((name) => step.target.includes(name))
  }

  /** A step that asks the coordinator. Who reigns is asked before it and after it. */
  async #ask(step: FaultStep): Promise<void> {
    if (this.#stopped) return
    const context = this.#context
    const target = await resolveTargets(step.target, { ...context, down: () => this.#down() })
    const label = labelOf(step, context.source() ?? 'nobody', target)
    const before = await this.#reigning()
    const record: MutableRecord = {
      atUs: this.#sinceStartUs(),
      kind: step.verb,
      target,
      label,
      witness: { before, during: '', after: '', seenUs: null },
      healedUs: null,
    }
    this.#records.push(record)
    context.onChange(label, step.verb)
    const answer = answered(await context.ask(requestOf(step, target), REQUEST_DEADLINE_US))
    const endedUs = this.#sinceStartUs()
    const { during, seen } = witnessed(step, answer, before, await this.#reigning())
    record.witness = { ...record.witness, during, seenUs: seen ? endedUs : null }
    record.healedUs = endedUs
    context.onChange(`${label}: ${answer.text}`, step.verb)
  }

  async #reigning(): Promise<string> {
    const status = await this.#context.ask({ kind: 'status' }, STATUS_DEADLINE_US)
    if (status.kind !== 'ok') return `the coordinator does not answer (${status.reason})`
    const { source, k } = status.reply as ReplyOf<CoordinatorRequests, 'status'>
    return source === null ? 'no source reigns' : `${source} is the source, k = ${k}`
  }

  async #hurt(step: FaultStep, target: FaultTarget): Promise<void> {
    const { act, becomes } = VERBS[step.verb]!
    const before = await target.look()
    const idle = before.condition === becomes ? `already ${becomes}` : this.#idle(step, target, before)
    if (idle !== null) {
      this.#context.onChange(`${step.verb} ${target.name}: ${idle}`, step.verb)
      return
    }
    const role = step.target.find((word) => word !== target.name)
    const label = `${step.verb} ${target.name}${role === undefined ? '' : ` (${role})`}`
    const atUs = this.#sinceStartUs()
    const during = await target[act]!()
    if (during.condition !== becomes)
      throw new Error(`${label} had no effect: expected a process that is ${becomes}, found ${during.text}`)
    const record = this.#records.push({
      atUs,
      kind: step.verb,
      target: [target.name],
      label,
      witness: {
        before: before.text,
        during: during.text,
        after: '',
        seenUs: during.seenUs - this.#context.workloadStartUs,
      },
      healedUs: null,
    })
    if (undoOf(step.verb) !== null) this.#active.push({ step, target, record: record - 1 })
    this.#context.onChange(label, step.verb)
  }

  #idle(step: FaultStep, target: FaultTarget, { condition, journal }: Sight): string | null {
    if (step.verb === 'lose-journal') return journal === 'gone' ? 'its journal is gone already' : null
    if (step.verb !== 'block-applier') return null
    if (condition !== 'running') return `it is ${condition}`
    return target.name === this.#context.source() ? 'it is the source and applies nothing' : null
  }

  async #undo(step: FaultStep, target: FaultTarget): Promise<void> {
    const { act, becomes } = VERBS[step.verb]!
    const fault = this.#active.findLast((one) => one.target === target && one.step.verb === UNDOES[step.verb])
    // Undone already, or never hurt (it was down before): nothing to do and nothing to claim.
    if (fault === undefined) return
    const during = await target[act]!()
    // Other targets' faults may have come and gone meanwhile.
    this.#active.splice(this.#active.indexOf(fault), 1)
    const ended = act === 'unblockApplier' ? during.condition !== 'blocked' : during.condition === becomes
    if (!ended) throw new Error(`${step.verb} ${target.name} had no effect: expected ${becomes}, found ${during.text}`)
    this.#records[fault.record]!.healedUs = during.seenUs - this.#context.workloadStartUs
    this.#context.onChange(`${step.verb} ${target.name}`, step.verb)
  }

  #sinceStartUs(): number {
    return this.#context.nowUs() - this.#context.workloadStartUs
  }
}
