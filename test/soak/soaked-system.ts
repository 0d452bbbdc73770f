/** The system under soak: `up` as a person starts it, a process of its own that is measured like the others. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { livingSystems } from '../../real/services/system/known-systems.ts'
import type { SystemRecord } from '../../real/services/system/system-file.ts'
import { until } from '../real/drivers/local/scratch.ts'
import { Mark } from '../real/leftovers.ts'

const COMMAND = fileURLToPath(new URL('../../cli/quorumlab.js', import.meta.url))
const GREEN_MS = 120_000
/** What a process says of an error that nobody expected. */
const ALARMS = /unhandled ?rejection|uncaught|MaxListenersExceeded|given-up| failed: /i

interface SoakedProcess {
  /** `up`, `coordinator`, `node1`, ... */
  readonly name: string
  readonly pid: number
}

export class SoakedSystem {
  readonly #child: ChildProcess
  readonly #root: string
  readonly #mark = new Mark()
  #said = ''

  private constructor(folder: string, nodeOptions: string) {
    this.#root = join(folder, 'quorumlab', 'clusters')
    const [name, text] = this.#mark.assignment.split('=')
    this.#child = spawn(process.execPath, [COMMAND, 'up', '--on', 'local', '--ports', 'auto', '--quiet'], {
      env: { ...process.env, XDG_STATE_HOME: folder, NODE_OPTIONS: nodeOptions, [name!]: text },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
  }

  /** Resolves when everything is healthy. `folder` is for its records and logs alone; `nodeOptions` is for each of its programs. */
  static async start(folder: string, nodeOptions: string): Promise<SoakedSystem> {
    const system = new SoakedSystem(folder, nodeOptions)
    await until('the system is up', GREEN_MS, () => {
      if (system.#child.exitCode !== null) throw new Error(`up ended: ${system.#said}`)
      return livingSystems(system.#root)[0]?.system.phase === 'up'
    })
    return system
  }

  get record(): SystemRecord {
    const [known] = livingSystems(this.#root)
    if (known === undefined) throw new Error(`the system is gone: ${this.#said}`)
    return known.system
  }

  get port(): number {
    return this.record.addresses.coordinator!.port
  }

  /** Those that there are at the moment. */
  get processes(): readonly SoakedProcess[] {
    const parts = this.record.processes.flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]))
    return [{ name: 'up', pid: this.#child.pid! }, ...parts]
  }

  /** Processes that descend from it, itself included. */
  get family(): number {
    return this.#mark.bearers().length
  }

  /** Lines of all logs that tell of an error that nobody handled, or of a process that ended by itself. */
  alarms(): readonly string[] {
    const { logs } = this.record
    const files = existsSync(logs) ? readdirSync(logs) : []
    const lines = files.flatMap((file) =>
      readFileSync(join(logs, file), 'utf8')
        .split('\n')
        .map((line) => `${file}: ${line}`),
    )
    const said = this.#said.split('\n').map((line) => `up: ${line}`)
    return [...lines, ...said].filter((line) => ALARMS.test(line))
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode !== null) return
    this.#child.kill('SIGTERM')
    await ended
  }
}
