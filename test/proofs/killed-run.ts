/** One run of the program with everything in use that a run could leave, to be killed at some moment of its life. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OwnerRecord, readOwner } from '../../real/drivers/local/ownership.ts'
import { signalQuietly } from '../../real/drivers/local/process-table.ts'
import type { NetworkForm } from '../../scenarios/worlds.ts'
import { entriesOf, Remains } from './remains.ts'

const COMMAND = fileURLToPath(new URL('../../cli/quorumlab.js', import.meta.url))
/** From a start to the first fault, and from whatever happened to the end of the program; a busy machine takes long. */
const DEADLINE_MS = 180_000

const WORKLOAD_S = 6
/** The first of every form. */
const FIRST_FAULT = /pause coordinator-2/

/** A disk is full where nothing more arrives: who met it full would look again a minute later only (MySQL's). */
const OF_LINKS = `
  - { at: 200ms, partition: node4 }
  - { at: 300ms, slow: { link: node1->node2 }, delay: 5ms, bandwidth: 1MB/s }
  - { at: 500ms, slow: node3, disk: 5ms }
  - { at: 700ms, fill-disk: node4 }`
const OF_SERVERS = `
  - { at: 200ms, stall-disk: node3 }
  - { at: 400ms, crash: node4 }`
const FAULTS: Readonly<Record<NetworkForm, string>> = { namespaces: OF_LINKS, proxy: OF_LINKS, direct: OF_SERVERS }

function scenarioOf(form: NetworkForm): string {
  return `
name: killed
cluster: { nodes: 4, coordinators: 2 }
workload: { ratePerSec: 50, clients: 4, duration: ${WORKLOAD_S}s, warmup: 1s }
faults:
  - { at: 0s, pause: coordinator-2 }${FAULTS[form]}
  - { at: 400ms, slow: node2, cpu: 0.3 }
  - { at: 600ms, skew-clock: timestamp-1, by: -50ms }
  - { at: 800ms, exhaust-connections: node2 }
`
}

/** A process of a run, the harness aside. */
export interface Child {
  readonly name: string
  readonly pid: number
}

export class KilledRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'quorumlab-kill-'))
  readonly #clusters = join(this.#folder, 'state', 'quorumlab', 'clusters')
  readonly #temporary = join(this.#folder, 'tmp')
  readonly #remains = new Remains()
  readonly #environment: NodeJS.ProcessEnv
  readonly #harness: ChildProcess
  readonly #first: Promise<void>
  readonly ended: Promise<Ended>
  readonly #beganMs = performance.now()
  #said = ''
  #isSwept = false

  constructor(form: NetworkForm) {
    mkdirSync(this.#temporary)
    const file = join(this.#folder, 'killed.yaml')
    writeFileSync(file, scenarioOf(form))
    const state = join(this.#folder, 'state')
    this.#environment = {
      ...{ ...process.env, ...this.#remains.environment, XDG_STATE_HOME: state, TMPDIR: this.#temporary },
    }
    this.#harness = this.#quorumlab([
      ...['run', file, '--on', 'local', '--network', form, '--out', join(this.#folder, 'out')],
    ])
    this.#first = new Promise((resolve) => {
      this.#harness.stderr!.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-4_000)
        if (FIRST_FAULT.test(text)) resolve()
      })
    })
    this.#harness.stdout!.resume()
    this.ended = ended(this.#harness)
  }

  get pid(): number {
    return this.#harness.pid!
  }

  get hasEnded(): boolean {
    return this.#harness.exitCode !== null || this.#harness.signalCode !== null
  }

  /** Since its start. */
  get ageMs(): number {
    return performance.now() - this.#beganMs
  }

  /** What it said last, without stacks. */
  get lastWords(): string {
    const lines = this.#said.trim().split('\n')
    return lines
      .filter((line) => !/^\s+at /.test(line))
      .slice(-5)
      .join('\n')
  }

  /** Settles with the first fault, or when the program has ended without one. */
  async firstFault(): Promise<void> {
    await Promise.race([this.#first, this.ended])
  }

  /** Its whole descent, also what it has started for a moment only. */
  get children(): readonly Child[] {
    return this.#remains.processes
      .filter(({ pid }) => pid !== this.pid)
      .map(({ pid, command }) => ({ name: nameOf(command), pid }))
  }

  get records(): readonly OwnerRecord[] {
    return entriesOf(this.#clusters).flatMap((id) => readOwner(join(this.#clusters, id)) ?? [])
  }

  /** Of itself and of clusters that it had. */
  left(records: readonly OwnerRecord[]): readonly string[] {
    return [
      ...this.#remains.left(records, this.#clusters),
      // tsx keeps what it has translated, where the program runs from its sources.
      ...entriesOf(this.#temporary).flatMap((name) => (name.startsWith('tsx-') ? [] : `temporary file ${name}`)),
    ]
  }

  /** The next start: it sweeps as every start does. Settles with its exit code and with what it said. */
  async down(): Promise<{ readonly code: Ended; readonly text: string }> {
    this.#isSwept = true
    const child = this.#quorumlab(['down'])
    let text = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
    return { code: await ended(child), text: text.trim() }
  }

  /** Before its time: nobody wants to know any more. */
  end(): void {
    this.#harness.kill('SIGKILL')
  }

  /** Its folder is its only record of what it made outside of it: what nobody has swept yet is swept before that goes. */
  async close(): Promise<void> {
    this.end()
    try {
      if (!this.#isSwept) await this.down()
    } finally {
      for (const { pid } of this.#remains.processes) signalQuietly(pid, 'SIGKILL')
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }

  #quorumlab(words: readonly string[]): ChildProcess {
    return spawn(process.execPath, [COMMAND, ...words], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

export const FAULTS_MS = WORKLOAD_S * 1_000

/** `mysqld`, `strace`, `real-processes-coordinator`: what a process is, by its command line. */
function nameOf(command: string): string {
  if (command.includes('--datadir=')) return 'mysqld'
  const words = command.split(' ')
  const script = words.find((word) => /\.(js|ts)$/.test(word))
  const program = script ?? words[0] ?? command
  return program.replace(/^.*\//, '').replace(/\.(js|ts)$/, '') || 'unknown'
}

/** The exit code; null: by a signal; `late`: not in the time that it had. */
export type Ended = number | null | 'late'

function ended(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('late'), DEADLINE_MS)
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code)
    })
  })
}
