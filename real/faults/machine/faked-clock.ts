/**
 * The wall clock of one process of ours, wrong: libfaketime stands between the process and the system's clock and reads
 * from a file what to add. The monotonic clock stays right, on which timers and the times of a run are: a real monotonic
 * clock does not jump. So on real servers `drift` is of the wall clock alone.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type ClockReading, readClock } from '../../processes/clock-reading.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import type { Lives } from './lives.ts'

export interface Skew {
  readonly byUs: number
  readonly driftPpm: number
}

export interface ClockSight {
  /** The process's wall clock minus the machine's; null: it did not say. */
  readonly errorUs: number | null
  readonly text: string
}

/** Debian's package, by architecture; elsewhere. */
const LIBRARIES = [
  ...['x86_64', 'aarch64'].map((one) => `/usr/lib/${one}-linux-gnu/faketime/libfaketimeMT.so.1`),
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
]

export function findFaketime(): string | null {
  return LIBRARIES.find((path) => existsSync(path)) ?? null
}

/** What a process is started with, so that its clock can be made wrong later. `file`: see `FakedClock`. */
export function faketimeEnvironment(library: string, file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    // What is in the file counts at once.
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

/** Of a process that ended or is about to end: where the library shares with its children, it leaves to a killed one. */
export function removeClockMemory(pid: string): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) rmSync(`/dev/shm/${name}`, { force: true })
}

/** A Node that starts on a busy machine. */
const TRIAL_DEADLINE_MS = 60_000

/** Does the library do that to this machine's Node? */
export async function canFake(library: string): Promise<boolean> {
  const env = { ...process.env, LD_PRELOAD: library, FAKETIME: '-10d', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  const told = await promisify(execFile)(process.execPath, ['-e', 'console.log(Date.now())'], {
    env,
    timeout: TRIAL_DEADLINE_MS,
  })
  return Date.now() - Number(told.stdout) > 9 * 86_400_000
}

/** Words in front of a command that has such a clock; none: it has the machine's, or there is no library. */
export function faketimePrefix(file: string | null): readonly string[] {
  const library = file === null ? null : findFaketime()
  if (file === null || library === null) return []
  return ['env', ...Object.entries(faketimeEnvironment(library, file)).map(([name, value]) => `${name}=${value}`)]
}

export class FakedClock implements Hurtable<Skew, ClockSight> {
  readonly #lives: Lives
  readonly #file: string
  readonly #read: () => Promise<ClockReading | null>
  readonly #skews = new Amounts<Skew>(async (skews) => this.#write(skews))

  /** `read`: asks the process. */
  constructor(lives: Lives, file: string, read: () => Promise<ClockReading | null>) {
    this.#lives = lives
    this.#file = file
    this.#read = read
    this.#write([])
    // At the end of a run its file may be gone, and so is whoever would read it.
    lives.onStart(() => void this.#skews.again().catch(() => {}))
  }

  hurt(by: object, skew: Skew): Promise<void> {
    return this.#skews.set(by, skew)
  }

  heal(by: object): Promise<void> {
    return this.#skews.end(by)
  }

  async look(): Promise<ClockSight> {
    const reading = await this.#read()
    if (reading === null) return { errorUs: null, text: 'nobody tells the time' }
    const own = readClock()
    const errorUs = Math.round(reading.wallUs - reading.hostUs - (own.wallUs - own.hostUs))
    const side = errorUs > 0 ? 'ahead' : 'behind'
    return { errorUs, text: `its wall clock is ${(Math.abs(errorUs) / 1000).toFixed(3)} ms ${side}` }
  }

  /** The process may read at any moment: it finds one content or the other. */
  #write(skews: readonly Skew[]): void {
    writeFileSync(`${this.#file}.new`, this.#textOf(skews))
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** libfaketime counts a rate from the start of the process, and here it counts from now. It keeps one that is not named again. */
  #textOf(skews: readonly Skew[]): string {
    const byUs = skews.reduce((sum, skew) => sum + skew.byUs, 0)
    const ppm = skews.reduce((sum, skew) => sum + skew.driftPpm, 0)
    const offsetUs = byUs - Math.round((ageUs(this.#lives.pid()) * ppm) / 1e6)
    const offset = `${offsetUs < 0 ? '-' : '+'}${(Math.abs(offsetUs) / 1e6).toFixed(6)}`
    return `${offset} x${(1 + ppm / 1e6).toFixed(6)}\n`
  }
}

/** Since a process was started, microseconds; 0: there is none. To a hundredth of a second, which is plenty for a drift. */
function ageUs(pid: number | null): number {
  if (pid === null) return 0
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const startedTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    const upSeconds = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0])
    return Math.max(0, upSeconds * 1e6 - startedTicks * 10_000)
  } catch {
    return 0
  }
}
