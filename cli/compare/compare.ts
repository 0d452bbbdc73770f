/** The `compare` command: results side by side, as text for people or in one format for other programs. */
import { basename, dirname, join } from 'node:path'
import type { ComparedResults } from '../../reports/export/comparison-formats.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { flag } from '../arguments.ts'
import { prepareFolder } from '../folder.ts'
import { print } from '../output.ts'

const FORMATS = ['json', 'csv', 'markdown'] as const
type Format = (typeof FORMATS)[number]

export const FORMAT_OPTIONS = {
  json: flag('only the comparison on stdout, as JSON'),
  csv: flag('only its rows on stdout, as CSV'),
  markdown: flag('only its table on stdout, as Markdown'),
}

/** `text`: for people, the path of the report below it. */
export function formatOf(flags: Readonly<Record<Format, boolean>>): Format | 'text' {
  const [format, other] = FORMATS.filter((name) => flags[name])
  if (other !== undefined)
    throw new UsageError(`expected one of --json, --csv, --markdown, found --${format} and --${other}`)
  return format ?? 'text'
}

interface CompareOptions {
  /** Two or more; the first is the baseline. */
  readonly paths: readonly string[]
  readonly out: string | undefined
  readonly format: Format | 'text'
}

export async function compare({ paths, out, format }: CompareOptions): Promise<number> {
  const { readResult } = await import('../../scenarios/file/read-result.ts')
  const results = paths.map(readResult)
  const folder = out ?? join('out', folderName(paths.map(runName)))
  const { compareAll } = await import('../../scenarios/measures/compare-results.ts')
  const comparisons = compareAll(results)
  const text = await textOf({ paths, results, comparisons }, format)
  await print(text)
  prepareFolder(folder)
  const { saveReport } = await import('../../reports/save.ts')
  const { renderReport } = await import('../../reports/html.ts')
  const report = `\n  report  ${saveReport(folder, await renderReport(results, comparisons))}\n`
  if (format === 'text') await print(report)
  else process.stderr.write(report)
  return 0
}

async function textOf(compared: ComparedResults, format: CompareOptions['format']): Promise<string> {
  if (format === 'text') {
    const { comparisonsText } = await import('../../reports/terminal-comparisons.ts')
    const { width } = (await import('../../reports/screen.ts')).styleOf(process.stdout, process.env)
    return `${comparisonsText(compared, width)}\n`
  }
  const { comparisonCsv, comparisonJson, comparisonMarkdown } = await import(
    '../../reports/export/comparison-formats.ts'
  )
  return { json: comparisonJson, csv: comparisonCsv, markdown: comparisonMarkdown }[format](compared)
}

/** `out/primary-crash-sim-1/result.json` is the run primary-crash-sim-1. */
function runName(path: string): string {
  return basename(path) === 'result.json' ? basename(dirname(path)) : basename(path, '.json')
}

/** A file system takes 255 bytes. */
function folderName(names: readonly string[]): string {
  const all = `compare-${names.join('-')}`
  return all.length <= 120 ? all : `compare-${names[0]!.slice(0, 80)}-and-${names.length - 1}-others`
}
