/** A result on a terminal: what runs, the table, the checks with a line of evidence each, the line that is rewritten. */

import { levelsText } from '../scenarios/file/levels.ts'
import { closedText } from '../scenarios/file/load-text.ts'
import { policyName } from '../scenarios/measures/compare-results.ts'
import type { CheckResult, Result, Verdict } from '../scenarios/result.ts'
import type { Audit, SystemAudit } from '../scenarios/result-audit.ts'
import type { Failover } from '../scenarios/result-durations.ts'
import { count, digits, milliseconds, percent } from '../scenarios/shown/numbers.ts'
import { serverLines } from './audit.ts'
import { answeredLateText, closedLoopText, generatorText, leftOutText, worldText } from './caveats.ts'
import { actualText, wantedText } from './expectation.ts'
import { environmentLines, partText } from './incidents.ts'
import { intervalText } from './intervals.ts'
import { failoverOutage, outageLines, silenceText, writableText } from './outages.ts'
import { isPlanned } from './planned.ts'
import { caughtUp, unsafeText } from './sentences.ts'
import { failsAudit, foreseen, verdictLine, verdictOf } from './verdict.ts'
import { ESCAPES, shownLength, wrapped } from './wrapping.ts'

export interface Style {
  readonly colour: boolean
  /** Columns of the terminal, at the moment of asking. */
  readonly width: number
}

type Tone = 'good' | 'bad' | 'doubtful' | 'faint' | 'strong'
const CODES: Readonly<Record<Tone, number>> = { good: 32, bad: 31, doubtful: 33, faint: 2, strong: 1 }

export function paint(text: string, tone: Tone, style: Style): string {
  return style.colour ? `\x1b[${CODES[tone]}m${text}\x1b[0m` : text
}

/** Where the values of the table begin, and the text behind a mark. */
const ROW_INDENT = 17
const MARK_INDENT = 10

export const MARKS: Readonly<Record<Verdict, { mark: string; tone: Tone }>> = {
  pass: { mark: '✓ pass', tone: 'good' },
  fail: { mark: '✗ fail', tone: 'bad' },
  unknown: { mark: '? open', tone: 'doubtful' },
}

/** A verdict with its mark, in its colour. */
export function checkMark(verdict: Verdict, style: Style): string {
  const { mark, tone } = MARKS[verdict]
  return paint(mark, tone, style)
}

export function summaryText(result: Result, style: Style): string {
  const rows: [string, string][] = [...numbers(result), ...failovers(result)]
  const environment = environmentLines(result).map((line) => `  ${paint(tame(line), 'bad', style)}`)
  const lines = environment.map((line) => wrapped(line, style.width, 4))
  const part = partText(result)
  if (part !== null) lines.push(`  ${paint(part, 'doubtful', style)}`)
  const { unsafe } = result.scenario
  const ceiling = generatorText(result.summary)
  if (ceiling !== null) lines.push(`  ${paint('! note', 'doubtful', style)}  ${tame(ceiling)}`)
  const closed = closedLoopText(result)
  if (closed !== null) lines.push(`  ${paint('! note', 'doubtful', style)}  ${closed}`)
  if (unsafe !== undefined) lines.push(`  ${paint(unsafeText(unsafe), 'bad', style)}`)
  const table = rows.map(([name, value]) => `  ${name.padEnd(14)} ${tame(value)}`)
  lines.push(...table.map((line) => wrapped(line, style.width, ROW_INDENT)))
  lines.push('', ...result.checks.map((check) => checkLine(check, result, style)))
  if (result.audit !== undefined) lines.push(auditText(result.audit, !failsAudit(result), style))
  for (const expectation of result.expectations) {
    const { mark, tone } = MARKS[expectation.verdict]
    const found = actualText(expectation, (value) => String(Number(value.toPrecision(6))))
    lines.push(`  ${paint(mark, tone, style)}  ${tame(`expected ${wantedText(expectation)}: ${found}`)}`)
  }
  for (const note of result.summary.notes ?? []) lines.push(`  ${paint('! note', 'doubtful', style)}  ${tame(note)}`)
  const { tone } = MARKS[verdictOf(result)]
  lines.push('', `  ${paint(tame(verdictLine(result)), tone, style)}`)
  return lines.map((line) => (line.includes('\n') ? line : wrapped(line, style.width, MARK_INDENT))).join('\n')
}

