/** Coordinators and timestamp servers, each in a container of the run: the same programs as on this machine. */
import { connect, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { refusedTo } from '../../processes/child-process.ts'
import type { CoordinatorSetup, FromChild, Setup, TimestampSetup, ToChild } from '../../processes/ipc-messages.ts'
import type { ServiceEvents, ServiceProcess } from '../../processes/service-host.ts'
import { FrameStream } from '../../transport/frames.ts'
import { type Ended, endedText, undeclaredDeath } from '../death.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { Container } from './container.ts'

const READY_DEADLINE_MS = 40_000
const CONNECT_RETRY_MS = 20

interface Place {
  readonly container: Container
  readonly host: string
  readonly channel: string
  /** What it wrote at last. */
  readonly words: () => Promise<readonly string[]>
}

/** The port of a service in its container. A setup's 0 asks for any free port; in a container of its own a fixed one is always free. */
const SERVICE_PORT = 9100

export class ContainerService implements ServiceProcess {
  readonly name: string
  readonly host: string
  port = 0
  lastLines: readonly string[] = []
  readonly #container: Container
  #socket: Socket | null = null

  private constructor(name: string, { container, host }: Place) {
    this.name = name
    this.host = host
    this.#container = container
  }

  static async start(name: string, place: Place, setup: Setup, events: ServiceEvents): Promise<ContainerService> {
    const { container, channel, words } = place
    const service = new ContainerService(name, place)
    let ended: (end: Ended) => void = () => {}
    const end = new Promise<Ended>((resolve) => {
      ended = resolve
    })
    container.onEnd = (how) => {
      service.#socket?.destroy()
      void words().then((lines) => {
        service.lastLines = lines
        ended(how)
        events.onExit?.(service, how)
      })
    }
    try {
      await container.start()
      const failure = end.then((how): never => {
        throw service.deathBy(how)
      })
      failure.catch(() => {})
      const late = delay(READY_DEADLINE_MS, undefined, { ref: false }).then((): never => {
        throw notReady(name, container)
      })
      const socket = await Promise.race([connected(channel, () => container.state === 'gone'), failure, late])
      service.#socket = socket
      await Promise.race([failure, late, service.#configured(socket, setup, events)])
      return service
    } catch (error) {
      await container.kill()
      throw error
    }
  }

  #configured(socket: Socket, setup: Setup, events: ServiceEvents): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = new FrameStream(socket, (frame) => {
        const message = frame as FromChild
        if (message.kind === 'ready') {
          this.port = message.port
          resolve()
        } else if (message.kind === 'fatal') reject(new Error(`${this.name}: ${message.message}`))
        else if (message.kind === 'refused') reject(refusedTo(this.name, message))
        events.onMessage?.(message, this)
      })
      socket.on('data', (bytes: Buffer) => stream.receive(bytes))
      socket.on('error', () => {})
      this.send({ kind: 'setup', setup: inContainer(setup) })
    })
  }

  get condition(): Container['state'] {
    return this.#container.state
  }

  get description(): string {
    return `container ${this.#container.id.slice(0, 12)}`
  }

  deathBy(ended: Ended): Error {
    if (ended.signal !== null) return undeclaredDeath(this.name, ended, this.lastLines)
    return new Error(`${this.name} ended by itself (${endedText(ended)})\n${this.lastLines.join('\n')}`)
  }

  send(message: ToChild): void {
    if (this.#socket?.destroyed === false) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  kill(): Promise<void> {
    return this.#container.kill()
  }

  stop(): Promise<void> {
    return this.#container.stop(2)
  }

  pause(): Promise<void> {
    return this.#container.pause()
  }

  resume(): Promise<void> {
    return this.#container.resume()
  }
}

/** The folder with the journals is seen under its own path, which must not depend on where a program was started. */
function inContainer(setup: Setup): Setup {
  const own = setup as CoordinatorSetup | TimestampSetup
  return { ...own, port: own.port === 0 ? SERVICE_PORT : own.port, journalPath: resolve(own.journalPath) }
}

/** Connects to a service's socket, again and again while that is not there yet or is the one of the service's earlier process. */
async function connected(path: string, isOver: () => boolean): Promise<Socket> {
  for (;;) {
    const socket = await new Promise<Socket | null>((resolve) => {
      const attempt = connect(path)
      attempt.once('connect', () => resolve(attempt))
      attempt.once('error', () => resolve(null))
    })
    if (socket !== null) return socket
    if (isOver()) throw new Error('its container ended before it could be told anything')
    await delay(CONNECT_RETRY_MS)
  }
}

function notReady(name: string, { state }: Container): EnvironmentError {
  return new EnvironmentError(
    `${name} was not ready after ${READY_DEADLINE_MS / 1_000} s (its container is ${state})`,
    {
      ...{ kind: 'stalled', subject: name },
      advice: 'The machine may be too busy: end other programs and try again.',
    },
  )
}
