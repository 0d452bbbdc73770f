/** The first screen: of what world it is, what was asked, what happened, the verdict and the numbers with their spread. */
import type { Comparison } from '../../scenarios/measures/compare-results.ts'
import { median, medianInterval } from '../../scenarios/measures/statistics.ts'
import type { Result } from '../../scenarios/result.ts'
import type { Failover, MedianInterval } from '../../scenarios/result-durations.ts'
import { count, digits, milliseconds, missing, percent, seconds } from '../../scenarios/shown/numbers.ts'
import { answeredLateText, closedLoopText, generatorText, worldText } from '../caveats.ts'
import { differenceIn } from '../comparison.ts'
import { environmentMarkup } from '../incidents.ts'
import { intervalText, rangeText, split } from '../intervals.ts'
import { html, type Markup } from '../markup.ts'
import { isSilent, outageLines, silenceText } from '../outages.ts'
import { isPlanned } from '../planned.ts'
import type { Run } from '../runs.ts'
import { asked, capital, caughtUp, happened, unsafeText } from '../sentences.ts'
import { verdictLine, verdictOf, verdictWord } from '../verdict.ts'
import { mark } from './marks.ts'

const NOTES_AT_MOST = 5

/** A number as a card shows it: the value, then lines that say how far it can be trusted. */
interface Figure {
  readonly value: string
  readonly unit: string
  readonly lines: readonly string[]
}

export function answerSection(runs: readonly Run[], comparison?: Comparison): Markup {
  const first = runs[0]!.result
  const sameQuestion = runs.every(({ result }) => asked(result) === asked(first))
  const sameWorld = runs.every(({ result }) => worldText(result) === worldText(first))
  return html`<section id="answer" class="answer">
<p class="kicker">${first.scenario.name}${sameWorld ? html`, ${worldText(first)}` : ''}</p>
${question(first)}
<p class="asked">${sameQuestion ? asked(first) : ''}</p>
<div class="stories">${runs.map((run) => story(run, runs.length > 1, !sameQuestion, !sameWorld))}</div>
<div class="figures">
${card('Failover time', runs, failoverFigure, differenceIn('failoverMs', runs, comparison))}
${card('Client outage', runs, outageFigure, differenceIn('clientOutageMs', runs, comparison))}
${card('Throughput', runs, throughputFigure, differenceIn('throughputOpsPerSec', runs, comparison))}
${card('Replication lag', runs, lagFigure, differenceIn('lagP99Ms', runs, comparison))}
</div>
</section>
`
}

/** The description's first sentence is the question; what follows it is its background. */
function question({ scenario }: Result): Markup {
  const text = scenario.description.trim() || scenario.name
  const [, head = text, rest = ''] = /^(.*?[.?!])\s+(.*)$/s.exec(text) ?? []
  const size = head.length > 90 ? html` class="long"` : ''
  return html`<h1${size}>${head}</h1>${rest === '' ? '' : html`<p class="background">${rest}</p>`}`
}

function story({ result, name, colour, dash }: Run, named: boolean, ask: boolean, ofWhat: boolean): Markup {
  const ceiling = generatorText(result.summary)
  const closed = closedLoopText(result)
  const verdict = verdictOf(result)
  const swatch = html`<span class="swatch ${dash.length > 0 ? 'dashed' : 'line'}" style="--c:${colour}"></span>`
  const { unsafe } = result.scenario
  return html`<div class="story">
${unsafe === undefined ? '' : html`<p class="interrupted" role="alert"><strong>${unsafeText(unsafe)}</strong></p>`}
${environmentMarkup(result)}
${result.complete ? '' : html`<p class="interrupted" role="alert"><strong>${result.environment === undefined ? 'Interrupted' : 'Ended early'}.</strong> ${named ? `The ${name} run` : 'This run'} was stopped before its end; its numbers cover only what ran, and no verdict is final.</p>`}
${closed === null ? '' : html`<p class="background"><strong>${named ? `${name}: ` : ''}</strong>${closed}</p>`}
${ceiling === null ? '' : html`<p class="interrupted" role="alert"><strong>${named ? `${name}: ` : ''}</strong>${ceiling}</p>`}
<p class="verdict ${verdict}">${mark(verdict)} ${named ? html`${swatch}<strong>${name}: ${verdictWord(verdict)}.</strong>` : html`<strong>${capital(verdictWord(verdict))}.</strong>`} <span>${capital(verdictLine(result))}.</span></p>
${ofWhat ? html`<p class="asked">${capital(worldText(result))}.</p>` : ''}
${ask ? html`<p class="asked">${asked(result)}</p>` : ''}
<p class="happened">${happened(result, !named).join(' ')}</p>
${(result.summary.notes ?? []).slice(0, NOTES_AT_MOST).map((note) => html`<p class="note">${capital(note)}.</p>`)}
</div>
`
}

