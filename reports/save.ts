/**
 * Writing a run's files. The result comes first and matters most: when its folder is full or forbidden it goes to the
 * temporary folder, and the caller is told where.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../scenarios/result.ts'
import { writeWhole } from './export/whole-file.ts'

export interface Saved {
  /** null: it could be kept nowhere. */
  readonly resultPath: string | null
  readonly reportPath: string | null
  /** What went wrong and where things are instead; empty when all went well. */
  readonly troubles: readonly string[]
}

/** `render` is called after the result is safe: drawing may fail, too. */
export async function saveRun(folder: string, result: Result, render: () => Promise<string>): Promise<Saved> {
  const troubles: string[] = []
  const text = `${JSON.stringify(result)}\n`
  let kept: string | null = folder
  try {
    mkdirSync(folder, { recursive: true })
    writeWhole(join(folder, 'result.json'), [text])
  } catch (error) {
    troubles.push(`${join(folder, 'result.json')} could not be written (${reasonOf(error)})`)
    kept = null
    try {
      kept = mkdtempSync(join(tmpdir(), 'quorumlab-result-'))
      writeWhole(join(kept, 'result.json'), [text])
      troubles.push(`the result was kept as ${join(kept, 'result.json')}`)
    } catch (second) {
      if (kept !== null) rmSync(kept, { recursive: true, force: true })
      kept = null
      troubles.push(`the result could not be kept in ${tmpdir()} either (${reasonOf(second)})`)
    }
  }
  const resultPath = kept === null ? null : join(kept, 'result.json')
  const page = await render()
  for (const place of new Set([folder, kept])) {
    if (place === null) continue
    const reportPath = join(place, 'report.html')
    try {
      writeWhole(reportPath, [page])
      return { resultPath, reportPath, troubles }
    } catch (error) {
      troubles.push(
        `${reportPath} could not be written (${reasonOf(error)})${resultPath === null ? '' : `; the result is ${resultPath}`}`,
      )
    }
  }
  return { resultPath, reportPath: null, troubles }
}

/** Returns the report's path. */
export function saveReport(folder: string, page: string): string {
  const path = join(folder, 'report.html')
  writeWhole(path, [page])
  return path
}

/** `ENOSPC: no space left on device`, without the call and the path. */
function reasonOf(error: unknown): string {
  const { message } = error as Error
  return message.split(', ')[0]!
}
