/**
 * The parent's side of a child: started, configured and waited for until it is ready; killed, paused and seen dead.
 * Nothing of it outlives `kill()`: whoever starts one owns it.
 */
import { type ChildProcess as NodeProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FromChild, Setup, ToChild } from './messages.ts'

/** Starting Node and compiling the sources takes a second on a busy machine. */
const READY_DEADLINE_MS = 20_000
const KEPT_LOG_CHARACTERS = 4_000

export interface ChildEvents {
  /** Before anything else; what it throws ends the child. */
  readonly onSpawn?: (pid: number) => void
  readonly onMessage?: (message: FromChild) => void
  /** Once, when the process is gone, whatever the reason. */
  readonly onExit?: (child: ChildProcess, cause: string) => void
}

export class ChildProcess {
  readonly name: string
  readonly exited: Promise<void>
  /** Where it serves; 0 for nothing. */
  port = 0
  readonly #process: NodeProcess
  #log = ''

  private constructor(name: string, process: NodeProcess, events: ChildEvents) {
    this.name = name
    this.#process = process
    process.stderr?.setEncoding('utf8')
    process.stderr?.on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-KEPT_LOG_CHARACTERS)
    })
    this.exited = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        events.onExit?.(this, signal ?? `exit code ${code}`)
        resolve()
      })
      process.once('error', () => resolve())
    })
  }

  /** Resolves when the child serves. Rejects, with the child gone, when it does not get that far. */
  static async start(name: string, setup: Setup, events: ChildEvents = {}): Promise<ChildProcess> {
    const entry = fileURLToPath(new URL(`./${setup.kind}.ts`, import.meta.url))
    // By address and not by name: the user's working directory need not be ours.
    const node = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A group of its own: what a terminal or a CI system sends to everybody is for the parent, which ends things in order.
      detached: true,
    })
    const child = new ChildProcess(name, node, events)
    let timer: NodeJS.Timeout | undefined
    try {
      if (node.pid !== undefined) events.onSpawn?.(node.pid)
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${name} was not ready after ${READY_DEADLINE_MS} ms`)),
          READY_DEADLINE_MS,
        )
        child.exited.then(() => reject(new Error(`${name} ended before it was ready${child.lastWords}`)))
        node.on('message', (message: FromChild) => {
          if (message.kind === 'ready') {
            child.port = message.port
            resolve()
          } else if (message.kind === 'fatal') reject(new Error(`${name}: ${message.message}`))
          events.onMessage?.(message)
        })
        child.send({ kind: 'setup', setup })
      })
      return child
    } catch (error) {
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

  /** What it wrote to its standard error at last, on lines of its own; empty when nothing. */
  get lastWords(): string {
    return this.#log.trim() === '' ? '' : `:\n${this.#log.trim()}`
  }

  send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  /** The operating system's word: `running`, `paused`, or `gone`. */
  get condition(): 'running' | 'paused' | 'gone' {
    if (!this.running) return 'gone'
    return processState(this.pid) === 'T' ? 'paused' : 'running'
  }

  /** SIGKILL, and seen dead. */
  async kill(): Promise<void> {
    if (this.running) this.#process.kill('SIGKILL')
    await this.exited
  }

  /** SIGTERM; SIGKILL after the grace. */
  async stop(graceMs = 2_000): Promise<void> {
    if (this.running) this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs)
    await this.exited
    clearTimeout(timer)
  }

  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }
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
