/** What a swarm's failures become: small, written down with their story, and saved to be replayed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventLines } from '../../reports/terminal-events.ts'
import { type FailureFile, failureText } from '../../scenarios/file/failure-file.ts'
import { writtenText } from '../../scenarios/file/written.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Failure } from '../../scenarios/swarm/outcome.ts'
import type { Shrunk } from '../../scenarios/swarm/shrink.ts'
import { named, shapeOf } from '../../scenarios/swarm/small-form.ts'
import type { FailureGroup } from '../../scenarios/swarm/tally.ts'
import type { FuzzThreads } from '../../sim/host/fuzz-threads.ts'
import { runWritten } from '../../sim/swarm.ts'
import { version } from '../output.ts'

/** A person reads no more than this. */
const MAX_SHRUNK = 10
const MAX_RUNS = 3000
const MAX_LINES = 60

/** By check and first seed: the file that shows it. */
export type Saved = ReadonlyMap<string, string>

export function savedKey(check: string, seed: number): string {
  return `${check} ${seed}`
}

/** `folder` exists. */
export async function saveFailures(
  groups: readonly FailureGroup[],
  file: string,
  folder: string,
  threads: FuzzThreads,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<Saved> {
  const saved = new Map<string, string>()
  const chosen = groups.slice(0, MAX_SHRUNK)
  if (chosen.length === 0) return saved
  const shrunk = await threads.shrink(
    chosen.map(({ check, first }) => ({ check, seed: first.seed })),
    MAX_RUNS,
    (runs, steps) => onProgress(`  making failures small: ${runs} runs, ${steps} steps left`),
    signal,
  )
  const byShape = new Map<string, string>()
  for (const [index, { check, first }] of chosen.entries()) {
    const small = shrunk[index]
    if (small === undefined) continue
    const shape = shapeOf(small.written, check)
    let path = byShape.get(shape)
    if (path === undefined) {
      path = join(folder, `${check}-${first.seed}.json`)
      writeFileSync(path, failureText(failureOf(small, check, { file, seed: first.seed })))
      writeFileSync(path.replace(/json$/, 'yaml'), writtenText(named(small.written, check)))
      byShape.set(shape, path)
    }
    saved.set(savedKey(check, first.seed), path)
  }
  return saved
}

function failureOf(small: Shrunk, check: string, found: FailureFile['found']): FailureFile {
  const scenario = named(small.written, check)
  const { record, outcome } = runWritten(scenario, small.seed, () => false)
  const failure = outcome!.failures.find((one) => one.check === check)
  if (failure === undefined) throw new Error(`assertion: the small form of seed ${found.seed} does not fail ${check}`)
  return {
    schema: 'quorumlab.failure/1',
    quorumlab: version,
    check,
    detail: failure.detail,
    evidence: failure.evidence,
    seed: small.seed,
    scenario,
    digest: outcome!.digest,
    explanation: storyOf(record, failure),
    found,
  }
}

/** What happened, and what is wrong with it: a line each. */
export function storyOf(record: RunRecord | null, failure: Failure): readonly string[] {
  const plain = { colour: false, width: Number.POSITIVE_INFINITY }
  const events = (record?.events ?? []).filter(({ atUs }) => atUs >= 0)
  const told = new EventLines(plain, false)
  const lines = [...events.flatMap((event) => told.add(event)), ...told.end()]
  return [...lines.slice(0, MAX_LINES), `${failure.check}: ${failure.detail}`, ...failure.evidence.slice(0, 3)]
}
