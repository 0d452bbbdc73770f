/** What `run` hands to other tools beside result and report: each option names the file that it fills. */
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { adviceForRefusal, EnvironmentError } from '../../real/drivers/environment-error.ts'
import type { HistoryFormat } from '../../reports/export/history.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import { once, value } from '../arguments.ts'
import { prepareFolder } from '../folder.ts'

export const EXPORT_OPTIONS = {
  history: value('FILE.jsonl or FILE.edn (as Jepsen has it): every operation, for other checkers'),
}

/** Paths; undefined: not asked for. */
export interface Exports {
  readonly history: string | undefined
}

export function exportsOf({ history }: Record<keyof typeof EXPORT_OPTIONS, string | undefined>): Exports {
  return { history: once('history', history) }
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
export function prepareExports({ history }: Exports): void {
  if (history === undefined) return
  historyFormat(history)
  prepareFile(history)
}

/** A record has a history of its own: where there are several, each file's name says whose it is. */
export async function writeExports({ history }: Exports, records: readonly RunRecord[]): Promise<readonly string[]> {
  if (history === undefined) return []
  const { historyLines } = await import('../../reports/export/history.ts')
  const format = historyFormat(history)
  return writeEach(records, history, (record) => historyLines(record, format))
}

async function writeEach(
  records: readonly RunRecord[],
  path: string,
  linesOf: (record: RunRecord) => Iterable<string>,
): Promise<readonly string[]> {
  const { writeWhole } = await import('../../reports/export/whole-file.ts')
  const troubles: string[] = []
  for (const record of records) {
    const own = records.length === 1 ? path : withSeed(path, record.seed)
    try {
      writeWhole(own, linesOf(record))
    } catch (error) {
      troubles.push(`${own} could not be written (${(error as Error).message.split(', ')[0]})`)
    }
  }
  return troubles
}

/** `histories/run.edn` of seed 7 is `histories/run-7.edn`. */
function withSeed(path: string, seed: number): string {
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}-${seed}${extension}`
}

/** Makes its folder, and tries whether the file can be written; one that is there stays as it is. */
export function prepareFile(path: string): void {
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
