/**
 * What became of seeds, kept in files of some hundred, so that hours of them survive an end in the middle. A folder
 * belongs to one state of the code: seeds of another say nothing about this one.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SwarmOutcome } from '../../scenarios/swarm/outcome.ts'

/** Everything that decides what becomes of a seed. */
const FOLDERS = ['algorithms', 'scenarios', 'sim']

/** Of the code below `root`: the same where every seed has the same outcome. */
export function fingerprintOf(root: string): string {
  const hash = createHash('sha256')
  for (const folder of FOLDERS)
    for (const file of filesIn(join(root, folder))) hash.update(file).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesIn(path)
      return /\.(ts|yaml)$/.test(entry.name) ? [path] : []
    })
}

export interface Chunk {
  readonly swarm: string
  readonly from: number
  readonly seeds: number
}

export function chunksOf(swarm: string, seeds: number, size: number): readonly Chunk[] {
  const count = Math.ceil(seeds / size)
  return Array.from({ length: count }, (_, i) => ({
    swarm,
    from: 1 + i * size,
    seeds: Math.min(size, seeds - i * size),
  }))
}

export class ChunkStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Null: it has not run, or not to its end. */
  read(chunk: Chunk): readonly SwarmOutcome[] | null {
    const path = this.#pathOf(chunk)
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SwarmOutcome[]) : null
  }

  write(chunk: Chunk, outcomes: readonly SwarmOutcome[]): void {
    const path = this.#pathOf(chunk)
    writeFileSync(`${path}.part`, JSON.stringify(outcomes))
    renameSync(`${path}.part`, path)
  }

  #pathOf({ swarm, from, seeds }: Chunk): string {
    return join(this.#folder, `${swarm}-${from}-to-${from + seeds - 1}.json`)
  }
}
