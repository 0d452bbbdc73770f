/**
 * The scenario's faults, fired at their times, each witnessed by an independent look before, when it holds, and at the
 * end. A fault that does not take hold is an error of the harness and ends the run: it must not end as a passed check.
 */
import type { FaultRecord } from '../scenarios/record.ts'
import type { FaultStep, FaultVerb } from '../scenarios/scenario.ts'
import type { SimCluster } from './cluster.ts'
import { resolveTargets } from './fault-targets.ts'
import { EVENT } from './kernel.ts'
import { cut, partitionLinks, slowDown, slowLinks } from './link-faults.ts'
import { type Condition, listens, lookAtLinks, lookAtProcess, lookAtSpeed } from './look.ts'

const UNDOES: Readonly<Partial<Record<FaultVerb, FaultVerb>>> = {
  restart: 'crash',
  start: 'stop',
  resume: 'pause',
  heal: 'partition',
  unslow: 'slow',
}

/** A stop or a restart that has no effect for so long never will. */
const EFFECT_LIMIT_US = 30_000_000
const LOOK_EVERY_US = 5_000

type MutableRecord = { -readonly [K in keyof FaultRecord]: FaultRecord[K] }

/** One fault that is on. */
interface ActiveFault {
  readonly step: FaultStep
  readonly target: readonly string[]
  readonly record: MutableRecord
  readonly undo: () => void
  /** What has to be seen before the undo counts; null: it holds at once. */
  readonly undone: (() => boolean) | null
  /** The last look. */
  readonly look: () => string
}

export class FaultSchedule {
  readonly #cluster: SimCluster
  readonly #startUs: number
  readonly #records: MutableRecord[] = []
  readonly #looks = new Map<MutableRecord, () => string>()
  readonly #active: ActiveFault[] = []
  /** What a step hit, for the undo steps that name it. */
  readonly #hit = new Map<FaultStep, readonly ActiveFault[]>()

  /** `startUs`: the simulation's time of the workload's time 0. */
  constructor(cluster: SimCluster, startUs: number) {
    this.#cluster = cluster
    this.#startUs = startUs
  }

  get records(): readonly FaultRecord[] {
    return this.#records
  }

  begin(steps: readonly FaultStep[]): void {
    const { queue } = this.#cluster.kernel
    for (const step of steps)
      queue.after(this.#startUs + step.atUs - queue.now, FaultSchedule.#due, { schedule: this, step, steps })
  }

  static #due(
    this: void,
    due: { readonly schedule: FaultSchedule; readonly step: FaultStep; readonly steps: readonly FaultStep[] },
  ): void {
    const { schedule, step, steps } = due
    const { kernel } = schedule.#cluster
    kernel.hash.mix(kernel.queue.now, EVENT.fault, 0, step.line)
    const does = UNDOES[step.verb]
    if (does !== undefined) schedule.#undo(step, steps, does)
    else schedule.#hit.set(step, schedule.#hurt(step))
  }

  /** Undo what is still on. Its records keep `healedUs` null: the workload ended with it. */
  heal(): void {
    for (const { undo } of this.#active.splice(0)) undo()
  }

  /** The last look of every record. */
  lookAfter(): void {
    for (const record of this.#records) record.witness = { ...record.witness, after: this.#looks.get(record)!() }
  }

  #down(): string[] {
    return this.#active.filter(({ step }) => step.verb === 'crash' || step.verb === 'stop').flatMap((f) => f.target)
  }

  #resolve(words: readonly string[]): string[] {
    return resolveTargets(words, this.#cluster, this.#down())
  }

  #hurt(step: FaultStep): ActiveFault[] {
    switch (step.verb) {
      case 'partition':
        return [this.#partition(step)]
      case 'slow':
        return [step.link === null ? this.#slowServers(step) : this.#slowLink(step, step.link)]
      default:
        return this.#resolve(step.target).flatMap((name) => this.#hurtProcess(step, name) ?? [])
    }
  }

  // --------------------------------------------------------------------------------- processes

  #hurtProcess(step: FaultStep, name: string): ActiveFault | null {
    const cluster = this.#cluster
    const host = cluster.hosts.get(name)
    if (host === undefined) throw new Error(`line ${step.line}: ${step.verb} ${name}: no such process to hurt`)
    const becomes: Condition = step.verb === 'pause' ? 'paused' : 'gone'
    const before = lookAtProcess(cluster, name)
    if (before.condition === becomes || (step.verb === 'pause' && before.condition === 'gone')) {
      this.#note(`${step.verb} ${name}: already ${before.condition}`)
      return null
    }
    const { process } = host
    if (step.verb === 'crash') host.crash()
    else if (step.verb === 'stop') host.stop()
    else process.life!.pause()
    const look = () => lookAtProcess(cluster, name)
    const fault: ActiveFault = {
      step,
      target: [name],
      record: this.#record(step, [name], `${step.verb} ${name}${roleOf(step, name)}`, before.text, () => look().text),
      undo: () => {
        if (step.verb === 'pause') process.life?.resume()
        // A server that is being rebuilt is started by its supervisor.
        else if (process.life === null && !cluster.supervisor.rebuilding.has(name)) host.boot()
      },
      undone: () => listens(cluster, name),
      look: () => look().text,
    }
    this.#active.push(fault)
    this.#await(
      fault.record,
      () => look().condition === becomes,
      `${step.verb} ${name} had no effect`,
      () => {
        fault.record.witness = { ...fault.record.witness, during: look().text, seenUs: this.#sinceStartUs() }
      },
    )
    return fault
  }

  // ------------------------------------------------------------------------ links, and slow servers

  #partition(step: FaultStep): ActiveFault {
    const target = step.split.length > 0 ? step.split.flat() : this.#resolve(step.target)
    const links = partitionLinks(this.#cluster, step, target, this.#resolve(step.except))
    const name = step.split.length > 0 ? step.split.map((group) => group.join(' ')).join(' | ') : target.join(', ')
    const way = step.direction === 'both' ? '' : ` (${step.direction})`
    const except = step.except.length === 0 ? '' : `, except ${step.except.join(', ')}`
    const label = `partition ${name}${roleOf(step, target[0])}${way}${except}`
    return this.#atOnce(
      step,
      target,
      label,
      () => lookAtLinks(links),
      () => cut(links),
    )
  }

