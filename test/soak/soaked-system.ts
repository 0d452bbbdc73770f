/** The system under soak: `up` as a person starts it, a process of its own that is measured like the others. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usageOf } from '../../real/drivers/local/process-table.ts'
import { livingSystems } from '../../real/services/system/known-systems.ts'
import type { SystemRecord } from '../../real/services/system/system-file.ts'
import { until } from '../real/drivers/local/scratch.ts'

const COMMAND = fileURLToPath(new URL('../../cli/quorumlab.js', import.meta.url))
const GREEN_MS = 120_000
/** What a process says of an error that nobody expected. */
const ALARMS = /unhandled ?rejection|uncaught|MaxListenersExceeded|given-up| failed: /i

interface ResidentSet {
  /** `up`, `coordinator`, `node1`, ... */
  readonly name: string
  readonly pid: number
  readonly bytes: number
}

export class SoakedSystem {
  readonly #child: ChildProcess
  readonly #root: string
  #said = ''

  private constructor(folder: string) {
    this.#root = join(folder, 'quorumlab', 'clusters')
    this.#child = spawn(process.execPath, [COMMAND, 'up', '--on', 'local', '--ports', 'auto', '--quiet'], {
      env: { ...process.env, XDG_STATE_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text
      })
  }

  /** Resolves when everything is healthy. `folder` is for its records and logs alone. */
  static async start(folder: string): Promise<SoakedSystem> {
    const system = new SoakedSystem(folder)
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

  /** Of every process that there is at the moment. */
  residentSets(): readonly ResidentSet[] {
    const pids = this.record.processes.map(({ name, pid }) => ({ name, pid }))
    return [{ name: 'up', pid: this.#child.pid! }, ...pids].flatMap(({ name, pid }) => {
      const usage = pid === null ? null : usageOf(pid)
      return pid === null || usage === null ? [] : [{ name, pid, bytes: usage.memoryBytes }]
    })
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
