/**
 * Looks, some times a second, whether a disk that the run writes to is full. A server on a full disk need not say so: it
 * waits for room and is silent, and what the clients see then looks like a failure of the cluster.
 */
import { statfsSync } from 'node:fs'
import { DISK_ADVICE } from './death.ts'
import type { Driver } from './driver.ts'
import { EnvironmentError } from './environment-error.ts'

/** Less than this is nothing: one growing file of MySQL takes more. */
const LEAST_BYTES = 256 * 1024

export class DiskWatch {
  readonly #driver: Pick<Driver, 'complaint'>
  /** With what to do when it is full. */
  readonly #folders: readonly (readonly [folder: string, advice: string])[]

  /** `outDir`: where results and journals go. */
  constructor(driver: Pick<Driver, 'complaint' | 'storage'>, outDir: string) {
    this.#driver = driver
    this.#folders = [
      [driver.storage.directory, DISK_ADVICE],
      [outDir, 'Free some room there, or name another place with --out.'],
    ]
  }

  /** Null: there is room everywhere, as far as one can see. */
  look(): EnvironmentError | null {
    for (const [folder, advice] of this.#folders) {
      const free = freeBytes(folder)
      if (free !== null && free < LEAST_BYTES)
        return new EnvironmentError(`the disk below ${folder} is full`, {
          ...{ kind: 'disk-full', subject: folder, lastLines: this.#driver.complaint()?.particulars.lastLines ?? [] },
          advice,
        })
    }
    return this.#driver.complaint()
  }
}

/** Null: it is not there (any more), or does not say. */
function freeBytes(folder: string): number | null {
  try {
    const { bavail, bfree, bsize, files, ffree } = statfsSync(folder)
    // Some file systems count no files.
    if (files > 0 && ffree === 0) return 0
    // What is reserved for root is not full for root.
    return (process.getuid?.() === 0 ? bfree : bavail) * bsize
  } catch {
    return null
  }
}
