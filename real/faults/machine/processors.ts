/** What is left of the machine's processors to one process: by a control group as root, else by stopping it now and then. */
import { cpus } from 'node:os'
import { lookAt } from '../../drivers/local/process-table.ts'
import { busyShare } from './busy-share.ts'
import { type CpuControl, CpuGroup, groupOf, limitOf } from './cpu-control.ts'
import { DutyCycle, unstoppedShare } from './duty-cycle.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import type { Lives } from './lives.ts'

export interface ProcessorSight {
  /** Is it held to less than all, by the system's own word and by what was measured? */
  readonly isLimited: boolean
  readonly text: string
}

/** The part that a measurement may be above what is allowed. */
const TOLERANCE = { ratio: 1.25, share: 0.03 }

export class Processors implements Hurtable<number, ProcessorSight> {
  readonly #lives: Lives
  readonly #control: CpuControl | null
  /** The name of the control group, which is noted before it is made. */
  readonly #groupName: string
  readonly #onGroup: (path: string) => void
  readonly #shares = new Amounts<number>((shares) => this.#carryOut(shares))
  #group: CpuGroup | null = null
  #cycle: DutyCycle | null = null
  /** Somebody else stops the process, or looks at it: there is no cycle meanwhile. */
  #holds = 0

  /** `control`: null where the kernel's quotas are not to be had. */
  constructor(lives: Lives, control: CpuControl | null, groupName: string, onGroup: (path: string) => void) {
    this.#lives = lives
    this.#control = control
    this.#groupName = groupName
    this.#onGroup = onGroup
    lives.onStart(() => {
      // Whoever had stopped the one before had not stopped this one.
      this.#holds = 0
      // What cannot be done to it is seen by the next look: mostly it has ended already.
      if (this.#shares.now.length > 0) this.#shares.again().catch(() => {})
    })
  }

  /** `share`: of all processors, above 0 and at most 1. */
  hurt(by: object, share: number): Promise<void> {
    return this.#shares.set(by, share)
  }

  heal(by: object): Promise<void> {
    return this.#shares.end(by)
  }

  /** Until it is given back, the process runs, or whatever somebody else does to it. */
  async hold(): Promise<void> {
    this.#holds++
    if (this.#cycle !== null) await this.#shares.again()
  }

  async release(): Promise<void> {
    if (--this.#holds === 0 && this.#shares.now.length > 0) await this.#shares.again()
  }

  async look(): Promise<ProcessorSight> {
    const pid = this.#lives.pid()
    if (pid === null) return { isLimited: false, text: 'there is no process' }
    return this.#control === null ? await this.#lookAtCycle(pid) : await this.#lookAtGroup(this.#control, pid)
  }

  async #lookAtGroup(control: CpuControl, pid: number): Promise<ProcessorSight> {
    const group = groupOf(control, pid)
    const measured = await busyShare(pid, group)
    const limit = limitOf(control, group)
    const gets = `process ${pid} and programs that only compute get ${percent(measured)} of ${cpus().length} processors`
    if (limit === null) return { isLimited: false, text: `${gets}, no control group holds them to less` }
    const share = limit.cores / cpus().length
    const by = `by a control group (version ${control.version}), throttled ${limit.throttled} times`
    return { isLimited: isWithin(measured, share), text: `${gets}, held to ${percent(share)} ${by}` }
  }

  async #lookAtCycle(pid: number): Promise<ProcessorSight> {
    const share = await unstoppedShare(pid)
    const allowed = this.#shares.now.reduce((product, one) => product * one, 1)
    const text = `process ${pid} may run ${percent(share)} of the time`
    if (this.#cycle === null) return { isLimited: false, text: `${text}, nobody stops it` }
    return { isLimited: isWithin(share, allowed), text: `${text}, by duty-cycled signals` }
  }

  async #carryOut(shares: readonly number[]): Promise<void> {
    this.#cycle?.end()
    this.#cycle = null
    const pid = this.#lives.pid()
    const isThere = pid !== null && lookAt(pid) !== null
    const share = shares.reduce((product, one) => product * one, 1)
    if (this.#control === null) {
      if (isThere && shares.length > 0 && this.#holds === 0) this.#cycle = new DutyCycle(pid, share)
    } else if (shares.length === 0) {
      this.#group?.remove()
      this.#group = null
    } else if (isThere) this.#limit(this.#control, pid, share)
  }

  #limit(control: CpuControl, pid: number, share: number): void {
    if (this.#group === null) {
      const group = new CpuGroup(control, this.#groupName, pid)
      this.#onGroup(group.path)
      group.make()
      this.#group = group
    }
    this.#group.limit(share)
    this.#group.take(pid)
  }
}

export function isWithin(measured: number, share: number): boolean {
  return measured <= share * TOLERANCE.ratio + TOLERANCE.share
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}
