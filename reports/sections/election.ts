/** Why this node: the recorded reason, and what every policy would have ranked on the same state. */
import type { Result } from '../../scenarios/result.ts'
import type { Failover } from '../../scenarios/result-durations.ts'
import { seconds } from '../../scenarios/shown/numbers.ts'
import { policyColour } from '../../scenarios/shown/palette.ts'
import { html, type Markup, type Piece } from '../markup.ts'
import { plannedMove } from '../planned.ts'
import { type Folded, foldRefusals, repeatedText } from '../refusals.ts'
import type { Run } from '../runs.ts'
import { agreementSentence, electionSentence, scoresOf } from '../sentences.ts'
import { type Cell, table } from '../tables.ts'

const ELECTIONS_AT_MOST = 6

export function electionSection(runs: readonly Run[]): Markup | null {
  const elections = runs.flatMap((run) => run.result.summary.failovers.map((failover) => ({ run, failover })))
  const refusals = runs.flatMap((run) =>
    foldRefusals(run.result.events.filter(({ kind }) => kind === 'refused' || kind === 'deposed')).map((folded) => ({
      run,
      folded,
    })),
  )
  if (elections.length + refusals.length === 0) return null
  return html`<section id="why"><h2>Why this source</h2>
${elections.slice(0, ELECTIONS_AT_MOST).map(({ run, failover }, index) => election(run, failover, runs.length > 1, index))}
${elections.length > ELECTIONS_AT_MOST ? html`<p>${elections.length - ELECTIONS_AT_MOST} more elections are in the event log below.</p>` : ''}
${refusals.length > 0 ? html`<h3>Refusals</h3><ul>${refusals.slice(0, 10).map(({ run, folded }) => html`<li>${seconds(folded.event.atUs / 1000, 3)}${runs.length > 1 ? `, ${run.name}` : ''}: ${repeatedText(folded)}${reasonOf(folded)}</li>`)}</ul>` : ''}
${refusals.length > 10 ? html`<p>${refusals.length - 10} more refusals are in the event log below.</p>` : ''}
</section>
`
}

function reasonOf({ event }: Folded): string {
  return 'reason' in event ? event.reason : ''
}

function election(run: Run, failover: Failover, named: boolean, index: number): Markup {
  const policies = Object.entries(failover.rankings)
  const move = plannedMove(run.result, failover)
  const heading = `${named ? `${run.name}: ` : ''}epoch ${failover.epoch}, ${failover.newSource}`
  return html`<h3>${heading}</h3>
<p class="finding">${electionSentence(run.result, failover)} ${agreementSentence(failover)}</p>
${policies.length === 0 ? html`<p class="note">No ranking was recorded.</p>` : rankingTable(run.result.scenario, failover, policies, `${heading}: what every policy ranked`, index, move === null || move.proposal !== null)}
`
}

function rankingTable(
  scenario: Result['scenario'],
  failover: Failover,
  policies: readonly (readonly [string, Failover['rankings'][string]])[],
  caption: string,
  index: number,
  decided: boolean,
): Markup {
  const deciding = policies.find(([policy]) => policy === failover.policy)?.[1] ?? []
  const nodes = [...new Set([...deciding, ...policies.flatMap(([, ranking]) => ranking)].map(({ node }) => node))]
  return table({
    id: `ranking-${index + 1}`,
    caption,
    columns: [
      { title: 'candidate' },
      ...policies.map(([policy]) => ({
        title: html`<span class="swatch area" style="--c:${policyColour(scenario, policy) ?? 'var(--muted)'}"></span>${policy}${policy === failover.policy && decided ? ' (decided)' : ''}`,
      })),
    ],
    rows: nodes.map((node): (Piece | Cell)[] => [
      node === failover.newSource ? html`<strong>${node}</strong>, elected` : node,
      ...policies.map(([, ranking]) => opinion(ranking, node)),
    ]),
    note: 'Rank, then the policy\u2019s own score (higher is better; scores of different policies do not compare), then the numbers behind it.',
  })
}

function opinion(ranking: Failover['rankings'][string], node: string): Cell {
  const place = ranking.findIndex((candidate) => candidate.node === node)
  const candidate = ranking[place]
  if (candidate === undefined) return { shown: 'not a candidate', raw: '' }
  return {
    shown: html`<span class="rank${place === 0 ? ' first' : ''}">${place + 1}.</span> <b>${scoresOf(ranking)(candidate.score)}</b><br><small>${candidate.reason}</small>`,
    raw: `${place + 1}; ${candidate.score}; ${candidate.reason}`,
  }
}