function numbers(result: Result): [string, string][] {
  const { summary } = result
  const { ok, failed, unknown, unsent } = summary.operations
  const latency = (kind: 'read' | 'write') => {
    const { count: n, p50, p99, p999, max } = summary.latencyMs[kind]
    if (n === 0) return 'none'
    return `p50 ${milliseconds(p50)}  p99 ${milliseconds(p99)}  p99.9 ${milliseconds(p999)}  max ${milliseconds(max)}`
  }
  const { lagMs } = summary
  const several = result.trials.length > 1
  const isClosed = result.scenario.workload.mode === 'closed'
  const leftOut = (kind: 'read' | 'write') => {
    const text = leftOutText(summary.latencyMs[kind])
    return text === null ? [] : [['', text] as [string, string]]
  }
  const late = answeredLateText(result)
  const answeredLate = late === null ? [] : [['', late] as [string, string]]
  return [
    ['world', worldText(result)],
    ...(several
      ? [['seed', `${result.seed} alone, the first of ${result.trials.length} trials:`] as [string, string]]
      : []),
    [
      'throughput',
      `${digits(summary.throughputOpsPerSec)} ops/s${isClosed ? ', as the answers allowed' : ` of ${digits(summary.offeredOpsPerSec)} offered`}`,
    ],
    ['operations', `${count(ok)} ok, ${count(failed)} failed, ${count(unknown)} unknown, ${count(unsent)} unsent`],
    ...answeredLate,
    ['writes', latency('write')],
    ...leftOut('write'),
    ['reads', latency('read')],
    ...leftOut('read'),
    [
      'lag',
      lagMs.count === 0
        ? 'not measured'
        : `p50 ${milliseconds(lagMs.p50)}  p99 ${milliseconds(lagMs.p99)}  max ${milliseconds(lagMs.max)}`,
    ],
    ...caughtUp(lagMs).map((text): [string, string] => ['', text]),
  ]
}

function failovers(result: Result): [string, string][] {
  const { summary } = result
  const rows = summary.failovers.map((failover): [string, string] => [
    isPlanned(result, failover) ? 'move' : 'failover',
    `${failover.durationMs === null ? 'never finished' : milliseconds(failover.durationMs)}  ${failover.oldSource ?? 'none'} -> ${failover.newSource}` +
      `  client outage ${failoverOutage(failover)}  acknowledged writes lost ${count(failover.lostAcknowledged)}${refusedText(failover)}`,
  ])
  if (rows.length === 0) rows.push(['failover', 'none'])
  rows.push(...outageLines(summary).map((line, index): [string, string] => [index === 0 ? 'outage' : '', line]))
  const silence = silenceText(summary)
  if (silence !== null) rows.push(['silence', `at most ${silence}, while operations waited`])
  const fenced = writableText(result)
  if (fenced !== null) rows.push(['fenced', fenced])
  if (result.trials.length > 1) {
    const { p50, min, max, interval } = summary.failoverMs
    const between = interval?.kind === 'interval' ? ` (${intervalText(interval, milliseconds)})` : ''
    rows.push([
      `${result.trials.length} trials`,
      `failover median ${milliseconds(p50)}${between}, range ${milliseconds(min)} to ${milliseconds(max)}`,
    ])
  }
  return rows
}

function refusedText({ phases }: Failover): string {
  return phases.refused === undefined || phases.refused === null ? '' : `  refused for ${milliseconds(phases.refused)}`
}

function checkLine(check: CheckResult, result: Result, style: Style): string {
  const expected = foreseen(result, check) && check.verdict !== 'pass'
  const { mark, tone } = MARKS[check.verdict]
  const line = check.verdict === 'pass' ? check.detail : (check.evidence[0] ?? check.detail)
  const name = `${check.name}${expected ? ' (as expected)' : ''}`
  return `  ${paint(mark, expected ? 'good' : tone, style)}  ${tame(`${name}: ${line}`)}`
}

/** One line, and one for each server with a past. `isExpected`: the run was made to show a loss. */
export function auditText(audit: Audit, isExpected: boolean, style: Style): string {
  const { mark, tone } = MARKS[audit.verdict]
  const foreseen = audit.verdict === 'fail' && isExpected
  const line = audit.verdict === 'pass' ? audit.detail : (audit.evidence[0] ?? audit.detail)
  const head = `  ${paint(mark, foreseen ? 'good' : tone, style)}  ${tame(`audit${foreseen ? ' (as expected)' : ''}: ${line}`)}`
  const indent = ' '.repeat(MARK_INDENT)
  const servers = serverLines(audit).map((text) => `${indent}${paint(tame(text), 'faint', style)}`)
  return [head, ...servers].map((one) => wrapped(one, style.width, MARK_INDENT)).join('\n')
}

