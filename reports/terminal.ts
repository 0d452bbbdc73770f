/** A result on a terminal: the table, the checks with a line of evidence each, the decisions as they happen. */

import { policyName } from '../scenarios/compare.ts'
import { levelsText } from '../scenarios/levels.ts'
import type { CheckResult, Result, Verdict } from '../scenarios/result.ts'
import { actualText, wantedText } from './expectation.ts'
import { intervalText } from './intervals.ts'
import { count, digits, milliseconds, percent } from './numbers.ts'
import { caughtUp, unsafeText } from './sentences.ts'
import { foreseen, verdictLine, verdictOf } from './verdict.ts'

export interface Style {
  readonly colour: boolean
  /** Columns of the terminal. */
  readonly width: number
}

type Tone = 'good' | 'bad' | 'doubtful' | 'faint' | 'strong'
const CODES: Readonly<Record<Tone, number>> = { good: 32, bad: 31, doubtful: 33, faint: 2, strong: 1 }

export function paint(text: string, tone: Tone, style: Style): string {
  return style.colour ? `\x1b[${CODES[tone]}m${text}\x1b[0m` : text
}

const MARKS: Readonly<Record<Verdict, { mark: string; tone: Tone }>> = {
  pass: { mark: '✓ pass', tone: 'good' },
  fail: { mark: '✗ fail', tone: 'bad' },
  unknown: { mark: '? open', tone: 'doubtful' },
}

