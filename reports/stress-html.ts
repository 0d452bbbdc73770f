/** A stress of a running system as a page: what came of it, run by run, and how it went over time. */

import { colourCss, ink, seriesColour } from '../scenarios/shown/palette.ts'
import type { StressResult, StressRun, StressSample } from '../scenarios/stress-result.ts'
import { type Chart, CONFIG, sized, TIME_PARAM, timeEncoding, valueAxis } from './charts/spec.ts'
import { figure } from './figure.ts'
import { inlinedLibraries, inlinedScripts, inlinedStyle } from './libraries.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'
import { mark } from './sections/marks.ts'
import { capital } from './sentences.ts'
import { checksSummary, valueText } from './stress-terminal.ts'
import { table } from './tables.ts'

export async function renderStress(result: StressResult): Promise<string> {
  const sections = [
    { id: 'answer', title: 'Answer', body: answer(result) },
    ...(result.samples.length < 2 ? [] : [{ id: 'time', title: 'Over time', body: overTime(result) }]),
    ...result.runs.map((run) => ({ id: run.kind, title: run.title, body: oneRun(run) })),
  ]
  return page({
    title: `Stress of ${result.url} - quorumlab`,
    style: `${colourCss()}\n${await inlinedStyle()}`,
    libraries: await inlinedLibraries(),
    scripts: await inlinedScripts(),
    sections,
    foot: `quorumlab ${result.quorumlab}, ${result.schema}. This file needs no network.`,
  })
}

function answer(result: StressResult): Markup {
  return html`<section id="answer" class="answer">
<p class="kicker">stress, measured on a running system at ${result.url}, ${result.startedAt}</p>
<h1>${capital(`${result.complete ? '' : 'interrupted: '}${checksSummary(result)}`)}</h1>
<p class="asked">${result.system}</p>
${result.runs.map(
  ({ kind, title, sentence, checks }) =>
    html`<p><a href="#${kind}">${title}</a>: ${sentence}. ${checks.map(({ verdict }) => mark(verdict))}</p>`,
)}
<p class="note">Again: <code>${result.command}</code></p>
</section>
`
}

function oneRun({ kind, title, sentence, figures, steps, checks }: StressRun): Markup {
  return html`<section id="${kind}"><h2>${title}</h2>
<p>${sentence}.</p>
<div class="checks">${checks.map(
    ({ name, verdict, detail }) =>
      html`<div class="check">${mark(verdict)} <span class="what"><strong>${name}</strong><br>${detail}</span></div>\n`,
  )}</div>
${table({
  id: `figures-${kind}`,
  caption: 'Figures, as the coordinator counts',
  columns: [{ title: 'what' }, { title: 'value', numeric: true }],
  rows: figures.map(({ name, value, unit }) => [name, { shown: valueText(value, unit), raw: value }]),
})}
${
  steps.length === 0
    ? ''
    : table({
        id: `steps-${kind}`,
        caption: 'Steps of the failover',
        columns: [{ title: 'step' }, { title: 'after', numeric: true }, { title: 'what' }],
        rows: steps.map(({ name, atMs, detail }) => [name, { shown: valueText(atMs, 'ms'), raw: atMs }, detail]),
      })
}
</section>
`
}

interface Line {
  readonly label: string
  readonly colour: string
  /** Null: there was nothing to measure. */
  readonly of: (sample: StressSample) => number | null
}

function overTime(result: StressResult): Markup {
  const provenance = `stress of ${result.url}, ${result.startedAt}`
  const rate = chart(result, 'rate', 'Operations a second', 'per second', [
    { label: 'writes', colour: seriesColour(0), of: ({ writesPerSec }) => writesPerSec },
    { label: 'reads', colour: seriesColour(2), of: ({ readsPerSec }) => readsPerSec },
    { label: 'failed', colour: ink('failed'), of: ({ failedPerSec }) => failedPerSec },
  ])
  const latency = chart(result, 'latency', 'Latency of what was answered', 'milliseconds', [
    { label: 'p50', colour: seriesColour(0), of: ({ latencyP50Ms }) => latencyP50Ms || null },
    { label: 'p99', colour: seriesColour(1), of: ({ latencyP99Ms }) => latencyP99Ms || null },
  ])
  return html`<section id="time"><h2>Over time</h2>
${figure(rate, provenance)}
${figure(latency, provenance)}
</section>
`
}

function chart(
  { samples, runs }: StressResult,
  id: string,
  title: string,
  unit: string,
  lines: readonly Line[],
): Chart {
  const endMs = Math.max(...samples.map(({ atMs }) => atMs), ...runs.map((run) => run.endMs))
  const values = lines.flatMap(({ label, of }) => samples.map((sample) => ({ t: sample.atMs, v: of(sample), label })))
  const most = lines.map(
    ({ label, of }) => `${label} at most ${Math.max(...samples.map((sample) => of(sample) ?? 0)).toFixed(0)}`,
  )
  return {
    id,
    title,
    text: `${title}, ${unit}, sampled once a second: ${most.join(', ')}.`,
    key: lines.map(({ label, colour }) => ({ label, colour, shape: 'line' as const })),
    note: `Runs from left to right, every other one shaded: ${runs.map((run) => run.title).join(', ')}.`,
    spec: {
      ...sized(150),
      params: [TIME_PARAM],
      layer: [
        {
          data: { values: runs.map(({ startMs, endMs: end }) => ({ t: startMs, end })).filter((_, i) => i % 2 === 0) },
          mark: { type: 'rect', color: ink('grid'), opacity: 0.5, clip: true },
          encoding: { x: timeEncoding('t', endMs), x2: { field: 'end' } },
        },
        {
          data: { values },
          mark: { type: 'line', clip: true, strokeWidth: 1.5 },
          encoding: {
            x: timeEncoding('t', endMs),
            y: { field: 'v', type: 'quantitative', axis: valueAxis(unit), scale: { zero: true } },
            color: {
              field: 'label',
              type: 'nominal',
              scale: { domain: lines.map(({ label }) => label), range: lines.map(({ colour }) => colour) },
              legend: null,
            },
          },
        },
      ],
      config: CONFIG,
    },
    readout: {
      timesMs: samples.map(({ atMs }) => atMs),
      intervalMs: 1_000,
      lines: lines.map(({ label, of }) => ({ label, unit: '', values: samples.map(of) })),
    },
  }
}
