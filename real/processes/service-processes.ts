/**
 * The run's own processes: coordinator and timestamp servers, as things that can be started, looked at and broken.
 * A service keeps its port when it is started again, as a service with an address in a configuration would.
 */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Outcome } from '../../algorithms/servers.ts'
import type { TraceEvent } from '../../algorithms/trace.ts'
import type { CommandListener } from '../../scenarios/faults/commands.ts'
import type { Place } from '../network/network.ts'
import { refusedTo } from './child-process.ts'
import type { ClockReading } from './clock-reading.ts'
import type { CoordinatorSetup, FromChild, ServicePlace, TimestampSetup } from './ipc-messages.ts'
import type { ServiceHost, ServiceProcess } from './service-host.ts'

export interface ServiceEvents {
  readonly onSpawn?: (name: string, pid: number) => void
  readonly onEvent: (event: TraceEvent) => void
  readonly onCommand?: CommandListener
  /** A request that only the owner of the server processes can serve. */
  readonly onSupervise: (request: { readonly kind: string }, answer: (outcome: Outcome<unknown>) => void) => void
  /** A process failed by itself: by a bug, or (an EnvironmentError) by what the world did. The run ends with it. */
  readonly onFailure: (error: Error) => void
}

const TIME_DEADLINE_MS = 1_000

export class Service implements ServicePlace {
  readonly name: string
  readonly #setup: CoordinatorSetup | TimestampSetup
  readonly #events: ServiceEvents
  readonly #host: ServiceHost
  readonly #place: Place
  #process: ServiceProcess | null = null
  readonly #onTime = new Set<(reading: ClockReading) => void>()
  #port: number
  #peers: readonly ServicePlace[] = []
  /** Whose end is somebody's will: a fault's, or the end of the run's. One may be heard of when the next has long begun. */
  readonly #mayEnd = new WeakSet<ServiceProcess>()

  constructor(
    name: string,
    setup: CoordinatorSetup | TimestampSetup,
    { host, place }: { readonly host: ServiceHost; readonly place: Place },
    events: ServiceEvents,
  ) {
    this.name = name
    this.#host = host
    this.#place = place
    this.#setup = setup
    this.#events = events
    this.#port = setup.port
  }

  /** Of its last process: its place before the first. */
  get host(): string {
    return this.#process?.host ?? this.#place.bind
  }

  get port(): number {
    return this.#port
  }

  get condition(): 'running' | 'paused' | 'gone' {
    return this.#process?.condition ?? 'gone'
  }

  /** One line for people. */
  get description(): string {
    const { condition } = this
    return condition === 'gone' ? 'no process' : `${this.#process!.description} ${condition}`
  }

  /** Its durable log: there as soon as it has started once. */
  get hasJournal(): boolean {
    return existsSync(this.#setup.journalPath)
  }

  /** A running process has it open and writes on into nothing; its next start makes a new one. */
  async loseJournal(): Promise<void> {
    await rm(this.#setup.journalPath)
  }

  async start(): Promise<void> {
    const started: ServiceProcess = await this.#host.start(
      this.name,
      { ...this.#setup, port: this.#port },
      {
        onSpawn: (pid) => this.#events.onSpawn?.(this.name, pid),
        onMessage: (message, from) => this.#receive(message, from),
        onExit: (ended, how) => {
          if (!this.#mayEnd.has(ended)) this.#events.onFailure(ended.deathBy(how))
        },
      },
      this.#place,
    )
    this.#process = started
    this.#port = started.port
    this.introduce(this.#peers)
  }

  /** Tells it where it reaches the others of its kind, also whenever it is started again. They have all been started. */
  introduce(peers: readonly ServicePlace[]): void {
    this.#peers = peers.map(({ name, host, port }) => ({ name, host, port }))
    if (peers.length > 0) this.#process?.send({ kind: 'peers', peers: this.#peers })
  }

  async kill(): Promise<void> {
    await this.#ending()?.kill()
  }

  async shutdown(): Promise<void> {
    await this.#ending()?.stop()
  }

  #ending(): ServiceProcess | null {
    if (this.#process !== null) this.#mayEnd.add(this.#process)
    return this.#process
  }

  async pause(): Promise<void> {
    await this.#process?.pause()
  }

  async resume(): Promise<void> {
    await this.#process?.resume()
  }

  /** What its wall clock says; null: it does not answer. */
  tellTime(): Promise<ClockReading | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => tell(null), TIME_DEADLINE_MS)
      const tell = (reading: ClockReading | null) => {
        clearTimeout(timer)
        this.#onTime.delete(tell)
        resolve(reading)
      }
      this.#onTime.add(tell)
      this.#process?.send({ kind: 'tellTime' })
    })
  }

  #receive(message: FromChild, sender: ServiceProcess): void {
    if (message.kind === 'event') this.#events.onEvent(message.event)
    else if (message.kind === 'command') this.#events.onCommand?.(message.command, message.isAnswered)
    else if (message.kind === 'time') for (const tell of [...this.#onTime]) tell(message.reading)
    else if (message.kind === 'supervise')
      this.#events.onSupervise(message.request, (outcome) =>
        sender.send({ kind: 'supervised', id: message.id, outcome }),
      )
    else if (message.kind === 'fatal') {
      this.#mayEnd.add(sender)
      this.#events.onFailure(new Error(`${this.name} failed: ${message.message}`))
    } else if (message.kind === 'refused') this.#events.onFailure(refusedTo(this.name, message))
  }
}