function card(
  title: string,
  runs: readonly Run[],
  figureOf: (result: Result) => Figure,
  difference: string | null,
): Markup {
  return html`<article class="card"><h2>${title}</h2>
<div class="numbers">${runs.map((run) => {
    const { value, unit, lines } = figureOf(run.result)
    return html`<div class="number">
${runs.length > 1 ? html`<p class="who"><span class="swatch ${run.dash.length > 0 ? 'dashed' : 'line'}" style="--c:${run.colour}"></span>${run.name}</p>` : ''}
<p class="value">${value}<small>${unit}</small></p>
${lines.filter((line) => line !== '').map((line) => html`<p>${line}</p>`)}
</div>`
  })}</div>
${difference === null ? '' : html`<p class="ratio">${difference}</p>`}</article>
`
}

const LINES_AT_MOST = 3
const ONE_TRIAL = 'one trial shows no spread'

function failoverFigure(result: Result): Figure {
  const { summary, trials } = result
  const { failoverMs } = summary
  const all = trials.flatMap((trial) => trial.failoverMs)
  const open = all.filter((ms) => ms === null).length
  if (failoverMs.p50 === null && open > 0)
    return {
      value: 'never ended',
      unit: '',
      lines: [`${open} of ${all.length}: no new operation was answered`],
    }
  if (failoverMs.p50 === null) return { value: 'none', unit: '', lines: ['no failover happened', movesLine(result)] }
  const unended = open > 0 ? `${open} of ${all.length} never ended` : ''
  const trust =
    failoverMs.trials > 1
      ? [medianOf(failoverMs.trials), ...spread(failoverMs.min, failoverMs.max, failoverMs.interval, milliseconds)]
      : all.length > 1
        ? [
            `the longest of ${all.length} failovers`,
            ...summary.failovers
              .filter((failover) => !isPlanned(result, failover))
              .slice(0, LINES_AT_MOST)
              .map(failoverLine),
          ]
        : [ONE_TRIAL]
  return {
    ...split(milliseconds(failoverMs.p50)),
    lines: [...trust, movesLine(result), unended],
  }
}

/** They are no failovers, but who wonders how often the source changed wants to know. */
function movesLine({ trials }: Result): string {
  const moves = trials.flatMap(({ plannedMoveMs = [] }) => plannedMoveMs)
  if (moves.length === 0) return ''
  const [how, longest] = [moves.length === 1 ? 'a planned move' : `${moves.length} planned moves`, longestOf(moves)]
  return `beside ${how}${longest === null ? '' : ` of up to ${milliseconds(longest)}`}`
}

/** Null: none ended. */
function longestOf(durations: readonly (number | null)[]): number | null {
  const ended = durations.filter((ms) => ms !== null)
  return ended.length === 0 ? null : Math.max(...ended)
}

function failoverLine({ startMs, durationMs, newSource }: Failover): string {
  const length = durationMs === null ? 'never ended' : milliseconds(durationMs)
  return `at ${seconds(startMs)} to ${newSource}: ${length}`
}

function outageFigure({ summary, trials, seed }: Result): Figure {
  const { clientOutageMs, outages } = summary
  const silence = silenceText(summary)
  // Of the first trial alone, like everything that the charts over time show.
  const whose = trials.length > 1 ? `seed ${seed}: ` : ''
  const silent = silence === null ? '' : `${whose}longest time without an answer ${silence}`
  if (clientOutageMs.p50 === null)
    return {
      value: clientOutageMs.outcome === 'none' ? 'none' : 'not seen to end',
      unit: '',
      lines: [...outageLines(summary), silent],
    }
  const several = trials.length > 1
  const trust = several
    ? [
        medianOf(clientOutageMs.trials),
        ...spread(clientOutageMs.min, clientOutageMs.max, clientOutageMs.interval, milliseconds),
        clientOutageMs.outcome === 'open' ? 'not seen to end in some of them' : '',
      ]
    : outageLines(summary)
  if (!several && outages?.count === 0)
    return {
      value: 'none',
      unit: '',
      lines: [noneFailedText(summary), silent],
    }
  return { ...split(milliseconds(clientOutageMs.p50)), lines: [...trust, silent] }
}

