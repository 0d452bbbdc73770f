/** Several forms of one cluster on the terminal and for programs: which checks each kept and broke, then the numbers side by side. */
import type { CheckResult, Verdict } from '../scenarios/result.ts'
import { type ComparedResults, comparedJson } from './export/comparison-formats.ts'
import { runsOf } from './runs.ts'
import { summaryJson } from './summary-json.ts'
import { MARKS, paint, type Style, tame } from './terminal.ts'
import { comparisonsText } from './terminal-comparisons.ts'
import { wrapped } from './wrapping.ts'

export function versusText(compared: ComparedResults, style: Style): string {
  return `${checksText(compared, style)}\n\n${comparisonsText(compared, style.width)}`
}

/** A row for each check, a column for each form, and below them what the broken ones broke. */
function checksText({ results }: ComparedResults, style: Style): string {
  const names = runsOf(results).map(({ name }) => name)
  const checks = [...new Set(results.flatMap(({ checks }) => checks.map(({ name }) => name)))]
  const verdictIn = (index: number, check: string): CheckResult | undefined =>
    results[index]!.checks.find(({ name }) => name === check)
  const first = Math.max(...checks.map((name) => name.length))
  const widths = names.map((name) => Math.max(name.length, MARK_WIDTH))
  const cell = (verdict: Verdict | undefined, width: number) => {
    if (verdict === undefined) return ''.padEnd(width)
    const { mark, tone } = MARKS[verdict]
    return paint(mark, tone, style) + ' '.repeat(width - mark.length)
  }
  const head = `  ${''.padEnd(first)}  ${names.map((name, index) => name.padEnd(widths[index]!)).join('  ')}`
  const rows = checks.map(
    (check) =>
      `  ${check.padEnd(first)}  ${names.map((_, index) => cell(verdictIn(index, check)?.verdict, widths[index]!)).join('  ')}`,
  )
  const broken = results.flatMap(({ checks }, index) =>
    checks
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ name, detail }) => wrapped(tame(`  ${names[index]} breaks ${name}: ${detail}`), style.width, 4)),
  )
  return [head, ...rows, ...(broken.length === 0 ? [] : ['', ...broken])].map((line) => line.trimEnd()).join('\n')
}

/** `✓ pass` */
const MARK_WIDTH = 6

/** The comparison as `compare --json` prints it, and each form as `run --json` does. */
export function versusJson(compared: ComparedResults): string {
  const forms = compared.results.map((result) => ({ form: result.scenario.form, ...summaryJson(result) }))
  return `${JSON.stringify({ ...comparedJson(compared), schema: 'quorumlab.versus/1', forms }, null, 2)}\n`
}
