/** A stress on a terminal: a line while it goes on, what came of each run, and what holds. */
import type { StressFigure, StressResult, StressRun } from '../scenarios/stress-result.ts'
import { checkMark, type Style } from './terminal.ts'

/** As much of a record as the line needs. */
interface Progress {
  readonly done: number
  readonly total: number
  readonly failed: number
  readonly unknown: number
  readonly latencyMs: { readonly mean: number }
}

export function stressProgress(kind: string, record: Progress | null): string {
  if (record === null) return `  ${kind}  ...`
  const { done, total, failed, unknown, latencyMs } = record
  return `  ${kind}  ${done} of ${total}, ${failed} failed, ${unknown} unknown, mean ${latencyMs.mean.toFixed(1)} ms`
}

export function stressRunLines({ title, sentence, checks }: StressRun, style: Style): readonly string[] {
  return [
    `  ${title}: ${sentence}`,
    ...checks.map(({ name, verdict, detail }) => `    ${checkMark(verdict, style)}  ${name}: ${detail}`),
  ]
}

/** The closing words. */
export function stressLines(result: StressResult, style: Style): readonly string[] {
  return [
    `stress of ${result.url}: ${result.complete ? '' : 'interrupted; '}${checksSummary(result)}`,
    `  ${result.system}`,
    ...result.runs.flatMap((run) => [
      '',
      ...stressRunLines(run, style),
      `    ${run.figures.map(figureText).join(', ')}`,
    ]),
    '',
  ]
}

export function checksSummary({ runs }: StressResult): string {
  const checks = runs.flatMap((run) => run.checks)
  const failed = checks.filter(({ verdict }) => verdict === 'fail').length
  return failed > 0 ? `${failed} of ${checks.length} checks do not hold` : `all ${checks.length} checks hold`
}

function figureText({ name, value, unit }: StressFigure): string {
  return `${name} ${valueText(value, unit)}`
}

export function valueText(value: number | null, unit: StressFigure['unit']): string {
  if (value === null) return '-'
  const digits = Number.isInteger(value) ? String(value) : value.toFixed(1)
  return unit === '' ? digits : unit === '/s' ? `${digits}/s` : `${digits} ${unit}`
}
