/** When and how long: a waterfall per failover, the trials, the same as a table, and what clients saw. */

import type { Failover } from '../../scenarios/result-durations.ts'
import { count, digits, milliseconds, missing, seconds } from '../../scenarios/shown/numbers.ts'
import type { Chart } from '../charts/spec.ts'
import { trialsChart } from '../charts/trials.ts'
import { PHASES, waterfallChart } from '../charts/waterfall.ts'
import { figure } from '../figure.ts'
import { html, type Markup } from '../markup.ts'
import { severalText, silenceText, writableText } from '../outages.ts'
import { isPlanned } from '../planned.ts'
import { oneTrialText, provenanceOf, type Run } from '../runs.ts'
import { table } from '../tables.ts'

const WATERFALLS_AT_MOST = 4

export function outageSection(runs: readonly Run[]): Markup {
  const most = Math.max(0, ...runs.map(({ result }) => result.summary.failovers.length))
  if (most === 0)
    return html`<section id="outage"><h2>The outage</h2>
<p>No failover happened${runs.length > 1 ? ' in any of these runs' : ''}${runs.every(isServed) ? ', and no operation failed: there is nothing to time' : ''}. ${oneTrialText(runs)}</p>
${silences(runs)}
${outageTable(runs)}
</section>
`
  return html`<section id="outage"><h2>The outage</h2>
<p>A failover is timed from the moment the fault was seen to hold to the first acknowledged write of the new reign that was begun after it${readsOnly(runs)}${runs.some(hasMove) ? '; a planned move from its request' : ''}. Nothing here is finer than ${resolution(runs)}, the time between two operations. ${oneTrialText(runs)}</p>
${outageCharts(runs).map((chart) => figure(chart, provenanceOf(runs)))}
${failoverTable(runs)}
${silences(runs)}
${outageTable(runs)}
</section>
`
}

/** None where no failover happened. */
export function outageCharts(runs: readonly Run[]): readonly Chart[] {
  const most = Math.max(0, ...runs.map(({ result }) => result.summary.failovers.length))
  if (most === 0) return []
  const waterfalls = Array.from({ length: Math.min(most, WATERFALLS_AT_MOST) }, (_, index) =>
    waterfallChart(
      runs.flatMap((run) => {
        const failover = run.result.summary.failovers[index]
        return failover === undefined ? [] : [{ run, failover }]
      }),
      index + 1,
    ),
  )
  const trials = trialsChart(runs)
  return trials === null ? waterfalls : [...waterfalls, trials]
}

function isServed({ result }: Run): boolean {
  return result.summary.outages === undefined || result.summary.outages.count === 0
}

function silences(runs: readonly Run[]): Markup[] {
  return runs.flatMap((run) => {
    const text = silenceText(run.result.summary)
    const who = runs.length > 1 ? `${run.name}: ` : ''
    const fenced = writableText(run.result)
    return [
      ...(text === null
        ? []
        : [html`<p>${who}The longest time in which operations waited and none was answered: ${text}.</p>`]),
      ...(fenced === null ? [] : [html`<p>${who}Old sources that were reached again: ${fenced}.</p>`]),
    ]
  })
}

const OUTAGES_AT_MOST = 40

/** What clients saw, whatever was hit; nothing where nothing failed. */
function outageTable(runs: readonly Run[]): Markup | null {
  if (runs.every(isServed)) return null
  const several = runs.length > 1
  const rows = runs.flatMap(({ result, name }) =>
    (result.summary.outages?.each ?? []).map(({ startMs, durationMs, failed, unknown }) => [
      { shown: seconds(startMs, 3), raw: startMs },
      ...(several ? [name] : []),
      { shown: durationMs === null ? 'not seen to end' : digits(durationMs), raw: durationMs },
      count(failed),
      count(unknown),
    ]),
  )
  const totals = runs.flatMap(({ result: { summary }, name }) =>
    summary.outages !== undefined && summary.outages.count > 1
      ? [`${several ? `${name}: ` : ''}${severalText(summary.outages)}.`]
      : [],
  )
  const more = rows.length > OUTAGES_AT_MOST ? [`The first ${OUTAGES_AT_MOST} of ${rows.length}.`] : []
  const rule =
    'From the intended start of the first operation that failed, or whose outcome is unknown, to the first answer of a second in which every operation was answered ok; whatever had been hit.'
  return table({
    id: 'outages',
    caption: 'Client outages, ms',
    columns: [
      { title: 'began at' },
      ...(several ? [{ title: 'run' }] : []),
      ...['lasted', 'failed', 'unknown'].map((title) => ({ title, numeric: true })),
    ],
    rows: rows.slice(0, OUTAGES_AT_MOST),
    note: [...totals, ...more, rule].join(' '),
  })
}

function outageOf({ clientOutageMs, clientOutageStartMs }: Failover): string {
  if (clientOutageStartMs === null) return 'none'
  return clientOutageMs === null ? 'not seen to end' : digits(clientOutageMs)
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number'
}

function readsOnly(runs: readonly Run[]): string {
  const some = runs.some(({ result }) => result.summary.failovers.some(({ endsWith }) => endsWith === 'read'))
  return some ? ' (to the first answered read, where nothing but reads was asked for)' : ''
}

function hasMove({ result }: Run): boolean {
  return result.summary.failovers.some((failover) => isPlanned(result, failover))
}

function resolution(runs: readonly Run[]): string {
  return [...new Set(runs.map(({ result }) => milliseconds(result.summary.resolutionMs)))].join(' and ')
}

function failoverTable(runs: readonly Run[]): Markup {
  const several = runs.length > 1
  const all = runs.flatMap(({ result }) => result.summary.failovers)
  const phases = PHASES.filter(({ key }) => key !== 'refused' || all.some((failover) => isNumber(failover.phases[key])))
  return table({
    id: 'failovers',
    caption: `Failovers, ms${several || runs[0]!.result.trials.length < 2 ? '' : ` (seed ${runs[0]!.result.seed})`}`,
    columns: [
      { title: 'started at' },
      ...(several ? [{ title: 'run' }] : []),
      { title: 'from' },
      { title: 'to' },
      { title: 'epoch', numeric: true },
      ...phases.map(({ label }) => ({ title: label, numeric: true })),
      { title: 'total', numeric: true },
      { title: 'client outage', numeric: true },
      { title: 'writes lost', numeric: true },
    ],
    rows: runs.flatMap(({ result, name }) =>
      result.summary.failovers.map((failover) => [
        { shown: seconds(failover.startMs, 3), raw: failover.startMs },
        ...(several ? [name] : []),
        failover.oldSource ?? missing,
        failover.newSource,
        failover.epoch,
        ...phases.map(({ key }) => ({ shown: digits(failover.phases[key]), raw: failover.phases[key] ?? null })),
        { shown: failover.durationMs === null ? 'never' : digits(failover.durationMs), raw: failover.durationMs },
        { shown: outageOf(failover), raw: failover.clientOutageMs },
        count(failover.lostAcknowledged),
      ]),
    ),
  })
}
