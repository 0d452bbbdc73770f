/** One service of the system as a child process: started with its configuration over the channel, ended, told apart. */
import type { Outcome } from '../../../algorithms/servers.ts'
import type { Ended } from '../../drivers/death.ts'
import { signalQuietly } from '../../drivers/local/process-table.ts'
import { ChildProcess, refusedTo } from '../../processes/child-process.ts'
import type { FromChild } from '../../processes/ipc-messages.ts'
import type { ServiceProcess } from '../../processes/service-host.ts'
import type { ServiceName, SystemConfig } from '../config.ts'
import type { Unit } from './supervised.ts'

interface ServiceEvents {
  readonly onSpawn: (pid: number) => void
  /** It ended, and not by `end`. */
  readonly onEnd: (why: Error) => void
  /** What only the owner of the processes can do. */
  readonly onRequest: (request: { readonly kind: string }) => Promise<Outcome<unknown>>
}

export class ServiceUnit implements Unit {
  readonly name: ServiceName
  /** Asked at each start: a server may have been given another port meanwhile. */
  readonly #config: () => SystemConfig
  readonly #events: ServiceEvents
  #child: ChildProcess | null = null
  /** Of the process that is being started or runs. */
  #pid: number | null = null
  /** What it said before it ended. */
  #lastWords: Error | null = null
  #isEnding = false

  constructor(name: ServiceName, config: () => SystemConfig, events: ServiceEvents) {
    this.name = name
    this.#config = config
    this.#events = events
  }

  get pid(): number | null {
    return this.#pid
  }

  get condition(): Unit['condition'] {
    return this.#child?.condition ?? 'gone'
  }

  async start(): Promise<void> {
    this.#lastWords = null
    this.#child = null
    this.#child = await ChildProcess.start(
      this.name,
      { kind: 'service', config: this.#config() },
      {
        onSpawn: (pid) => {
          this.#pid = pid
          this.#events.onSpawn(pid)
          if (this.#isEnding) throw new Error('the system is being stopped')
        },
        onMessage: (message, child) => this.#receive(message, child),
        onExit: (ended, how) => this.#ended(ended, how),
      },
    )
  }

  /** SIGKILL at an operator's word; it counts as an end like any other, and it is started again. */
  async kill(): Promise<void> {
    if (this.condition !== 'gone') this.#lastWords = new Error(`${this.name} was killed by an operator`)
    await this.#child?.kill()
  }

  /** In order, for good: SIGTERM, and SIGKILL after the grace. Also while it is being started. */
  async end(graceMs: number): Promise<void> {
    this.#isEnding = true
    if (this.#child === null && this.#pid !== null) signalQuietly(this.#pid, 'SIGKILL')
    // A paused process would not hear it.
    await this.#child?.resume()
    await this.#child?.stop(graceMs)
  }

  #ended(child: ServiceProcess, how: Ended): void {
    this.#pid = null
    if (!this.#isEnding) this.#events.onEnd(this.#lastWords ?? child.deathBy(how))
  }

  #receive(message: FromChild, child: ServiceProcess): void {
    switch (message.kind) {
      case 'supervise': {
        const answer = (outcome: Outcome<unknown>) => child.send({ kind: 'supervised', id: message.id, outcome })
        void this.#events.onRequest(message.request).then(answer)
        break
      }
      case 'fatal':
        this.#lastWords = new Error(`${this.name} failed: ${message.message}`)
        break
      case 'refused':
        // It waits for its end, and cannot go on.
        this.#lastWords = refusedTo(this.name, message)
        void child.kill()
        break
    }
  }
}
