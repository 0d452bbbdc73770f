/** What was checked: every promise with its verdict and evidence, every expectation, every fault with its witness. */
import type { CheckResult } from '../../scenarios/result.ts'
import { count, plural, seconds } from '../../scenarios/shown/numbers.ts'
import { actualText } from '../expectation.ts'
import { html, type Markup } from '../markup.ts'
import type { Run } from '../runs.ts'
import { table } from '../tables.ts'
import { foreseen, verdictWord } from '../verdict.ts'
import { contradictionFigure } from './contradiction.ts'
import { mark } from './marks.ts'

const EVIDENCE_AT_MOST = 20

export function checksSection(runs: readonly Run[]): Markup {
  const several = runs.length > 1
  const names = [...new Set(runs.flatMap(({ result }) => result.checks.map(({ name }) => name)))]
  return html`<section id="checks"><h2>What was checked</h2>
${names.length === 0 ? html`<p>The scenario asked for no checks.</p>` : ''}
${
  names.length === 0
    ? ''
    : html`<div class="checks">${names.map((name) =>
        runs.flatMap((run) =>
          run.result.checks.filter((check) => check.name === name).map((check) => oneCheck(run, check, several)),
        ),
      )}</div>`
}
${expectations(runs)}
${faults(runs)}
</section>
`
}

function oneCheck({ result, name: runName }: Run, check: CheckResult, named: boolean): Markup {
  const examined = check.examined === 0 ? 'nothing was examined' : `${count(check.examined)} examined`
  const summary = html`${mark(check.verdict)} <span class="what"><strong>${check.name}</strong>${named ? html` <span class="who">${runName}</span>` : ''}${foreseen(result, check) && check.verdict !== 'pass' ? html` <em>${verdictWord(check.verdict)}, as the scenario expects</em>` : ''}<br>${check.detail}</span> <span class="examined">${examined}</span>`
  if (check.evidence.length === 0) return html`<div class="check">${summary}</div>\n`
  return html`<details class="check"${check.verdict === 'fail' && !foreseen(result, check) ? html` open` : ''}><summary>${summary}</summary><ul class="evidence">${check.evidence.slice(0, EVIDENCE_AT_MOST).map((line) => html`<li>${line}</li>`)}</ul>${check.witness === undefined ? '' : contradictionFigure(check.witness)}</details>
`
}

function expectations(runs: readonly Run[]): Markup | null {
  const rows = runs.flatMap(({ result, name }) => result.expectations.map((expectation) => ({ name, expectation })))
  if (rows.length === 0) return null
  const several = runs.length > 1
  return table({
    id: 'expectations',
    caption: 'Expectations of the scenario',
    columns: [
      { title: 'expected' },
      ...(several ? [{ title: 'run' }] : []),
      { title: 'actual', numeric: true },
      { title: 'verdict' },
    ],
    rows: rows.map(({ name, expectation }) => [
      html`<code>${expectation.path} ${expectation.op} ${expectation.limit}</code>`,
      ...(several ? [name] : []),
      {
        shown: actualText(expectation),
        raw: expectation.actual,
      },
      html`${mark(expectation.verdict)} ${verdictWord(expectation.verdict)}`,
    ]),
  })
}

function faults(runs: readonly Run[]): Markup | null {
  const rows = runs.flatMap(({ result, name }) => result.faults.map((fault) => ({ name, fault })))
  if (rows.length === 0) return null
  const several = runs.length > 1
  return table({
    id: 'faults',
    caption: `Faults and their witnesses (${plural(rows.length, 'fault')})`,
    columns: [
      { title: 'at', numeric: false },
      ...(several ? [{ title: 'run' }] : []),
      { title: 'fault' },
      { title: 'before' },
      { title: 'just after' },
      { title: 'at the end' },
      { title: 'seen to hold at', numeric: true },
      { title: 'undone at', numeric: true },
    ],
    rows: rows.map(({ name, fault }) => [
      { shown: seconds(fault.atMs, 3), raw: fault.atMs },
      ...(several ? [name] : []),
      fault.label,
      fault.witness.before,
      fault.witness.during,
      fault.witness.after,
      {
        shown: fault.witness.seenMs === null ? 'not seen' : seconds(fault.witness.seenMs, 3),
        raw: fault.witness.seenMs,
      },
      { shown: fault.healed === null ? 'at the end' : seconds(fault.healed, 3), raw: fault.healed },
    ]),
    note: 'A witness looks at the target without the coordinator: a fault that was not seen to hold proves nothing.',
  })
}
