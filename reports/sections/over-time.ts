/** The charts over time: one timeline on top, then what users saw and what the replicas did. Their time axes are one. */

import { seconds } from '../../scenarios/shown/numbers.ts'
import { distributionChart } from '../charts/distribution.ts'
import { lagChart } from '../charts/lag.ts'
import { latencyChart } from '../charts/latency.ts'
import { quorumChart } from '../charts/quorum.ts'
import type { Chart } from '../charts/spec.ts'
import { throughputChart } from '../charts/throughput.ts'
import { timelineChart } from '../charts/timeline.ts'
import { figure } from '../figure.ts'
import { html, type Markup } from '../markup.ts'
import { oneTrialText, provenanceOf, type Run } from '../runs.ts'

const JUMPS_AT_MOST = 6

export function usersSection(runs: readonly Run[]): Markup {
  const from = provenanceOf(runs)
  return html`<section id="users"><h2>What users saw</h2>
${oneTrial(runs)}
${
  !recorded(runs)
    ? html`<p>The run ended before an interval was recorded: there is nothing to draw over time.</p>`
    : html`<p class="hint">Drag across a chart to zoom all of them; double-click, or press Escape, to see the whole run again. With the keyboard: plus and minus zoom, arrows move.</p>
${jumps(runs)}
${overTime(runs).map((chart) => figure(chart, from))}`
}
${distributions(runs).map((chart) => figure(chart, from))}
${distributions(runs).length > 0 ? '' : html`<p>No operation was measured, so there is no latency to show.</p>`}
</section>
`
}

export function userCharts(runs: readonly Run[]): readonly Chart[] {
  return [...(recorded(runs) ? overTime(runs) : []), ...distributions(runs)]
}

function overTime(runs: readonly Run[]): readonly Chart[] {
  const kinds = measuredKinds(runs).filter((kind) => hasLatency(runs, kind))
  return [timelineChart(runs), throughputChart(runs), ...kinds.map((kind) => latencyChart(runs, kind))]
}

/** None where nothing was measured. */
function distributions(runs: readonly Run[]): readonly Chart[] {
  return measuredKinds(runs).length > 0 ? [distributionChart(runs)] : []
}

function measuredKinds(runs: readonly Run[]): readonly ('write' | 'read')[] {
  return (['write', 'read'] as const).filter((kind) =>
    runs.some(({ result }) => result.summary.latencyMs[kind].count > 0),
  )
}

function oneTrial(runs: readonly Run[]): Markup | null {
  const text = oneTrialText(runs)
  return text === '' ? null : html`<p>${text}</p>`
}

/** A failover is a sliver of a run: buttons that show it at its own scale. The page's script makes them work. */
function jumps(runs: readonly Run[]): Markup | null {
  const first = runs.find(({ result }) => result.summary.failovers.length > 0)
  if (first === undefined) return null
  return html`<p class="jump"><button type="button" data-from="" data-to="">Whole run</button>
${first.result.summary.failovers.slice(0, JUMPS_AT_MOST).map(({ startMs, durationMs, clientOutageMs }) => {
  const length = Math.max(300, durationMs ?? 3000, clientOutageMs ?? 0)
  return html`<button type="button" data-from="${Math.max(0, startMs - length * 1.5)}" data-to="${startMs + length * 3}">Failover at ${seconds(startMs)}</button>
`
})}</p>`
}

function recorded(runs: readonly Run[]): boolean {
  return runs.some(({ result }) => result.series.tMs.length > 0)
}

function hasLatency(runs: readonly Run[], kind: 'write' | 'read'): boolean {
  const column = kind === 'write' ? 'writeMs' : 'readMs'
  return runs.some(({ result }) => result.series[column].p50.some((ms) => ms !== null))
}

export function replicasSection(runs: readonly Run[]): Markup {
  return html`<section id="replicas"><h2>What the replicas did</h2>
${oneTrial(runs)}
${wasTimed(runs) ? '' : html`<p>No transaction was timed on a replica, so there is no lag to show.</p>`}
${replicaCharts(runs).map((chart) => figure(chart, provenanceOf(runs)))}
</section>
`
}

export function replicaCharts(runs: readonly Run[]): readonly Chart[] {
  const quorums = runs.map((run) => quorumChart(run, runs)).filter((chart) => chart !== null)
  return [...(wasTimed(runs) ? [lagChart(runs)] : []), ...quorums]
}

function wasTimed(runs: readonly Run[]): boolean {
  return runs.some(({ result }) => Object.values(result.series.lagMs).some((lags) => lags.some((lag) => lag !== null)))
}
