/**
 * One mysqld process, from spawn to death. It gets a process group of its own (Ctrl-C in the terminal reaches
 * quorumlab, not its servers, which are then stopped in order), and signals go to the whole group: mysqld may be
 * started by a wrapper script that stays in front of it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { DISK_ADVICE, type Ended, endedText, saysDiskFull } from '../death.ts'
import { monotonicUs } from '../driver.ts'
import { EnvironmentError } from '../environment-error.ts'
import { lookAt, type ProcessLook, signalQuietly, untilGone } from './process-table.ts'

interface Death extends Ended {
  readonly atUs: number
  /** `exit code 1`, `signal SIGKILL` */
  readonly how: string
}

const LAST_LINES = 15

export class MysqldProcess {
  readonly #child: ChildProcess
  readonly #log: string
  readonly #logStart: number
  readonly #pidFile: string
  readonly #secrets: readonly string[]
  /** How much of the log `newLines` has returned. */
  #seenBytes: number
  /** Settles when the process is dead and reaped: its ports are closed, its files written. Never rejects. */
  readonly dead: Promise<Death>
  #death: Death | null = null

  private constructor(child: ChildProcess, log: string, logStart: number, pidFile: string, secrets: readonly string[]) {
    this.#child = child
    this.#log = log
    this.#logStart = logStart
    this.#pidFile = pidFile
    this.#secrets = secrets
    this.#seenBytes = logStart
    this.dead = this.#awaitDeath()
  }

  /** What mysqld prints goes to the end of `log`. `secrets` never appear in an error message. */
  static async spawn(
    program: string,
    words: readonly string[],
    options: {
      readonly directory: string
      readonly log: string
      readonly pidFile: string
      readonly secrets?: readonly string[]
    },
  ): Promise<MysqldProcess> {
    const log = openSync(options.log, 'a', 0o600)
    const logStart = statSync(options.log).size
    try {
      const child = spawn(program, words, {
        cwd: options.directory,
        detached: true,
        stdio: ['ignore', log, log],
      })
      const mysqld = new MysqldProcess(child, options.log, logStart, options.pidFile, options.secrets ?? [])
      if (child.pid === undefined) {
        const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
        throw new EnvironmentError(`${program} could not be started: ${error.message}`, { cause: error })
      }
      return mysqld
    } finally {
      closeSync(log)
    }
  }

  get death(): Death | null {
    return this.#death
  }

  /** Of the group's leader: mysqld itself, unless a wrapper stays in front of it. */
  get groupPid(): number {
    return this.#child.pid!
  }

  /** The server's own pid, as it wrote it down; the leader's while it has not. */
  get pid(): number {
    try {
      return Number(readFileSync(this.#pidFile, 'latin1')) || this.groupPid
    } catch {
      return this.groupPid
    }
  }

  look(): ProcessLook | null {
    return this.#death === null ? lookAt(this.pid) : null
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#death === null) signalQuietly(-this.groupPid, signal)
  }

  /** The last lines this process printed, for an error message. */
  lastLines(): readonly string[] {
    return this.#linesFrom(this.#logStart).slice(-LAST_LINES)
  }

  /** What it has printed since the last call. */
  newLines(): readonly string[] {
    const from = this.#seenBytes
    const { size } = statSync(this.#log, { throwIfNoEntry: false }) ?? { size: from }
    if (size <= from) return []
    this.#seenBytes = size
    return this.#linesFrom(from)
  }

  #linesFrom(start: number): readonly string[] {
    let text: string
    try {
      text = readFileSync(this.#log).subarray(start).toString('utf8').trim()
    } catch (error) {
      return [`(its log cannot be read: ${(error as Error).message})`]
    }
    const secretless = this.#secrets.reduce((line, secret) => line.replaceAll(secret, '***'), text)
    return secretless === '' ? [] : secretless.split('\n')
  }

  async #awaitDeath(): Promise<Death> {
    const ended = await new Promise<Ended & { readonly how: string }>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal, how: endedText({ code, signal }) }))
      this.#child.once('error', (error) => resolve({ code: null, signal: null, how: error.message }))
    })
    // Where a wrapper was in front, the server itself may live on for a moment (or, on SIGTERM, for its shutdown).
    const server = this.#child.pid === undefined ? undefined : this.pid
    if (server !== undefined && server !== this.#child.pid) await untilGone([server], 60_000)
    this.#death = { ...ended, atUs: monotonicUs() }
    return this.#death
  }
}

/** What a user can do about the reasons that are not quorumlab's doing. */
export function adviceFor(lastWords: string): string {
  if (saysDiskFull(lastWords)) return DISK_ADVICE
  if (/errno:? ?13|Permission denied/i.test(lastWords))
    return 'The system forbids this mysqld its files. Under AppArmor or SELinux a packaged mysqld may only use its own directories: run a copy of the program (cp "$(command -v mysqld)" ~/bin/, then --mysqld ~/bin/mysqld).'
  return ''
}

export function saysPortBusy(lastWords: string): boolean {
  return /Address already in use|another mysqld server running on port|Can't start server: Bind on/i.test(lastWords)
}
