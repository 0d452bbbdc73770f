/** What the world did to a run, in words: the first thing that anybody is told of it. */
import type { EnvironmentVerdict, Result } from '../scenarios/result.ts'
import { html, type Markup } from './markup.ts'

type Incident = EnvironmentVerdict['incidents'][number]

/** Why the numbers are of a part of the run; null: they are of the whole. */
export function partText(result: Pick<Result, 'complete' | 'environment'>): string | null {
  if (result.complete) return null
  return result.environment === undefined
    ? 'interrupted: what follows is a part of the run'
    : 'ended by this: what follows is a part of the run'
}

/** Lines without a margin, however long. None where nothing happened. */
export function environmentLines({ environment, trials }: Pick<Result, 'environment' | 'trials'>): readonly string[] {
  return (environment?.incidents ?? []).flatMap((incident) => [
    `environment failed ${momentText(incident, trials.length)}: ${incident.what}`,
    ...incident.lastLines.map((line) => `  | ${line}`),
    ...(incident.advice === '' ? [] : [`what to do: ${incident.advice}`]),
  ])
}

/** Null: nothing happened. */
export function environmentMarkup({ environment, trials }: Pick<Result, 'environment' | 'trials'>): Markup | null {
  if (environment === undefined) return null
  return html`${environment.incidents.map(
    (incident) => html`<div class="interrupted" role="alert">
<p><strong>The environment failed</strong> ${momentText(incident, trials.length)}: ${incident.what}.</p>
${incident.lastLines.length === 0 ? '' : html`<pre>${incident.lastLines.join('\n')}</pre>`}
${incident.advice === '' ? '' : html`<p>${incident.advice}</p>`}
</div>`,
  )}`
}

/** `at 3.214 s`; the seed where it says something. */
function momentText({ atMs, seed }: Incident, trials: number): string {
  const when = atMs === null ? 'before the workload' : `at ${(atMs / 1000).toFixed(3)} s`
  return trials > 1 || atMs === null ? `${when} of the trial with seed ${seed}` : when
}
