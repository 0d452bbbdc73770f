/**
 * The processors of one server: jobs in the order they come, on a fixed number of cores, none interrupted. `share` is
 * the part of each core that is left to this process (a noisy neighbour takes the rest).
 */
import { Fifo } from './fifo.ts'
import { EVENT, type Kernel } from './kernel.ts'
import type { Life } from './process.ts'

type Action = (argument: unknown) => void

interface Job {
  readonly cpu: Cpu
  readonly serviceUs: number
  readonly action: Action
  readonly argument: unknown
}

export class Cpu {
  readonly kernel: Kernel
  readonly life: Life
  #share = 1
  readonly #cores: number
  /** Core time of the jobs that were started here, and of the neighbour until `#sharedUs`. */
  #usedUs = 0
  #neighbourUs = 0
  #sharedUs: number
  #idleCores: number
  readonly #waiting = new Fifo<Job>()

  constructor(kernel: Kernel, life: Life, cores: number) {
    this.kernel = kernel
    this.life = life
    this.#cores = cores
    this.#idleCores = cores
    this.#sharedUs = kernel.queue.now
  }

  get share(): number {
    return this.#share
  }

  set share(share: number) {
    this.#chargeNeighbour()
    this.#share = share
  }

  /** Core time used since the start, the neighbour's included: what a look at the machine shows. */
  busyUs(): number {
    this.#chargeNeighbour()
    return this.#usedUs + this.#neighbourUs
  }

  #chargeNeighbour(): void {
    const { now } = this.kernel.queue
    this.#neighbourUs += (1 - this.#share) * this.#cores * (now - this.#sharedUs)
    this.#sharedUs = now
  }

  run<A>(serviceUs: number, action: (argument: A) => void, argument: A): void {
    const job: Job = { cpu: this, serviceUs, action: action as Action, argument }
    if (this.#idleCores === 0) {
      this.#waiting.push(job)
      return
    }
    this.#idleCores--
    this.#start(job)
  }

  #start(job: Job): void {
    this.#usedUs += job.serviceUs
    const serviceUs = this.#share === 1 ? job.serviceUs : Math.ceil(job.serviceUs / this.#share)
    this.kernel.queue.after(serviceUs, finish, job)
  }

  /** A core is free: the next job takes it. */
  release(): void {
    if (this.#waiting.length === 0) this.#idleCores++
    else this.#start(this.#waiting.shift())
  }
}

function finish(job: Job): void {
  const { cpu } = job
  if (cpu.life.holdsBack(finish, job)) return
  cpu.kernel.hash.mix(cpu.kernel.queue.now, EVENT.cpuDone, cpu.life.process.index, job.serviceUs)
  cpu.release()
  job.action(job.argument)
}
