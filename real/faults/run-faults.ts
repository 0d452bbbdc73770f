/** The faults of a run on real servers: the schedule of scenarios/faults/, timers, processes and servers around it. */
import type { Outcome } from '../../algorithms/servers.ts'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import type { Effect, Effects, FaultWorld, Operator } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { Later } from '../../scenarios/faults/later.ts'
import { FaultSchedule } from '../../scenarios/faults/schedule.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import type { WritersSight } from '../../scenarios/faults/writers.ts'
import type { ServerWorld } from '../../scenarios/worlds.ts'
import { monotonicUs } from '../drivers/driver.ts'
import { EFFECTS } from './fault-effects.ts'
import type { FaultPlace } from './fault-place.ts'
import { asPromise, promised } from './promises.ts'
import { namesIn, type RoleContext } from './roles.ts'

export interface FaultContext extends FaultPlace, Omit<RoleContext, 'streams'> {
  readonly world: ServerWorld
  readonly seed: number
  /** A request to the coordinator, as an operator would send it. */
  readonly ask: (request: { readonly kind: string }, deadlineUs: number) => Promise<Outcome<unknown>>
  /** What the servers say of themselves; closed with the run's faults. */
  readonly writers: { look(): Promise<WritersSight>; close(): void }
  readonly onFailure: (error: Error) => void
  /** A fault was applied, undone, or found nothing to hurt. */
  readonly onNote: (text: string) => void
}

/** What is done to processes is done to those in containers, too; where the means differ, the driver and the network know. */
const EFFECTS_OF = { local: EFFECTS, docker: EFFECTS } satisfies { readonly [W in ServerWorld]: Effects<W, FaultPlace> }

export class RunFaults {
  /** Has begun. */
  readonly schedule: FaultSchedule
  readonly #world: RealFaults
  readonly #context: FaultContext

  constructor(context: FaultContext, steps: readonly FaultStep[]) {
    this.#context = context
    this.#world = new RealFaults(context)
    this.schedule = new FaultSchedule(this.#world, steps)
    this.schedule.begin()
  }

  /** Fires nothing any more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#world.cancel()
    await asPromise(this.schedule.stop())
  }

  /** Undoes what is still on. Its records keep `healedUs` null: the workload ended with it. */
  async heal(): Promise<void> {
    await asPromise(this.schedule.heal())
  }

  async lookAfter(): Promise<void> {
    await asPromise(this.schedule.lookAfter())
  }

  close(): void {
    this.#context.writers.close()
  }
}

class RealFaults implements FaultWorld {
  readonly #context: FaultContext
  readonly #roles: RoleContext
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly operator: Operator

  constructor(context: FaultContext) {
    this.#context = context
    this.#roles = { ...context, streams: new RandomStreams(context.seed) }
    this.operator = {
      get source() {
        return context.source() ?? 'nobody'
      },
      look: () => promised(context.writers.look()),
      ask: (request, deadlineUs) => promised(context.ask(request, deadlineUs)),
    }
  }

  get processes(): readonly string[] {
    return [...this.#context.targets.keys(), 'client']
  }

  nowUs(): number {
    return monotonicUs() - this.#context.workloadStartUs
  }

  /** A timer of 0 takes a millisecond, which an event's step need not lose. Those of the clock keep their order. */
  plan({ after }: FaultStep, inUs: number, fire: () => void): void {
    if (inUs <= 0 && after !== null) fire()
    else this.#after(inUs, fire)
  }

  fires(): void {}

  wait(us: number): Later<void> {
    return (resume) => this.#after(us, resume)
  }

  /** What has been planned is not done any more. */
  cancel(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  note(text: string): void {
    this.#context.onNote(text)
  }

  fail(error: Error): void {
    this.#context.onFailure(error)
  }

  namesOf(word: string, down: readonly string[]): Later<readonly string[]> {
    return promised(namesIn(word, this.#roles, down))
  }

  effectOf(item: Item): Effect {
    const { verb } = item
    const effects: Partial<Record<string, (item: Item, place: FaultPlace) => Effect>> = EFFECTS_OF[this.#context.world]
    const effect = effects[verb]
    if (effect === undefined) throw new Error(`assertion: these servers are asked to ${verb}`)
    return effect(item, this.#context)
  }

  #after(us: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, Math.max(0, us) / 1000)
    this.#timers.add(timer)
  }
}
