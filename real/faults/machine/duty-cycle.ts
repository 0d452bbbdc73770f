/**
 * A part of the processors without the kernel's help: a process is stopped for most of each short while. Coarser than a
 * quota, and it holds what waits as well as what computes; so whoever uses it says so.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSameProcess, lookAt, signalQuietly } from '../../drivers/local/process-table.ts'

const PERIOD_MS = 40
const MOST_STANDING_MS = 500
const SAMPLES = 60
const SAMPLE_MS = 3

export class DutyCycle {
  readonly #pid: number
  readonly #share: number
  /** A stranger may be given the pid when the process has ended. */
  readonly #startedAt: string | null
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #turnedMs = performance.now() - PERIOD_MS

  /** The process runs for `share` of the time. It must not be stopped by anybody else meanwhile. */
  constructor(pid: number, share: number) {
    this.#pid = pid
    this.#share = share
    this.#startedAt = lookAt(pid)?.startedAt ?? null
    this.#turn()
  }

  /** The process runs from now on. */
  end(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped && this.#isThere) signalQuietly(this.#pid, 'SIGCONT')
    this.#isStopped = false
  }

  get #isThere(): boolean {
    return this.#startedAt !== null && isSameProcess(this.#pid, this.#startedAt)
  }

  #turn(): void {
    if (!this.#isThere) return
    const sinceMs = performance.now() - this.#turnedMs
    this.#turnedMs += sinceMs
    this.#isStopped = !this.#isStopped
    signalQuietly(this.#pid, this.#isStopped ? 'SIGSTOP' : 'SIGCONT')
    // A timer may be late on a machine that is busy: the process stands for as long as it has really run.
    const standsMs = Math.min(MOST_STANDING_MS, (sinceMs * (1 - this.#share)) / this.#share)
    this.#timer = setTimeout(() => this.#turn(), this.#isStopped ? standsMs : PERIOD_MS * this.#share)
  }
}

/** The share of some time in which it was not stopped, as the system says. */
export async function unstoppedShare(pid: number): Promise<number> {
  let running = 0
  for (let i = 0; i < SAMPLES; i++) {
    if (stateOf(pid) !== 'T') running++
    // Not in step with the cycle.
    await sleep(SAMPLE_MS + (i % 3))
  }
  return running / SAMPLES
}

function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2)[0]!
  } catch {
    return ''
  }
}
