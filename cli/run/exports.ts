/** What `run` hands to other tools beside result and report: each option names the file that it fills. */
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { adviceForRefusal, EnvironmentError } from '../../real/drivers/environment-error.ts'
import type { HistoryFormat } from '../../reports/export/history.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Result } from '../../scenarios/result.ts'
import { once, value } from '../arguments.ts'
import { prepareFolder } from '../folder.ts'

export const EXPORT_OPTIONS = {
  junit: value('FILE.xml: checks and expectations as test cases, for CI systems'),
  history: value('FILE.jsonl or FILE.edn (as Jepsen has it): every operation, for other checkers'),
  hdr: value('FILE: latencies of each second as an HdrHistogram log'),
}

/** Paths; undefined: not asked for. */
export interface Exports {
  readonly junit: string | undefined
  readonly history: string | undefined
  readonly hdr: string | undefined
}

export function exportsOf(texts: Record<keyof typeof EXPORT_OPTIONS, string | undefined>): Exports {
  return { junit: once('junit', texts.junit), history: once('history', texts.history), hdr: once('hdr', texts.hdr) }
}

const HISTORY_FORMATS: Readonly<Record<string, HistoryFormat>> = { '.jsonl': 'jsonl', '.edn': 'edn' }

function historyFormat(path: string): HistoryFormat {
  const format = HISTORY_FORMATS[extname(path)]
  if (format !== undefined) return format
  throw new UsageError(
    `--history: expected a file that ends in ${Object.keys(HISTORY_FORMATS).join(' or ')}, found ${path}`,
  )
}

/** Before the run: whatever could not be written is said before anything is waited for. */
export function prepareExports({ junit, history, hdr }: Exports): void {
  if (history !== undefined) historyFormat(history)
  const paths = [junit, history, hdr].filter((path) => path !== undefined)
  for (const path of paths) prepareFile(path)
}

/** Returns what went wrong. A record has a history of its own: where there are several, each file's name says whose it is. */
export async function writeExports(
  { junit, history, hdr }: Exports,
  result: Result,
  records: readonly RunRecord[],
): Promise<readonly string[]> {
  if (process.env.GITHUB_ACTIONS === 'true') {
    const { annotations } = await import('../../reports/export/annotations.ts')
    // GitHub reads stderr as well, and stdout may carry JSON.
    for (const line of annotations(result)) process.stderr.write(`${line}\n`)
  }
  const troubles: string[] = []
  if (junit !== undefined) {
    const { junitText } = await import('../../reports/export/junit.ts')
    troubles.push(...(await written(junit, [junitText(result)])))
  }
  if (history !== undefined) {
    const { historyLines } = await import('../../reports/export/history.ts')
    const format = historyFormat(history)
    for (const record of records) {
      const own = records.length === 1 ? history : withSeed(history, record.seed)
      troubles.push(...(await written(own, historyLines(record, format))))
    }
  }
  if (hdr !== undefined) {
    const { hdrLog } = await import('../../reports/export/hdr-log.ts')
    for (const record of records)
      troubles.push(...(await written(records.length === 1 ? hdr : withSeed(hdr, record.seed), hdrLog(record))))
  }
  return troubles
}

/** A CI system shows why there is no result, too. */
export async function writeExportsOfNothing({ junit }: Exports, scenario: string, error: unknown): Promise<void> {
  if (junit === undefined || !(error instanceof Error)) return
  const { junitOfNothing } = await import('../../reports/export/junit.ts')
  await written(junit, [junitOfNothing(scenario, error.message)])
}

async function written(path: string, pieces: Iterable<string>): Promise<readonly string[]> {
  const { writeWhole } = await import('../../reports/export/whole-file.ts')
  try {
    writeWhole(path, pieces)
    return []
  } catch (error) {
    return [`${path} could not be written (${(error as Error).message.split(', ')[0]})`]
  }
}

/** `histories/run.edn` of seed 7 is `histories/run-7.edn`. */
function withSeed(path: string, seed: number): string {
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}-${seed}${extension}`
}

/** Makes its folder, and tries whether the file can be written; one that is there stays as it is. */
function prepareFile(path: string): void {
  prepareFolder(dirname(path))
  const isThere = existsSync(path)
  if (isThere && statSync(path).isDirectory()) throw new UsageError(`${path}: expected a file, found a folder`)
  try {
    closeSync(openSync(path, 'a'))
    if (!isThere) rmSync(path)
  } catch (error) {
    const advice = adviceForRefusal(error) ?? 'Name another file.'
    const { message } = error as Error
    throw new EnvironmentError(`${path}: expected a file that can be written, found ${message}\n${advice}`, {
      cause: error,
    })
  }
}