  #slowLink(step: FaultStep, link: NonNullable<FaultStep['link']>): ActiveFault {
    const links = slowLinks(this.#cluster, link)
    const ends = [...new Set(links.flatMap(({ from, to }) => [from.name, to.name]))]
    const label = `slow ${link.from}->${link.to}`
    return this.#atOnce(
      step,
      ends,
      label,
      () => lookAtLinks(links),
      () => slowDown(links, step.delay!),
    )
  }

  #slowServers(step: FaultStep): ActiveFault {
    const cluster = this.#cluster
    const target = this.#resolve(step.target)
    const { cpuShare, diskUs } = step
    const amounts = [cpuShare === null ? '' : ` cpu ${cpuShare}`, diskUs === null ? '' : ` disk +${diskUs / 1000} ms`]
    const label = `slow ${target.join(', ')}${roleOf(step, target[0])}${amounts.join('')}`
    const set = (share: number, syncUs: number) => {
      for (const name of target)
        cluster.mysql.server(name).slowDown(cpuShare === null ? null : share, diskUs === null ? null : syncUs)
    }
    return this.#atOnce(
      step,
      target,
      label,
      () => lookAtSpeed(cluster, target),
      () => {
        set(cpuShare ?? 1, diskUs ?? 0)
        return () => set(1, 0)
      },
    )
  }

  /** A fault that holds as soon as it is done. */
  #atOnce(
    step: FaultStep,
    target: readonly string[],
    label: string,
    look: () => string,
    act: () => () => void,
  ): ActiveFault {
    const before = look()
    const undo = act()
    const record = this.#record(step, target, label, before, look)
    const during = look()
    if (during === before) throw new Error(`line ${step.line}: ${label} had no effect: before and after it ${before}`)
    record.witness = { before, during, after: '', seenUs: this.#sinceStartUs() }
    const fault: ActiveFault = { step, target, record, undo, undone: null, look }
    this.#active.push(fault)
    return fault
  }

  // ------------------------------------------------------------------------------------- undoing

  #undo(step: FaultStep, steps: readonly FaultStep[], does: FaultVerb): void {
    for (const fault of this.#meant(step, steps, does)) {
      const index = this.#active.indexOf(fault)
      // Undone already.
      if (index < 0) continue
      this.#active.splice(index, 1)
      fault.undo()
      const label = fault.record.label.replace(fault.step.verb, step.verb)
      const healed = () => {
        fault.record.healedUs = this.#sinceStartUs()
        this.#note(label)
      }
      if (fault.undone === null) healed()
      else this.#await(fault.record, fault.undone, `${label} had no effect`, healed)
    }
  }

  /** An undo hits what its fault hit, whoever plays that role by now. */
  #meant(step: FaultStep, steps: readonly FaultStep[], does: FaultVerb): readonly ActiveFault[] {
    const same = (other: FaultStep) => other.verb === does && other.atUs <= step.atUs && itemOf(other) === itemOf(step)
    const doStep = step.undoOf !== null ? steps[step.undoOf] : steps.findLast(same)
    const hit = doStep === undefined ? undefined : this.#hit.get(doStep)
    if (hit !== undefined) return hit
    const on = this.#active.filter((fault) => fault.step.verb === does)
    if (step.target.some((word) => word === 'crashed' || word === 'all')) return on
    const names = this.#resolve(step.target)
    return on.filter(({ target }) => target.some((name) => names.includes(name)))
  }

  // -------------------------------------------------------------------------------------- records

  #record(
    step: FaultStep,
    target: readonly string[],
    label: string,
    before: string,
    look: () => string,
  ): MutableRecord {
    const record: MutableRecord = {
      atUs: this.#sinceStartUs(),
      kind: step.verb,
      target,
      label,
      witness: { before, during: '', after: '', seenUs: null },
      healedUs: null,
    }
    this.#records.push(record)
    this.#looks.set(record, look)
    this.#note(label)
    return record
  }

  /** Looks now and then again until it is so. */
  #await(record: MutableRecord, holds: () => boolean, complaint: string, then: () => void): void {
    const { queue } = this.#cluster.kernel
    const limitUs = queue.now + EFFECT_LIMIT_US
    const look = () => {
      if (holds()) then()
      // Something else happened to it meanwhile: it is not this fault's any more.
      else if (queue.now < limitUs) queue.after(LOOK_EVERY_US, look, undefined)
      else if (record.witness.seenUs === null) throw new Error(`${complaint} within ${EFFECT_LIMIT_US / 1e6} s`)
    }
    look()
  }

  #note(text: string): void {
    this.#cluster.world.emit('harness', { kind: 'note', text })
  }

  #sinceStartUs(): number {
    return this.#cluster.kernel.queue.now - this.#startUs
  }
}

function roleOf(step: FaultStep, name: string | undefined): string {
  const role = step.target.find((word) => word !== name)
  return step.target.includes(name ?? '') || role === undefined ? '' : ` (${role})`
}

function itemOf(step: FaultStep): string {
  return JSON.stringify([step.target, step.split, step.link])
}
