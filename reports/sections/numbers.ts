/** Every number of the summary, a table per subject, a row per run; then the trials. */
import type { LatencySummary, Result } from '../../scenarios/result.ts'
import type { Spread } from '../../scenarios/result-durations.ts'
import { count, digits } from '../../scenarios/shown/numbers.ts'
import { latencyFromText } from '../caveats.ts'
import { intervalCell, RANGE_NOTE } from '../intervals.ts'
import { html, type Markup, type Piece } from '../markup.ts'
import { oneTrialText, type Run } from '../runs.ts'
import { type Cell, type Column, table } from '../tables.ts'
import { verdictWord } from '../verdict.ts'

export function numbersSection(runs: readonly Run[]): Markup {
  return html`<section id="numbers"><h2>All numbers</h2>
${oneTrial(runs)}
${operations(runs)}
${durations(runs)}
${latencies(runs)}
${lags(runs)}
${counters(runs)}
${trialsTable(runs)}
</section>
`
}

/** Durations and trials say themselves that they are of all. */
function oneTrial(runs: readonly Run[]): Markup | null {
  const text = oneTrialText(runs)
  return text === '' ? null : html`<p>${text} Failover time, client outage and the table of trials are of all.</p>`
}

const numeric = (titles: readonly string[]): Column[] => titles.map((title) => ({ title, numeric: true }))
const number = (value: number | null | undefined): Cell => ({
  shown: Number.isInteger(value) ? count(value) : digits(value),
  raw: value ?? null,
})
/** A column that says which run, where there are several. */
const who = (runs: readonly Run[]): Column[] => (runs.length > 1 ? [{ title: 'run' }] : [])
const whose = (runs: readonly Run[], run: Run): Piece[] => (runs.length > 1 ? [run.name] : [])

function operations(runs: readonly Run[]): Markup {
  return table({
    id: 'operations',
    caption: 'Operations, after the warm-up',
    note: 'Counted by their intended start; ok /s alone by the end: what was answered in the measured window.',
    columns: [
      { title: 'run' },
      ...numeric([
        'offered /s',
        'ok /s',
        'ok',
        'failed',
        'unknown',
        'never sent',
        'acknowledged writes lost',
        'EVENTUAL writes lost',
      ]),
    ],
    rows: runs.map(({ result: { summary }, name }) => [
      name,
      number(summary.offeredOpsPerSec),
      number(summary.throughputOpsPerSec),
      number(summary.operations.ok),
      number(summary.operations.failed),
      number(summary.operations.unknown),
      number(summary.operations.unsent),
      number(summary.failovers.reduce((sum, { lostAcknowledged }) => sum + lostAcknowledged, 0)),
      number(summary.lostEventual),
    ]),
  })
}

function durations(runs: readonly Run[]): Markup {
  const row = (label: string, run: Run, { trials, min, p50, p95, max, interval }: Spread) => [
    label,
    ...whose(runs, run),
    number(trials),
    ...[min, p50, p95, max].map(number),
    intervalCell(interval, digits),
    number(run.result.summary.resolutionMs),
  ]
  return table({
    id: 'durations',
    caption: 'Failover time and client outage, ms',
    columns: [
      { title: 'measure' },
      ...who(runs),
      ...numeric(['trials', 'min', 'median', 'p95', 'max', 'interval of the median', 'resolution']),
    ],
    rows: [
      ...runs.map((run) => row('failover time', run, run.result.summary.failoverMs)),
      ...runs.flatMap((run) => {
        const { plannedMoveMs } = run.result.summary
        return plannedMoveMs === undefined || plannedMoveMs.outcome === 'none'
          ? []
          : [row('planned move', run, plannedMoveMs)]
      }),
      ...runs.map((run) => row('client outage', run, run.result.summary.clientOutageMs)),
    ],
    note: `A trial counts with its longest. ${runs.some(({ result }) => result.trials.length > 1) ? `${RANGE_NOTE} ` : ''}A dash where a duration never ended, or no failover began; 0 where no operation failed.`,
  })
}

