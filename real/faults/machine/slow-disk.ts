/** The disk under one MySQL server, slower than it is, or standing still. */

import type { Endpoint } from '../../mysql/connection.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import type { Lives } from './lives.ts'
import { timedStatement, tookText } from './timed-statement.ts'
import { isDying, Tracer, tracerPid } from './tracer.ts'

export interface DiskSight {
  /** What a small write that is made durable took, milliseconds; null: more than the deadline. */
  readonly writeMs: number | null
  /** What a SELECT took meanwhile. */
  readonly readMs: number | null
  readonly isTraced: boolean
  readonly text: string
}

/** Longer than any run: it stands still until somebody lets it go on. */
export const STANDS_STILL_US = 3_600_000_000

/** One fdatasync and no transaction: it may be asked of a read-only server, and replicates nothing. */
const DURABLE_WRITE = 'SET PERSIST_ONLY innodb_print_all_deadlocks = OFF'
const READ = 'SELECT 1'
const READ_DEADLINE_MS = 1_000
/** Beyond what the disk is slower by, for a machine that is busy. */
const WRITE_GRACE_MS = 700

interface DiskPlace {
  readonly lives: Lives
  readonly endpoint: () => Endpoint
  /** Of a process that has to be ended when we cannot. */
  readonly onSpawn: (pid: number) => void
  /** What became of it without being asked for. */
  readonly onNote: (text: string) => void
}

export class SlowDisk implements Hurtable<number, DiskSight> {
  readonly #place: DiskPlace
  readonly #delaysUs = new Amounts<number>(() => this.#carryOut())
  #tracer: Tracer | null = null

  constructor(place: DiskPlace) {
    this.#place = place
    place.lives.onStart(() => {
      if (this.#delaysUs.now.length === 0) return
      this.#delaysUs.again().catch((error: unknown) => {
        place.onNote(`its disk is as quick as before: ${(error as Error).message}`)
      })
    })
  }

  hurt(by: object, delayUs: number): Promise<void> {
    return this.#delaysUs.set(by, delayUs)
  }

  heal(by: object): Promise<void> {
    return this.#delaysUs.end(by)
  }

  async look(): Promise<DiskSight> {
    const pid = this.#place.lives.pid()
    if (pid === null) return { writeMs: null, readMs: null, isTraced: false, text: 'there is no process' }
    // Of a disk that stands still nothing is awaited but that it does.
    const delayUs = this.#delayUs()
    const deadlineMs = WRITE_GRACE_MS + (delayUs === STANDS_STILL_US ? 0 : delayUs / 1_000)
    const endpoint = this.#place.endpoint()
    const write = timedStatement(endpoint, DURABLE_WRITE, deadlineMs)
    const readMs = await timedStatement(endpoint, READ, READ_DEADLINE_MS)
    const writeMs = await write
    const by = tracerPid(pid) === 0 ? 'nobody traces it' : `strace holds back what it asks of its disk`
    const durable = `a write made durable ${tookText(writeMs, deadlineMs)}`
    const text = `process ${pid}: ${durable}, a SELECT ${tookText(readMs, READ_DEADLINE_MS)}; ${by}`
    return { writeMs, readMs, isTraced: tracerPid(pid) !== 0, text }
  }

  #delayUs(): number {
    return Math.min(
      STANDS_STILL_US,
      this.#delaysUs.now.reduce((sum, one) => sum + one, 0),
    )
  }

  /** A process has one tracer, and a tracer one delay. */
  async #carryOut(): Promise<void> {
    const tracer = this.#tracer
    this.#tracer = null
    await tracer?.detach()
    const { lives, onSpawn, onNote } = this.#place
    const pid = lives.pid()
    if (this.#delaysUs.now.length === 0 || pid === null) return
    const attached = await Tracer.attach(pid, this.#delayUs(), onSpawn)
    this.#tracer = attached
    void attached.ended.then((how) => {
      // With its server, or because it is not wanted any more: otherwise the server goes on at full speed, which is to be known.
      if (this.#tracer !== attached || lives.pid() !== pid || isDying(pid)) return
      this.#tracer = null
      onNote(`its tracer ended (${how}) and nobody had asked for that: its disk is as quick as before`)
    })
  }
}