/** Of a running system: everything that is wrong, not only the first of it, because there is no report beside it. */
export function systemAuditText(audit: SystemAudit, style: Style): string {
  const { mark, tone } = MARKS[audit.verdict]
  const indent = ' '.repeat(MARK_INDENT)
  const head = `  ${paint(mark, tone, style)}  ${tame(`audit: ${audit.detail}`)}`
  const said = audit.evidence.map((text) => `${indent}${tame(text)}`)
  const servers = serverLines(audit).map((text) => `${indent}${paint(tame(text), 'faint', style)}`)
  return [head, ...said, ...servers].map((one) => wrapped(one, style.width, MARK_INDENT)).join('\n')
}

/** The header: what runs, where, by what. */
export function headerText(
  run: Pick<Result['scenario'], 'name' | 'cluster' | 'algorithms' | 'labels' | 'sameRule' | 'unsafe' | 'workload'> & {
    readonly version: string
    readonly world: string
    readonly seed: number
    readonly trials: number
  },
  style: Style,
): string {
  const { cluster, sameRule, unsafe = [], workload } = run
  const trials = run.trials === 1 ? '' : ` to ${run.seed + run.trials - 1}`
  return [
    `${paint(run.name, 'strong', style)} on ${run.world}, seed ${run.seed}${trials}  ${paint(`quorumlab ${run.version}`, 'faint', style)}`,
    `  ${cluster.protocol === 'raft' ? 'Raft' : policyName(run, 'timestamps')}, ${policyName(run, 'quorum')}, ${policyName(run, 'election')}; ${cluster.nodes} servers; ` +
      `${workload.mode === 'closed' ? closedText(workload) : `${digits(workload.ratePerSec)} ops/s${workload.stages === undefined ? '' : ' in the mean'}`} for ${digits(workload.durationUs / 1e6)} s, ${percent(workload.reads)} reads, ${levelsText(workload.consistency)}`,
    ...(sameRule === undefined ? [] : [`  ${paint(sameRule.text, 'faint', style)}`]),
    ...(unsafe.length > 0 ? [`  ${paint(unsafeText(unsafe), 'bad', style)}`] : []),
  ]
    .map((line) => wrapped(line, style.width, 2))
    .join('\n')
}

/** What the live line shows. */
interface Live {
  readonly phase: string
  readonly atUs: number
  readonly ok: number
  readonly failed: number
  readonly unknown: number
  readonly offered: number
  readonly p99Ms: number | null
  readonly lagMs: number | null
  readonly source: string | null
  readonly faults: readonly string[]
}

export function liveLine(live: Live, durationUs: number, style: Style): string {
  if (live.phase === 'preparing') return fit('  preparing the cluster', style)
  const done = Math.min(1, Math.max(0, live.atUs / durationUs))
  const parts = [
    `${(Math.max(0, live.atUs) / 1e6).toFixed(1)} / ${digits(durationUs / 1e6)} s`,
    ...(live.offered === 0
      ? []
      : [
          `${count(live.ok)} ok of ${count(live.offered)}`,
          `${count(live.failed)} failed`,
          `${count(live.unknown)} unknown`,
        ]),
    ...(live.p99Ms === null ? [] : [`p99 ${milliseconds(live.p99Ms)}`]),
    ...(live.lagMs === null ? [] : [`lag ${milliseconds(live.lagMs)}`]),
    ...(live.offered === 0 ? [] : [live.source === null ? 'no source' : `source ${live.source}`]),
    ...live.faults,
    ...(live.phase === 'workload' ? [] : [live.phase]),
  ]
  const bar = `${'='.repeat(Math.round(done * 10))}${' '.repeat(10 - Math.round(done * 10))}`
  return fit(`  [${bar}] ${parts.join('  ')}`, style)
}

/** Texts of a result may come from a file of anybody's: they must not steer the terminal. */
export function tame(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are taken out.
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
}

/** The one line that is rewritten in place: cut to the terminal's width, colours not counted and not left on. */
function fit(line: string, style: Style): string {
  if (shownLength(line) <= style.width) return line
  const plain = line.replace(ESCAPES, '')
  return `${plain.slice(0, Math.max(0, style.width - 1))}…`
}
