/** When and how long: a waterfall per failover, the trials, and the same as a table. */

import { trialsChart } from '../charts/trials.ts'
import { PHASES, waterfallChart } from '../charts/waterfall.ts'
import { figure } from '../figure.ts'
import { html, type Markup } from '../markup.ts'
import { count, digits, milliseconds, missing, seconds } from '../numbers.ts'
import { plannedMove } from '../planned.ts'
import { provenanceOf, type Run } from '../runs.ts'
import { table } from '../tables.ts'

const WATERFALLS_AT_MOST = 4

export function outageSection(runs: readonly Run[]): Markup {
  const most = Math.max(0, ...runs.map(({ result }) => result.summary.failovers.length))
  if (most === 0)
    return html`<section id="outage"><h2>The outage</h2><p>No failover happened${runs.length > 1 ? ' in any of these runs' : ''}, so there is nothing to time.</p></section>`
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
  return html`<section id="outage"><h2>The outage</h2>
<p>A failover is timed from the moment the fault was seen to hold to the first acknowledged write of the new reign that was begun after it${runs.some(hasMove) ? '; a planned move from its request' : ''}. Nothing here is finer than ${resolution(runs)}, the time between two operations.</p>
${waterfalls.map((chart) => figure(chart, provenanceOf(runs)))}
${trials === null ? '' : figure(trials, provenanceOf(runs))}
${failoverTable(runs)}
</section>
`
}

function hasMove({ result }: Run): boolean {
  return result.summary.failovers.some((failover) => plannedMove(result, failover) !== null)
}

function resolution(runs: readonly Run[]): string {
  return [...new Set(runs.map(({ result }) => milliseconds(result.summary.resolutionMs)))].join(' and ')
}

function failoverTable(runs: readonly Run[]): Markup {
  const several = runs.length > 1
  return table({
    id: 'failovers',
    caption: `Failovers, ms${several || runs[0]!.result.trials.length < 2 ? '' : ` (seed ${runs[0]!.result.seed})`}`,
    columns: [
      { title: 'started at' },
      ...(several ? [{ title: 'run' }] : []),
      { title: 'from' },
      { title: 'to' },
      { title: 'epoch', numeric: true },
      ...PHASES.map(({ label }) => ({ title: label, numeric: true })),
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
        ...PHASES.map(({ key }) => ({ shown: digits(failover.phases[key]), raw: failover.phases[key] })),
        { shown: failover.durationMs === null ? 'never' : digits(failover.durationMs), raw: failover.durationMs },
        { shown: digits(failover.clientOutageMs), raw: failover.clientOutageMs },
        count(failover.lostAcknowledged),
      ]),
    ),
  })
}
