/** Runs of scenarios that were saved beside this system, and their reports. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { CallFailure } from '../http/failures.ts'
import type { RunEntry } from '../wire.ts'

/** What is looked at of a `result.json`. */
interface SavedResult {
  readonly scenario?: { readonly name?: string }
  readonly world?: string
  readonly seed?: number
  readonly startedAt?: string
  readonly complete?: boolean
  readonly checks?: readonly { readonly verdict?: string }[]
  readonly expectations?: readonly { readonly verdict?: string }[]
}

interface Kept {
  readonly changedMs: number
  readonly entry: RunEntry
}

export class SavedRuns {
  readonly #directory: string
  /** Results are large: each is read once. */
  readonly #kept = new Map<string, Kept>()

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, 'runs')
  }

  /** The newest first. */
  async all(): Promise<readonly RunEntry[]> {
    const names = await readdir(this.#directory).catch((): string[] => [])
    const entries = await Promise.all(names.filter(isId).map((id) => this.#entry(id)))
    return entries.flatMap((entry) => entry ?? []).sort((a, b) => b.startedAtMs - a.startedAtMs)
  }

  /** Null: there is none. */
  async reportOf(id: string): Promise<string | null> {
    const path = join(this.#directory, id, 'report.html')
    const found = isId(id) ? await stat(path).catch(() => null) : null
    return found?.isFile() === true ? path : null
  }

  async #entry(id: string): Promise<RunEntry | null> {
    const path = join(this.#directory, id, 'result.json')
    try {
      const { mtimeMs } = await stat(path)
      const kept = this.#kept.get(id)
      if (kept?.changedMs === mtimeMs) return kept.entry
      const entry = entryOf(id, JSON.parse(await readFile(path, 'utf8')) as SavedResult, mtimeMs)
      this.#kept.set(id, { changedMs: mtimeMs, entry })
      return entry
    } catch {
      // Not written to its end yet, or no result.
      return null
    }
  }
}

export function serveRuns(app: FastifyInstance, runs: SavedRuns): void {
  app.get('/runs', { schema: { summary: 'Runs that were saved beside this system' } }, async () => ({
    runs: await runs.all(),
  }))
  app.get<{ Params: { id: string } }>(
    '/runs/:id/report.html',
    { schema: { summary: "A run's report" } },
    async ({ params: { id } }, reply) => {
      const path = await runs.reportOf(id)
      if (path === null) throw new CallFailure(404, `there is no run ${id} with a report`)
      // It brings its own policy for scripts, and needs nothing from here.
      reply.type('text/html; charset=utf-8')
      return createReadStream(path)
    },
  )
}

/** Never a way out of the directory. */
function isId(name: string): boolean {
  return /^[\w-][\w.-]{0,99}$/.test(name)
}

function entryOf(id: string, result: SavedResult, endedAtMs: number): RunEntry {
  const verdicts = [...(result.checks ?? []), ...(result.expectations ?? [])].map(({ verdict }) => verdict)
  const startedAtMs = Date.parse(result.startedAt ?? '')
  return {
    ...{ id, scenario: result.scenario?.name ?? id, world: result.world ?? '', seed: result.seed ?? 0 },
    startedAtMs: Number.isNaN(startedAtMs) ? endedAtMs : startedAtMs,
    endedAtMs,
    verdict: result.complete === false ? 'incomplete' : verdicts.includes('fail') ? 'fail' : 'pass',
    report: `/runs/${id}/report.html`,
  }
}
