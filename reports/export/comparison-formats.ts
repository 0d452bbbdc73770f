/** A comparison for other programs and for texts: JSON with everything, CSV with a row per measure, a Markdown table. */
import type { Comparison, ComparisonRow, SampleSummary } from '../../scenarios/measures/compare-results.ts'
import type { Result } from '../../scenarios/result.ts'
import { change, digits, missing } from '../../scenarios/shown/numbers.ts'
import { named, pText, testText } from '../comparison.ts'
import { rowsOf } from '../comparisons.ts'
import { letterOf } from '../runs.ts'

export interface ComparedResults {
  /** Where the results were read; the first is the baseline. */
  readonly paths: readonly string[]
  readonly results: readonly Result[]
  /** `comparisons[i]` holds `results[i + 1]` against the baseline. */
  readonly comparisons: readonly Comparison[]
}

export function comparisonJson(compared: ComparedResults): string {
  return `${JSON.stringify(comparedJson(compared), null, 2)}\n`
}

export function comparedJson({ paths, results, comparisons }: ComparedResults) {
  const described = results.map(({ scenario, world, trials, complete }, index) => ({
    path: paths[index],
    scenario: scenario.name,
    world,
    algorithms: scenario.algorithms,
    seeds: trials.map(({ seed }) => seed),
    complete,
  }))
  return { schema: 'quorumlab.comparison/1', results: described, comparisons }
}

const COLUMNS = [
  'baseline',
  'other',
  'metric',
  'unit',
  ...['baseline', 'other'].flatMap((side) => ['n', 'median', 'low', 'high', 'level'].map((name) => `${side}_${name}`)),
  'change_ratio',
  'p',
  'adjusted_p',
  'significant',
  'note',
]

/** RFC 4180, but lines end as on the command line. An empty field: there is no such value, or it never ended. */
export function comparisonCsv({ paths, comparisons }: ComparedResults): string {
  const rows = comparisons.flatMap(({ rows }, index) =>
    rows.map((row) => {
      const { metric, unit, a, b, change, p, adjustedP, significant, note } = row
      const other = paths[index + 1]!
      return [
        paths[0]!,
        other,
        metric,
        unit,
        ...sample(a),
        ...sample(b),
        change,
        p,
        adjustedP,
        significant,
        plain(note),
      ]
    }),
  )
  return [COLUMNS, ...rows].map((row) => `${row.map(field).join(',')}\n`).join('')
}

function sample({ n, median, interval }: SampleSummary): (number | null)[] {
  return [n, median, interval?.low ?? null, interval?.high ?? null, interval?.level ?? null]
}

function plain(note: string): string {
  return named(note, ['baseline', 'other'])
}

/** A spreadsheet would compute what begins like a formula, and a path may. */
function field(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function comparisonMarkdown({ paths, comparisons }: ComparedResults): string {
  const heads = paths.map((_, index) => letterOf(index))
  const table = rowsOf(comparisons).map((rows) => {
    const row = rows.find((one) => one !== undefined)!
    const cells = rows.map((one, index) => cell(one, comparisons[index]!))
    return [`${row.metric} (${row.unit})`, median(row.a), ...cells]
  })
  const lines = [['', ...heads], heads.map(() => '---:').toSpliced(0, 0, '---'), ...table]
  const differences = comparisons.flatMap(({ differences }, index) =>
    differences.map((one) => `- ${heads[index + 1]} is not ranked: ${named(one, [heads[0]!, heads[index + 1]!])}`),
  )
  const tested = comparisons.find(({ tests }) => tests !== null)
  return [
    ...lines.map((row) => `| ${row.map((text) => escaped(text)).join(' | ')} |`),
    '',
    ...heads.map((head, index) => `- ${head}: \`${paths[index]!.replaceAll('`', "'")}\``),
    ...differences.map(escaped),
    ...(tested === undefined ? [] : ['', testText(tested)]),
    '',
  ].join('\n')
}

function cell(row: ComparisonRow | undefined, { kind, differences }: Comparison): string {
  if (row === undefined || row.b.n === 0) return missing
  const changed = row.change === null ? '' : `, ${change(row.change)}`
  const isRanked = kind === 'comparison' && differences.length === 0
  const verdict = !isRanked || row.adjustedP === null ? '' : row.significant ? verdictOf(row) : ', ~'
  return `${median(row.b)}${changed}${verdict}`
}

function verdictOf({ note, adjustedP }: ComparisonRow): string {
  return `, **${note.replace(/^b is /, '')}** (p ${adjustedP! < 0.001 ? '' : '= '}${pText(adjustedP!)})`
}

function median({ n, median, interval }: SampleSummary): string {
  if (n === 0) return missing
  const between =
    interval === null ? '' : ` [${digits(interval.low)}, ${interval.high === null ? 'never' : digits(interval.high)}]`
  return `${median === null ? 'never ended' : digits(median)}${between}`
}

/** What a table's cell would take for its end, and what a line would take for markup. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('~', '\\~')
}