function latencies(runs: readonly Run[]): Markup {
  const columns = ['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'mean'] as const
  const everybody = (kind: 'write' | 'read', run: Run) => {
    const { leftOut = 0, neverSent = 0, sent } = run.result.summary.latencyMs[kind]
    if (leftOut === neverSent || sent === undefined) return []
    const { count: all, p50, p90, p95, p99, p999 } = sent
    return [
      [`${kind}, with those`, ...whose(runs, run), ...[all, p50, p90, p95, p99, p999, null, null, null].map(number)],
    ]
  }
  const row = (kind: 'write' | 'read', run: Run) => {
    const latency: LatencySummary = run.result.summary.latencyMs[kind]
    return [
      kind,
      ...whose(runs, run),
      number(latency.count),
      ...columns.map((column) => number(latency.count === 0 ? null : latency[column])),
      number(latency.leftOut),
    ]
  }
  return table({
    id: 'latency',
    caption: 'Latency of operations answered ok, ms',
    columns: [
      { title: 'operation' },
      ...who(runs),
      ...numeric(['count', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max', 'mean', 'got no answer']),
    ],
    rows: (['write', 'read'] as const).flatMap((kind) => [
      ...runs.map((run) => row(kind, run)),
      ...runs.flatMap((run) => everybody(kind, run)),
    ]),
    note: `${latencyFromText(runs)}. Who got no answer is in no figure but those of “with those”, where each that was sent counts with what it waited, and at least until its outage was over.`,
  })
}

/** More are not read; the slowest are. */
const REPLICAS_AT_MOST = 12

function lags(runs: readonly Run[]): Markup | null {
  const nodes = [...new Set(runs.flatMap(({ result }) => Object.keys(result.summary.lagMs.perNode)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  )
  if (nodes.length === 0) return null
  const worst = (node: string) => Math.max(...runs.map(({ result }) => result.summary.lagMs.perNode[node]?.p99 ?? 0))
  const slowest = nodes.toSorted((a, b) => worst(b) - worst(a)).slice(0, REPLICAS_AT_MOST)
  const shown = nodes.filter((node) => slowest.includes(node))
  type Lag = { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }
  const row = (label: string, run: Run, lag: Lag | undefined) => [
    label,
    ...whose(runs, run),
    number(lag?.count),
    ...(['p50', 'p99', 'max'] as const).map((column) =>
      number(lag === undefined || lag.count === 0 ? null : lag[column]),
    ),
  ]
  const missed = (node: string, run: Run) => {
    const late = run.result.summary.lagMs.catchingUp?.perNode[node]
    if (late === undefined) return []
    return [[`${node}, missed while away`, ...whose(runs, run), ...[late.count, null, null, late.maxMs].map(number)]]
  }
  return table({
    id: 'lag',
    caption: 'Replication lag, ms',
    columns: [{ title: 'replica' }, ...who(runs), ...numeric(['transactions', 'p50', 'p99', 'max'])],
    rows: [
      ...runs.map((run) => row('all', run, run.result.summary.lagMs)),
      ...shown.flatMap((node) => runs.map((run) => row(node, run, run.result.summary.lagMs.perNode[node]))),
      ...nodes.flatMap((node) => runs.flatMap((run) => missed(node, run))),
    ],
    note: `Per transaction: from its commit on the source to its application on the replica. What a replica missed while a fault had taken it away is in no row but its own.${nodes.length > shown.length ? ` The ${shown.length} slowest of ${nodes.length} are shown; the others are in result.json.` : ''}`,
  })
}

function counters(runs: readonly Run[]): Markup | null {
  const names = [...new Set(runs.flatMap(({ result }) => Object.keys(result.summary.counters)))]
  if (names.length === 0) return null
  return table({
    id: 'counters',
    caption: 'Counters',
    columns: [{ title: 'counter' }, ...runs.map(({ name }) => ({ title: name, numeric: true }))],
    rows: names.map((name) => [inWords(name), ...runs.map(({ result }) => number(result.summary.counters[name]))]),
  })
}

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function trialsTable(runs: readonly Run[]): Markup | null {
  if (runs.every(({ result }) => result.trials.length < 2)) return null
  const list = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? 'never ended' : digits(value))).join(', ') || 'none'
  return table({
    id: 'trials',
    caption: 'Trials',
    columns: [
      { title: 'seed' },
      ...who(runs),
      ...numeric(['failover, ms', 'client outage, ms', 'ok /s', 'write p50, ms', 'write p99, ms', 'lag p99, ms']),
      { title: 'checks' },
    ],
    rows: runs.flatMap((run) =>
      run.result.trials.map((trial) => [
        trial.seed,
        ...whose(runs, run),
        list(trial.failoverMs),
        list(trial.clientOutageMs),
        number(trial.throughputOpsPerSec),
        number(trial.writeP50Ms),
        number(trial.writeP99Ms),
        number(trial.lagP99Ms),
        checksOf(trial.checks),
      ]),
    ),
  })
}

function checksOf(checks: Result['trials'][number]['checks']): string {
  const notPassed = Object.entries(checks).filter(([, verdict]) => verdict !== 'pass')
  if (notPassed.length === 0) return Object.keys(checks).length === 0 ? 'none' : 'all pass'
  return notPassed.map(([name, verdict]) => `${name}: ${verdictWord(verdict)}`).join(', ')
}
