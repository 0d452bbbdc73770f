/** The simulated world as the fault schedule sees it: everything is done and seen at once, and waiting is the agenda's. */
import type { Effect, FaultWorld } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import { already, type Later } from '../../scenarios/faults/later.ts'
import { FaultSchedule } from '../../scenarios/faults/schedule.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import { EVENT } from '../kernel/kernel.ts'
import type { FaultField } from '../simulated-system.ts'

/** `startUs`: the simulation's time of the workload's time 0. */
export function faultSchedule(field: FaultField, startUs: number, steps: readonly FaultStep[]): FaultSchedule {
  const schedule = new FaultSchedule(new SimulatedFaults(field, startUs, steps), steps)
  if (steps.some(({ after }) => after !== null)) field.kernel.watcher = schedule
  return schedule
}

/** What is asked of a schedule here is done when it returns. */
export function atOnce(work: Later<void>): void {
  let isDone = false
  work(
    () => {
      isDone = true
    },
    (error) => {
      throw error
    },
  )
  if (!isDone) throw new Error('assertion: a simulated fault is not undone at once')
}

class SimulatedFaults implements FaultWorld {
  readonly #field: FaultField
  readonly #startUs: number
  readonly #steps: readonly FaultStep[]

  constructor(field: FaultField, startUs: number, steps: readonly FaultStep[]) {
    this.#field = field
    this.#startUs = startUs
    this.#steps = steps
  }

  get operator(): FaultField['operator'] {
    return this.#field.operator
  }

  get processes(): readonly string[] {
    return this.#field.network.processes.filter(({ local }) => !local).map(({ name }) => name)
  }

  nowUs(): number {
    return this.#field.kernel.queue.now - this.#startUs
  }

  /** Never at once: who tells of an event is in the middle of it. */
  plan(_: FaultStep, inUs: number, fire: () => void): void {
    this.#field.kernel.queue.after(inUs, call, fire)
  }

  fires(step: FaultStep): void {
    const { queue, hash } = this.#field.kernel
    hash.mix(queue.now, EVENT.fault, 0, this.#steps.indexOf(step))
  }

  wait(us: number): Later<void> {
    return (resume) => {
      this.#field.kernel.queue.after(us, call, resume)
    }
  }

  note(text: string): void {
    this.#field.world.emit('harness', { kind: 'note', text })
  }

  fail(error: Error): never {
    throw error
  }

  namesOf(word: string, down: readonly string[]): Later<readonly string[]> {
    return already(this.#field.namesOf(word, down))
  }

  effectOf(item: Item): Effect {
    return this.#field.effectOf(item)
  }
}

function call(action: () => void): void {
  action()
}
