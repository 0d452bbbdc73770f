/**
 * A disk that is slow: strace holds back what a server's threads ask of it (fsync, fdatasync, pwrite64), each call by so
 * much. Nothing else is held back, but each other system call of the server costs its tracer two stops as well: a server
 * answered 7,600 SELECTs a second in place of 20,400 on one connection (measured on two cores; a filter in the kernel,
 * --seccomp-bpf, would spare that and cannot be had for a process that runs already).
 *
 * When the tracer ends, however it ends, the kernel lets the server go on at once. The other way round it does not: strace
 * keeps the threads that it holds back from dying, too, for as long as it holds them. So somebody looks.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { endedText, unstartedText } from '../../drivers/death.ts'

const HELD_BACK = ['fsync', 'fdatasync', 'pwrite64']

const ATTACH_DEADLINE_MS = 5_000
const DETACH_DEADLINE_MS = 5_000
const LOOK_MS = 50

export class Tracer {
  readonly #child: ChildProcess
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(endedText({ code, signal })))
      child.once('error', (error) => resolve(unstartedText(error)))
    })
  }

  /** Settles when every thread of `pid` is traced. `onSpawn`: told of the tracer's own process at once. */
  static async attach(pid: number, delayUs: number, onSpawn: (pid: number) => void): Promise<Tracer> {
    const calls = HELD_BACK.join(',')
    const words = [
      '-f',
      '-qq',
      '-p',
      String(pid),
      '-e',
      `trace=${calls}`,
      '-e',
      `inject=${calls}:delay_enter=${delayUs}`,
    ]
    const child = spawn('strace', [...words, '-o', '/dev/null'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    const tracer = new Tracer(child)
    let said = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500)
    })
    if (child.pid !== undefined) onSpawn(child.pid)
    let how: string | null = null
    void tracer.ended.then((text) => {
      how = text
    })
    const endMs = performance.now() + ATTACH_DEADLINE_MS
    while (!isTracedBy(pid, child.pid)) {
      if (how !== null || performance.now() > endMs) {
        child.kill('SIGKILL')
        const why = [how ?? 'it takes too long', said.trim()].filter((text) => text !== '').join(': ')
        throw new Error(`strace could not be attached to process ${pid} (${why})`)
      }
      await sleep(2)
    }
    tracer.#endWith(pid)
    return tracer
  }

  #endWith(pid: number): void {
    const timer = setInterval(() => {
      if (isDying(pid)) this.#child.kill('SIGKILL')
    }, LOOK_MS)
    void this.ended.then(() => clearInterval(timer))
  }

  /** Settles when the process runs without it. */
  async detach(): Promise<void> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), DETACH_DEADLINE_MS)
    await this.ended
    clearTimeout(timer)
  }
}

/** Every thread, because each asks the disk by itself. */
function isTracedBy(pid: number, tracer: number | undefined): boolean {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    return tasks.every((task) => tracerOf(`/proc/${pid}/task/${task}`) === tracer)
  } catch {
    return false // a thread, or the process, has just ended
  }
}

const SIGKILL_BIT = 0x100n

/** Its first thread has ended, or would if it were let. */
export function isDying(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const pending = [...status.matchAll(/^S(?:ig|hd)Pnd:\s*([0-9a-f]+)$/gm)].map(([, mask]) => BigInt(`0x${mask}`))
    return /^State:\s*[ZX]/m.test(status) || pending.some((mask) => (mask & SIGKILL_BIT) !== 0n)
  } catch (error) {
    // Whatever else keeps it from being read, it is no death.
    return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

function tracerOf(folder: string): number {
  return Number(/^TracerPid:\s*(\d+)$/m.exec(readFileSync(`${folder}/status`, 'latin1'))?.[1] ?? 0)
}

/** 0: nobody traces it. */
export function tracerPid(pid: number): number {
  try {
    return tracerOf(`/proc/${pid}`)
  } catch {
    return 0
  }
}
