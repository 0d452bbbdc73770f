/**
 * The parent's side of a child: started, configured and waited for until it is ready; killed, paused and seen dead.
 * Nothing of it outlives `kill()`: whoever starts one owns it.
 */
import { type ChildProcess as NodeProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { nodeWords } from '../../scenarios/entries.ts'
import { type Ended, endedText, saysHeapFull, undeclaredDeath } from '../drivers/death.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import type { Place } from '../network/network.ts'
import type { FromChild, Refusal, Setup, ToChild } from './ipc-messages.ts'
import type { ServiceEvents, ServiceHost, ServiceProcess } from './service-host.ts'

const LOOPBACK = '127.0.0.1'
/** A process of this machine like any other. */
export const HERE: Place = { prefix: [], bind: LOOPBACK }

/** Starting Node and compiling the sources takes a second on a busy machine. */
const READY_DEADLINE_MS = 20_000
const KEPT_LOG_CHARACTERS = 4_000
const KEPT_LINES = 15

/** The program of each kind of child. Its argument is the child's name: people see it in the process table, and a service reads from it which one it is. */
const ENTRIES: Readonly<Record<Setup['kind'], URL>> = {
  coordinator: new URL('./coordinator.ts', import.meta.url),
  client: new URL('./client.ts', import.meta.url),
  timestamp: new URL('./timestamp.ts', import.meta.url),
  service: new URL('../services/service.ts', import.meta.url),
  proxy: new URL('../network/proxy/proxy.ts', import.meta.url),
}

export class ChildProcess implements ServiceProcess {
  readonly name: string
  readonly host: string
  readonly exited: Promise<Ended>
  /** Where it serves; 0 for nothing. */
  port = 0
  readonly #process: NodeProcess
  #log = ''
  /** It did not get as far as serving and was ended for that: who starts it is told, and it is nobody else's death. */
  #isGivenUp = false

  private constructor(name: string, host: string, process: NodeProcess, events: ServiceEvents) {
    this.name = name
    this.host = host
    this.#process = process
    process.stderr?.setEncoding('utf8')
    process.stderr?.on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-KEPT_LOG_CHARACTERS)
    })
    this.exited = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        if (!this.#isGivenUp) events.onExit?.(this, { code, signal })
        resolve({ code, signal })
      })
      process.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.errno ?? null, signal: null }))
    })
  }

  /** Resolves when the child serves. Rejects, with the child gone, when it does not get that far. */
  static async start(
    name: string,
    setup: Setup,
    events: ServiceEvents = {},
    { prefix, bind }: Place = HERE,
  ): Promise<ChildProcess> {
    const [program, ...words] = [...prefix, process.execPath, ...nodeWords(ENTRIES[setup.kind]), name]
    const node = spawn(program!, words, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A group of its own: what a terminal or a CI system sends to everybody is for the parent, which ends things in order.
      detached: true,
    })
    const child = new ChildProcess(name, bind, node, events)
    let timer: NodeJS.Timeout | undefined
    try {
      if (node.pid !== undefined) events.onSpawn?.(node.pid)
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(notReady(child)), READY_DEADLINE_MS)
        child.exited.then((ended) => reject(child.deathBy(ended)))
        node.once('error', reject)
        node.on('message', (message: FromChild) => {
          if (message.kind === 'ready') {
            child.port = message.port
            resolve()
          } else if (message.kind === 'fatal') reject(new Error(`${name}: ${message.message}`))
          else if (message.kind === 'refused') reject(refusedTo(name, message))
          events.onMessage?.(message, child)
        })
        child.send({ kind: 'setup', setup })
      })
      return child
    } catch (error) {
      child.#isGivenUp = true
      await child.kill()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  get lastLines(): readonly string[] {
    const text = this.#log.trim()
    return text === '' ? [] : text.split('\n').slice(-KEPT_LINES)
  }

  deathBy(ended: Ended): Error {
    // Our own program ends by a signal only when the world sends one, or takes its memory.
    if (ended.signal !== null || saysHeapFull(this.#log)) return undeclaredDeath(this.name, ended, this.lastLines)
    return new Error(`${this.name} ended by itself (${endedText(ended)})\n${this.lastLines.join('\n')}`)
  }

  send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  get condition(): 'running' | 'paused' | 'gone' {
    if (!this.running) return 'gone'
    return processState(this.pid) === 'T' ? 'paused' : 'running'
  }

  get description(): string {
    return `process ${this.pid}`
  }

  async kill(): Promise<void> {
    if (this.running) this.#process.kill('SIGKILL')
    await this.exited
  }

  async stop(graceMs = 2_000): Promise<void> {
    if (this.running) this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs)
    await this.exited
    clearTimeout(timer)
  }

  async pause(): Promise<void> {
    this.#process.kill('SIGSTOP')
  }

  async resume(): Promise<void> {
    this.#process.kill('SIGCONT')
  }
}

/** On this machine, on loopback. */
export const CHILDREN: ServiceHost = { bind: LOOPBACK, start: ChildProcess.start }

export function refusedTo(name: string, { what, isDiskFull, advice }: Refusal): EnvironmentError {
  const kind = isDiskFull ? 'disk-full' : 'refused'
  return new EnvironmentError(`${name}: ${what}`, { kind, subject: name, advice })
}

function notReady({ name, condition, lastLines }: ChildProcess): EnvironmentError {
  return new EnvironmentError(
    `${name} was not ready after ${READY_DEADLINE_MS / 1_000} s (its process is ${condition})`,
    {
      ...{ kind: 'stalled', subject: name, lastLines },
      advice: 'The machine may be too busy: end other programs and try again.',
    },
  )
}

/** The letter of /proc/PID/stat; '' where there is no such process or no /proc. */
function processState(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch {
    return ''
  }
}
