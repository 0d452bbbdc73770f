/**
 * The disk under one MySQL server, full: a file of ours takes what is left of a file system that is the server's own and
 * has a size (sized-disk.ts). A server that cannot write waits, looks again each minute, and answers SELECTs meanwhile; one
 * that wants to make a table larger refuses the statement (1114).
 */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint } from '../../mysql/connection.ts'
import { Amounts, type Hurtable } from './hurtable.ts'
import { timedStatement, tookText } from './timed-statement.ts'

export interface FullDiskSight {
  /** A write was refused with ENOSPC. */
  readonly isFull: boolean
  /** What a SELECT took meanwhile; null: it was not answered. */
  readonly readMs: number | null
  readonly text: string
}

const FILLER = 'quorumlab-filler'
const PROBE = 'quorumlab-probe'
const BLOCKS_BYTES = [1 << 20, 4096]
/** What a server frees is taken, too. */
const REFILL_MS = 50
const READ_DEADLINE_MS = 1_000

export class FullDisk implements Hurtable<true, FullDiskSight> {
  readonly #directory: string | null
  readonly #onChange: (isFull: boolean) => Promise<void>
  readonly #endpoint: () => Endpoint
  readonly #fills = new Amounts<true>((fills) => this.#carryOut(fills.length > 0))
  #filler: FileHandle | null = null
  #timer: NodeJS.Timeout | undefined

  /** `directory`: where the file system of its own is mounted; null: it has none. `onChange`: before it is full, and when it has room again. */
  constructor(directory: string | null, endpoint: () => Endpoint, onChange: (isFull: boolean) => Promise<void>) {
    this.#directory = directory
    this.#onChange = onChange
    this.#endpoint = endpoint
  }

  hurt(by: object): Promise<void> {
    return this.#fills.set(by, true)
  }

  heal(by: object): Promise<void> {
    return this.#fills.end(by)
  }

  async look(): Promise<FullDiskSight> {
    const isFull = await this.#refuses()
    const readMs = await timedStatement(this.#endpoint(), 'SELECT 1', READ_DEADLINE_MS)
    const written = isFull ? 'a write is refused with ENOSPC' : 'a write finds room'
    return { isFull, readMs, text: `${written}, a SELECT ${tookText(readMs, READ_DEADLINE_MS)}` }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#filler = null
  }

  get #place(): string {
    if (this.#directory === null) throw new Error('assertion: only a disk of its own can be filled')
    return this.#directory
  }

  async #carryOut(isOn: boolean): Promise<void> {
    if (isOn === (this.#filler !== null)) return
    const path = join(this.#place, FILLER)
    if (!isOn) {
      clearTimeout(this.#timer)
      await this.#filler?.close()
      this.#filler = null
      await rm(path, { force: true })
      await this.#onChange(false)
      return
    }
    await this.#onChange(true)
    this.#filler = await open(path, 'w')
    await this.#fill(this.#filler)
  }

  async #fill(filler: FileHandle): Promise<void> {
    for (const bytes of BLOCKS_BYTES) while (await hasWritten(filler, Buffer.alloc(bytes, 1)));
    if (this.#filler === filler) this.#timer = setTimeout(() => void this.#fill(filler).catch(() => {}), REFILL_MS)
  }

  async #refuses(): Promise<boolean> {
    const path = join(this.#place, PROBE)
    try {
      const probe = await open(path, 'w')
      try {
        return !(await hasWritten(probe, Buffer.alloc(BLOCKS_BYTES.at(-1)!, 1)))
      } finally {
        await probe.close()
      }
    } finally {
      await rm(path, { force: true })
    }
  }
}

/** False: there is no room for all of it. */
async function hasWritten(file: FileHandle, block: Buffer): Promise<boolean> {
  try {
    return (await file.write(block)).bytesWritten === block.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
