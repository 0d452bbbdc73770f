/**
 * The transactions that clients were told are held: for the audit of a running system, whose clients keep no history here.
 * Appended to a file once in each turn of the event loop, so a kill -9 takes at most what was being answered at that moment:
 * that is not audited, and accuses nobody. Bounded: intervals in parts of which the oldest is forgotten, and counted; a file
 * that is written anew when it has grown.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Gtid, type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Ledger } from '../../../scenarios/audit/ledger.ts'
import { writePrivately } from '../../drivers/private-file.ts'

interface Line {
  readonly gtids: string
  /** In the first line of a file that was written anew. */
  readonly forgotten?: number
}

interface Part {
  readonly gtids: string
  readonly size: number
}

const NAME = 'acknowledged.jsonl'
const LIMITS = {
  bytes: 4 * 1024 * 1024,
  /** Of a part. Acknowledged writes of one source are one interval, but for EVENTUAL ones between them. */
  intervals: 1_000,
  parts: 100,
}

export class Acknowledged {
  readonly #path: string
  readonly #onTrouble: (text: string) => void
  readonly #limits: typeof LIMITS
  /** Oldest first: no longer touched, so that a write between others costs the same however many there were. */
  readonly #parts: Part[] = []
  #part: MutableGtidSet
  #forgotten: number
  #fresh = new MutableGtidSet()
  #file: number | null = null
  #bytes = 0
  #isDue = false
  #isInTrouble = false

  /** Goes on with what an earlier process wrote. */
  constructor(directory: string, onTrouble: (text: string) => void, limits = LIMITS) {
    this.#path = join(directory, NAME)
    this.#onTrouble = onTrouble
    this.#limits = limits
    const { gtids, forgotten } = readAcknowledged(directory) ?? { gtids: new MutableGtidSet(), forgotten: 0 }
    this.#part = gtids.clone()
    this.#forgotten = forgotten
  }

  add(gtid: Gtid): void {
    this.#fresh.add(gtid)
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => this.flush())
  }

  flush(): void {
    this.#isDue = false
    if (this.#fresh.isEmpty) return
    const line = { gtids: this.#fresh.toString() }
    this.#part.addAll(this.#fresh)
    this.#fresh = new MutableGtidSet()
    if (intervalCount(this.#part) > this.#limits.intervals) this.#beginPart()
    try {
      if (this.#file === null || this.#bytes > this.#limits.bytes) this.#writeAnew()
      else this.#append(line)
      this.#isInTrouble = false
    } catch (error) {
      // Half a line may be there: next time all of it is written.
      this.#close()
      if (!this.#isInTrouble) this.#onTrouble(`what was acknowledged could not be noted: ${(error as Error).message}`)
      this.#isInTrouble = true
    }
  }

  close(): void {
    this.flush()
    this.#close()
  }

  #beginPart(): void {
    this.#parts.push({ gtids: this.#part.toString(), size: this.#part.size })
    this.#part = new MutableGtidSet()
    if (this.#parts.length > this.#limits.parts) this.#forgotten += this.#parts.shift()!.size
  }

  #append(line: Line): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    const written = writeSync(this.#file!, bytes)
    if (written < bytes.length) throw new Error(`${written} of ${bytes.length} bytes were taken`)
    this.#bytes += written
  }

  #writeAnew(): void {
    this.#close()
    const lines: Line[] = [
      { gtids: '', forgotten: this.#forgotten },
      ...this.#parts.map(({ gtids }) => ({ gtids })),
      { gtids: this.#part.toString() },
    ]
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    writePrivately(this.#path, text)
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#bytes = 0
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }
}

/** Null: no coordinator has acknowledged anything there. */
export function readAcknowledged(directory: string): Ledger | null {
  const path = join(directory, NAME)
  return existsSync(path) ? ledgerOf(readFileSync(path, 'utf8')) : null
}

/** Half a line is what a killed process was writing. */
function ledgerOf(text: string): Ledger {
  const gtids = new MutableGtidSet()
  let forgotten = 0
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue
    const parsed = JSON.parse(line) as Line
    gtids.addAll(MutableGtidSet.parse(parsed.gtids))
    forgotten += parsed.forgotten ?? 0
  }
  return { gtids, forgotten }
}

function intervalCount(set: GtidSet): number {
  return set.uuids().reduce((sum, uuid) => sum + set.intervals(uuid).length / 2, 0)
}
