/** The evidence of a run's audit in its folder, a file for each seed: the judgement can be repeated when the servers are gone. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { AuditedRun } from '../../scenarios/audit/audited-run.ts'
import { fromEvidenceJson, toEvidenceJson } from '../../scenarios/audit/evidence-json.ts'

const NAME = /^audit-(\d+)\.json\.gz$/

export function saveEvidence(folder: string, run: AuditedRun): void {
  writeFileSync(join(folder, `audit-${run.seed}.json.gz`), gzipSync(toEvidenceJson(run)))
}

/** Of all trials in a folder, by seed; each is read when it is its turn. Throws an Error that names a file that is none. */
export function* evidenceIn(folder: string): Generator<AuditedRun> {
  const seeds = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  for (const seed of seeds.sort((a, b) => Number(a) - Number(b))) {
    const path = join(folder, `audit-${seed}.json.gz`)
    try {
      yield fromEvidenceJson(gunzipSync(readFileSync(path)).toString('utf8'))
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
    }
  }
}
