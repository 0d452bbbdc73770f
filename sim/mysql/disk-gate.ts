/**
 * What one thread of a server wants to write while its disk stands still or is full. A stalled disk goes on where it stood.
 * On a full one MySQL waits and looks again each minute, so that it may go on some time after there is room.
 */
import { HURTS } from '../../scenarios/faults/list.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Life } from '../kernel/process.ts'

const LOOK_AGAIN_US = HURTS['fill-disk'].lingersUs!

export class DiskGate {
  readonly #kernel: Kernel
  readonly #life: Life
  #isStalled = false
  #isFull = false
  readonly #waiting: (() => void)[] = []
  /** When the first of them found the disk full; null: it was not. */
  #foundFullUs: number | null = null

  constructor(kernel: Kernel, life: Life) {
    this.#kernel = kernel
    this.#life = life
  }

  /** Whoever wants to write may do so now. */
  get isOpen(): boolean {
    return !this.#isStalled && !this.#isFull && this.#waiting.length === 0
  }

  /** Now, or when the disk lets it. */
  do(write: () => void): void {
    if (this.isOpen) write()
    else this.wait(write)
  }

  /** Those who wait go on in order. Does nothing when the server dies before that. */
  wait(write: () => void): void {
    if (this.#waiting.length === 0 && this.#isFull) this.#foundFullUs = this.#kernel.queue.now
    this.#waiting.push(write)
  }

  set({ isStalled, isFull }: { readonly isStalled: boolean; readonly isFull: boolean }): void {
    this.#isStalled = isStalled
    this.#isFull = isFull
    if (this.#waiting.length === 0 || isStalled || isFull) return
    if (this.#foundFullUs === null) this.#goOn()
    else {
      const waitedUs = this.#kernel.queue.now - this.#foundFullUs
      const restUs = Math.ceil(waitedUs / LOOK_AGAIN_US) * LOOK_AGAIN_US - waitedUs
      this.#kernel.queue.after(restUs, DiskGate.#lookAgain, this)
    }
  }

  static #lookAgain(this: void, gate: DiskGate): void {
    if (gate.#life.holdsBack(DiskGate.#lookAgain, gate)) return
    // Full again, or somebody has looked already.
    if (!gate.#isFull && !gate.#isStalled) gate.#goOn()
  }

  #goOn(): void {
    this.#foundFullUs = null
    for (const write of this.#waiting.splice(0)) write()
  }
}
