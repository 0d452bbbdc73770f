/**
 * The container engine, over its own API on its socket: quicker than a command for each fault, and it tells what happens
 * to containers as a stream of events, each with the time at which the engine saw it.
 */
import { existsSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { monotonicUs } from '../driver.ts'
import { EnvironmentError } from '../environment-error.ts'

/** What is asked for has to be there within this; starting and stopping a container take longer than anything else. */
const CALL_DEADLINE_MS = 60_000

const NO_ENGINE_ADVICE =
  'Start Docker (on Debian: `apt-get install docker.io`, then `dockerd` as root), or run on local processes with --on local.'

interface EngineEvent {
  readonly Type: 'container' | 'network'
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly timeNano: number
}

/** Something that happened to a container. */
export interface Happening {
  /** `start`, `die`, `kill`, `pause`, `unpause`, `oom`, `connect`, `disconnect`, ... */
  readonly action: string
  /** The container's id. */
  readonly container: string
  readonly exitCode: number | null
  /** CLOCK_MONOTONIC, microseconds; the engine's own moment. */
  readonly atUs: number
}

export class EngineRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'EngineRefusal'
    this.status = status
  }
}

export class Engine {
  readonly #socketPath: string

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path, undefined)
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#call<T>('POST', path, body)
  }

  delete(path: string): Promise<unknown> {
    return this.#call('DELETE', path, undefined)
  }

  /** Tells of everything that happens to containers from here on, until it is closed. Resolves when the engine listens. */
  async happenings(labels: readonly string[], onHappening: (one: Happening) => void): Promise<{ close(): void }> {
    const container = { type: ['container'], label: labels }
    const streams = await Promise.all(
      // An event of a network has no labels of its containers.
      [container, { type: ['network'] }].map((filters) => this.#stream(filters, onHappening)),
    )
    return {
      close() {
        for (const stream of streams) stream.destroy()
      },
    }
  }

  #stream(filters: object, onHappening: (one: Happening) => void): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const path = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`
      const asked = request({ socketPath: this.#socketPath, path, method: 'GET', agent: false }, (answer) => {
        let rest = ''
        answer.setEncoding('utf8')
        answer.on('error', () => {})
        answer.on('data', (text: string) => {
          const lines = (rest + text).split('\n')
          rest = lines.pop()!
          for (const line of lines) if (line !== '') onHappening(happeningOf(JSON.parse(line) as EngineEvent))
        })
        resolve(answer)
      })
      asked.on('error', reject)
      asked.end()
    })
  }

  #call<T>(method: string, path: string, body: object | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
      const options = { socketPath: this.#socketPath, path, method, headers, agent: false, timeout: CALL_DEADLINE_MS }
      const asked = request(options, (answer) => {
        const parts: Buffer[] = []
        answer.on('error', reject)
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          const found = Buffer.concat(parts).toString('utf8')
          // 304: it is so already.
          if (status < 300 || status === 304) resolve((found === '' ? null : parsed(found)) as T)
          else reject(new EngineRefusal(status, (parsed(found) as { message?: string }).message ?? found))
        })
      })
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${CALL_DEADLINE_MS / 1_000} s`)))
      asked.on('error', (error) => reject(unreachable(this.#socketPath, error)))
      asked.end(text)
    })
  }
}

/** Throws an EnvironmentError where there is none. */
export async function findEngine(environment: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const host = environment.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  if (!host.startsWith('unix://'))
    throw new EnvironmentError(`DOCKER_HOST is ${host}, and the containers of a run share folders with this machine.`, {
      advice: 'Use an engine of this machine: DOCKER_HOST=unix:///var/run/docker.sock.',
    })
  const socketPath = host.slice('unix://'.length)
  if (!existsSync(socketPath))
    throw new EnvironmentError(`No container engine: there is no socket ${socketPath}.`, { advice: NO_ENGINE_ADVICE })
  const engine = new Engine(socketPath)
  await engine.get('/version')
  return engine
}

function unreachable(socketPath: string, error: NodeJS.ErrnoException): EnvironmentError {
  const advice =
    error.code === 'EACCES'
      ? 'This user may not use the engine: run as one of the group `docker`, or as root.'
      : NO_ENGINE_ADVICE
  return new EnvironmentError(`The container engine behind ${socketPath} does not answer: ${error.message}.`, {
    ...{ cause: error, advice, subject: 'engine' },
  })
}

function happeningOf({ Action, Actor, timeNano }: EngineEvent): Happening {
  const { exitCode, container } = Actor.Attributes
  return {
    // `exec_create: ...` and the like carry their words behind a colon.
    action: Action.split(':')[0]!,
    container: container ?? Actor.ID,
    exitCode: exitCode === undefined ? null : Number(exitCode),
    atUs: Math.round(monotonicUs() - (Date.now() * 1_000 - timeNano / 1_000)),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { message: text.trim() }
  }
}