export function summaryText(result: Result, style: Style): string {
  const rows: [string, string][] = [...numbers(result), ...failovers(result)]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(14)} ${tame(value)}`)
  const { unsafe } = result.scenario
  if (unsafe !== undefined) lines.unshift(`  ${paint(unsafeText(unsafe), 'bad', style)}`)
  if (!result.complete) lines.unshift(`  ${paint('interrupted: what follows is a part of the run', 'doubtful', style)}`)
  lines.push('', ...result.checks.map((check) => checkLine(check, result, style)))
  for (const expectation of result.expectations) {
    const { mark, tone } = MARKS[expectation.verdict]
    const found = actualText(expectation, (value) => String(Number(value.toPrecision(6))))
    lines.push(`  ${paint(mark, tone, style)}  ${tame(`expected ${wantedText(expectation)}: ${found}`)}`)
  }
  for (const note of result.summary.notes ?? []) lines.push(`  ${paint('! note', 'doubtful', style)}  ${tame(note)}`)
  const { tone } = MARKS[verdictOf(result)]
  lines.push('', `  ${paint(tame(verdictLine(result)), tone, style)}`)
  return lines.map((line) => fit(line, style)).join('\n')
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
  return [
    ...(several
      ? [['seed', `${result.seed} alone, the first of ${result.trials.length} trials:`] as [string, string]]
      : []),
    ['throughput', `${digits(summary.throughputOpsPerSec)} ops/s of ${digits(summary.offeredOpsPerSec)} offered`],
    ['operations', `${count(ok)} ok, ${count(failed)} failed, ${count(unknown)} unknown, ${count(unsent)} unsent`],
    ['writes', latency('write')],
    ['reads', latency('read')],
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
  const rows = summary.failovers.map(
    ({ durationMs, clientOutageMs, oldSource, newSource, lostAcknowledged }): [string, string] => [
      'failover',
      `${durationMs === null ? 'never finished' : milliseconds(durationMs)}  ${oldSource ?? 'none'} -> ${newSource}` +
        `  client outage ${milliseconds(clientOutageMs)}  acknowledged writes lost ${count(lostAcknowledged)}`,
    ],
  )
  if (rows.length === 0) rows.push(['failover', 'none'])
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

function checkLine(check: CheckResult, result: Result, style: Style): string {
  const expected = foreseen(result, check) && check.verdict !== 'pass'
  const { mark, tone } = MARKS[check.verdict]
  const line = check.verdict === 'pass' ? check.detail : (check.evidence[0] ?? check.detail)
  const name = `${check.name}${expected ? ' (as expected)' : ''}`
  return `  ${paint(mark, expected ? 'good' : tone, style)}  ${tame(`${name}: ${line}`)}`
}

/** The header: what runs, where, by what. */
export function headerText(
  run: {
    readonly version: string
    readonly name: string
    readonly world: string
    readonly seed: number
    readonly trials: number
    readonly cluster: Result['scenario']['cluster']
    readonly algorithms: Result['scenario']['algorithms']
    readonly unsafe?: Result['scenario']['unsafe']
    readonly workload: Result['scenario']['workload']
  },
  style: Style,
): string {
  const { cluster, algorithms, unsafe = [], workload } = run
  const trials = run.trials === 1 ? '' : ` to ${run.seed + run.trials - 1}`
  return [
    `${paint(run.name, 'strong', style)} on ${run.world}, seed ${run.seed}${trials}  ${paint(`quorumlab ${run.version}`, 'faint', style)}`,
    `  ${cluster.protocol === 'raft' ? 'Raft' : algorithms.timestamps}, ${policyName(algorithms, 'quorum')}, ${algorithms.election}; ${cluster.nodes} servers; ` +
      `${digits(workload.ratePerSec)} ops/s for ${digits(workload.durationUs / 1e6)} s, ${percent(workload.reads)} reads, ${levelsText(workload.consistency)}`,
    ...(unsafe.length > 0 ? [`  ${paint(unsafeText(unsafe), 'bad', style)}`] : []),
  ]
    .map((line) => fit(line, style))
    .join('\n')
}

type Event = Result['events'][number]

/** One decision in a line; null for those that only `--verbose` shows. */
export function eventLine(event: Event, style: Style, verbose = false): string | null {
  const text = eventText(event, verbose)
  if (text === null) return null
  return fit(`${`${(event.atUs / 1e6).toFixed(3)} s`.padStart(10)}  ${tame(text)}`, style)
}

function eventText(event: Event, verbose: boolean): string | null {
  switch (event.kind) {
    case 'note':
      return event.text
    case 'suspected':
      return `${event.node} suspected: ${event.reason}`
    case 'cleared':
      return verbose ? `${event.node} no longer suspected: ${event.reason}` : null
    case 'phase':
      return verbose ? `epoch ${event.epoch}: ${event.phase} ${event.detail}`.trimEnd() : null
    case 'elected':
      return `elected ${event.node} by ${event.policy}: ${event.reason}`
    case 'reign':
      return `${event.source} is the source of epoch ${event.epoch}`
    case 'planned':
      return `planned move from ${event.from}${event.to === null ? '' : ` to ${event.to}`}: ${event.reason}`
    case 'switched':
      return `planned move ${event.verdict}: ${event.reason}${event.heldUs === null ? '' : `, clients held back for ${milliseconds(event.heldUs / 1000)}`}`
    case 'refused':
      return `no failover: ${event.reason}`
    case 'deposed':
      return `coordinator deposed in epoch ${event.epoch}: ${event.reason}`
    case 'rejoined':
      return `${event.node} follows again: ${event.detail}`
    case 'quarantined':
      return `${event.node} quarantined, extra transactions ${event.extras}${event.savedAs === null ? '' : ` (saved as ${event.savedAs})`}`
    case 'rebuilt':
      return `${event.node} rebuilt in ${milliseconds(event.tookUs / 1000)}`
    case 'fenced':
      return `${event.node} fenced, was writable for ${milliseconds(event.writableForUs / 1000)} after it was reached`
    case 'issuer':
      return `${event.node} issues timestamps, in term ${event.term}`
    case 'quorum':
      if (!verbose) return null
      return event.weights === null
        ? `quorum of epoch ${event.epoch}: ${event.needed} of ${event.members.join(', ')}`
        : `weights of epoch ${event.epoch}, round ${event.weights.clock}: ${event.members.join(' > ')}`
    case 'threshold':
      return event.inEffect
        ? `failure threshold is ${event.failureThreshold} now: ${event.k} replicas must hold a STRONG write`
        : null
  }
}

/** What the live line shows. */
export interface Live {
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences that `paint` writes take no room.
const ESCAPES = /\x1b\[\d+m/g

/** Texts of a result may come from a file of anybody's: they must not steer the terminal. */
export function tame(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just those are taken out.
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
}

/** Cut to the terminal's width, colours not counted and not left on. */
function fit(line: string, style: Style): string {
  if (line.replace(ESCAPES, '').length <= style.width) return line
  const plain = line.replace(ESCAPES, '')
  return `${plain.slice(0, Math.max(0, style.width - 1))}…`
}
