/**
 * Results in, one file out: a page that needs no network, no server and no other file. One result is a run's report;
 * several are laid over one another, simulated dashed and measured solid. `comparisons` is `compareAll(results)`.
 */
import type { Comparison } from '../scenarios/measures/compare-results.ts'
import type { Result } from '../scenarios/result.ts'
import { colourCss } from '../scenarios/shown/palette.ts'
import { renderComparison } from './comparison.ts'
import { renderComparisons } from './comparisons.ts'
import { inlinedLibraries, inlinedScripts, inlinedStyle } from './libraries.ts'
import type { Markup } from './markup.ts'
import { page } from './page.ts'
import { runsOf } from './runs.ts'
import { answerSection } from './sections/answer.ts'
import { auditSection } from './sections/audit.ts'
import { checksSection } from './sections/checks.ts'
import { electionSection } from './sections/election.ts'
import { numbersSection } from './sections/numbers.ts'
import { outageSection } from './sections/outage.ts'
import { replicasSection, usersSection } from './sections/over-time.ts'
import { rerunSection } from './sections/rerun.ts'

export async function renderReport(
  results: readonly Result[],
  comparisons: readonly Comparison[] = [],
): Promise<string> {
  if (results.length === 0) throw new Error('a report needs at least one result')
  const runs = runsOf(results)
  const [comparison] = comparisons
  const sections: { id: string; title: string; body: Markup | null }[] = [
    { id: 'answer', title: 'Answer', body: answerSection(runs, comparison) },
    {
      id: 'comparison',
      title: 'Comparison',
      body:
        comparison === undefined
          ? null
          : comparisons.length === 1
            ? renderComparison(runs, comparison)
            : renderComparisons(runs, comparisons),
    },
    { id: 'outage', title: 'Outage', body: outageSection(runs) },
    { id: 'why', title: 'Why', body: electionSection(runs) },
    { id: 'users', title: 'Users', body: usersSection(runs) },
    { id: 'replicas', title: 'Replicas', body: replicasSection(runs) },
    { id: 'checks', title: 'Checks', body: checksSection(runs) },
    { id: 'audit', title: 'Audit', body: auditSection(runs) },
    { id: 'numbers', title: 'Numbers', body: numbersSection(runs) },
    { id: 'rerun', title: 'Rerun', body: rerunSection(runs) },
  ]
  const first = results[0]!
  return page({
    title: `${first.scenario.name}: ${runs.map(({ name }) => name).join(' and ')} - quorumlab`,
    style: `${colourCss()}\n${await inlinedStyle()}`,
    libraries: await inlinedLibraries(),
    scripts: await inlinedScripts(),
    sections: sections.flatMap(({ id, title, body }) => (body === null ? [] : [{ id, title, body }])),
    foot: `quorumlab ${first.versions.quorumlab}, ${first.schema}. This file needs no network.`,
  })
}
