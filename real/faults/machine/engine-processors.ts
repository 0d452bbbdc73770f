/** What is left of the machine's processors to a container: the engine's doing, and measured like a process's. */
import { cpus } from 'node:os'
import type { Machine } from '../../drivers/machine.ts'
import { busyShare } from './busy-share.ts'
import { type CpuControl, groupOf } from './cpu-control.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import type { Lives } from './lives.ts'
import { isWithin, type ProcessorSight, percent } from './processors.ts'

export class EngineProcessors implements Hurtable<number, ProcessorSight> {
  readonly #machine: Machine
  readonly #lives: Lives
  readonly #control: CpuControl | null
  readonly #shares: Amounts<number>

  constructor(machine: Machine, lives: Lives, control: CpuControl | null) {
    this.#machine = machine
    this.#lives = lives
    this.#control = control
    this.#shares = new Amounts((shares) => machine.limitCpu(shares.reduce((product, one) => product * one, 1)))
  }

  hurt(by: object, share: number): Promise<void> {
    return this.#shares.set(by, share)
  }

  heal(by: object): Promise<void> {
    return this.#shares.end(by)
  }

  async look(): Promise<ProcessorSight> {
    const { share, text } = await this.#machine.cpu()
    const pid = this.#lives.pid()
    // Its control group is seen from this machine by root alone.
    if (pid === null || this.#control === null) return { isLimited: share < 1, text: `${text}, says the engine` }
    const measured = await busyShare(pid, groupOf(this.#control, pid))
    const gets = `it and programs that only compute get ${percent(measured)} of ${cpus().length} processors`
    return { isLimited: share < 1 && isWithin(measured, share), text: `${gets}, the engine says that it ${text}` }
  }
}