/** Some of what waits through a silence is answered late in the end, and some is never sent. */
function noneFailedText(summary: Result['summary']): string {
  const { unsent } = summary.operations
  if (!isSilent(summary)) return 'no operation failed'
  return `no operation failed, ${unsent === 0 ? 'all came late' : `${count(unsent)} were never sent`}`
}

function throughputFigure(result: Result): Figure {
  const { summary, trials, seed } = result
  const { value, lines } = overTrials(
    trials.map(({ throughputOpsPerSec }) => throughputOpsPerSec),
    summary.throughputOpsPerSec,
    digits,
  )
  const { offeredOpsPerSec: offered, throughputOpsPerSec: answered } = summary
  return {
    value: digits(value),
    unit: 'ops/s',
    lines: [
      ...lines,
      result.scenario.workload.mode === 'closed'
        ? 'closed loop: as the answers allowed'
        : // What was offered is of one seed, and so is its share: the median of other seeds may be above it.
          (trials.length > 1 ? `seed ${seed}: ` : '') +
          (offered > 0 ? `${percent(answered / offered)} of the ${digits(offered)}/s offered` : 'nothing was offered'),
      answeredLateText(result) ?? '',
    ],
  }
}

function lagFigure({ summary, trials, seed }: Result): Figure {
  const { lagMs } = summary
  if (lagMs.count === 0)
    return {
      value: missing,
      unit: '',
      lines: [
        `no transaction was timed on a replica${caughtUp(lagMs).length > 0 ? ' that followed' : ''}`,
        ...caughtUp(lagMs),
      ],
    }
  const { value, lines } = overTrials(
    trials.map(({ lagP99Ms }) => lagP99Ms).filter((ms) => ms !== null),
    lagMs.p99,
    milliseconds,
  )
  return {
    ...split(milliseconds(value)),
    lines: [
      trials.length > 1 ? 'p99 of applied transactions' : `p99 of ${count(lagMs.count)} applied transactions`,
      ...lines,
      ...[
        ...caughtUp(lagMs),
        worstNode(lagMs),
        `median ${milliseconds(lagMs.p50)}, slowest ${milliseconds(lagMs.max)}`,
      ].map((line) => (line === '' || trials.length === 1 ? line : `seed ${seed}: ${line}`)),
    ],
  }
}

/** A server far slower than the others is named, beside what they had: it may make the p99 of all, or vanish in it. */
function worstNode({ perNode }: Result['summary']['lagMs']): string {
  const nodes = Object.entries(perNode)
    .filter(([, lag]) => lag.count > 0)
    .sort(([, a], [, b]) => b.p99 - a.p99)
  const [worst, second] = nodes
  if (worst === undefined || second === undefined || worst[1].p99 < 5 * second[1].p99) return ''
  return `${worst[0]} alone ${milliseconds(worst[1].p99)}; each of the others at most ${milliseconds(second[1].p99)}`
}

/** The median over the trials, or the only one there is. */
function overTrials(
  values: readonly number[],
  only: number,
  show: (value: number) => string,
): { value: number; lines: string[] } {
  if (values.length < 2) return { value: only, lines: [ONE_TRIAL] }
  return {
    value: median(values) ?? only,
    lines: [medianOf(values.length), ...spread(Math.min(...values), Math.max(...values), medianInterval(values), show)],
  }
}

function medianOf(trials: number): string {
  return `median of n\u00a0=\u00a0${trials} trials`
}

/** From the smallest to the largest, then the interval of the median; where that is the range it says so once. */
function spread(
  min: number | null,
  max: number | null,
  interval: MedianInterval | null | undefined,
  show: (value: number) => string,
): string[] {
  if (interval?.kind === 'range') return [intervalText(interval, show)]
  if (min === null) return []
  const all = max === null ? `from ${show(min)}` : rangeText(min, max, show)
  return [all, intervalText(interval, show)].filter((line) => line !== '')
}
