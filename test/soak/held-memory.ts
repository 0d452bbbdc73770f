/**
 * What our own processes really hold: each collects its garbage when it is told to and writes down what is left. The
 * resident set alone cannot tell a leak from garbage that nobody has had a reason to collect.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const TELLS_MS = 3_000
const LOOK_EVERY_MS = 20

interface Held {
  readonly heapBytes: number
  /** Buffers and the like, which lie beside the heap. */
  readonly externalBytes: number
  /** Resident, and no part of the heap, used or not: a collection gives back neither at once. */
  readonly besideBytes: number
}

/** Loaded before a process's own program. */
const preloaded = (folder: string) => `
import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const path = ${JSON.stringify(folder)} + '/' + process.pid
writeFileSync(path + '.ready', '')
process.on('SIGUSR2', () => {
  collect()
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage()
  const held = { heapBytes: heapUsed, externalBytes: external, besideBytes: rss - heapTotal }
  writeFileSync(path + '.new', JSON.stringify(held))
  renameSync(path + '.new', path + '.json')
})
`

export class HeldMemory {
  readonly #folder: string
  readonly #program: string

  constructor(folder: string) {
    this.#folder = folder
    this.#program = join(folder, 'held-memory.mjs')
    writeFileSync(this.#program, preloaded(folder))
  }

  /** For the environment of whoever is to be asked, and of its children. */
  get nodeOptions(): string {
    return `--import=${this.#program}`
  }

  /** Null: it did not tell in time, is gone, or was not started with `nodeOptions` (the signal would be its end). */
  async of(pid: number): Promise<Held | null> {
    if (!existsSync(join(this.#folder, `${pid}.ready`))) return null
    const path = join(this.#folder, `${pid}.json`)
    rmSync(path, { force: true })
    try {
      process.kill(pid, 'SIGUSR2')
    } catch {
      return null
    }
    for (const endMs = performance.now() + TELLS_MS; performance.now() < endMs; ) {
      await sleep(LOOK_EVERY_MS)
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as Held
      } catch {
        // Not yet.
      }
    }
    return null
  }
}
