/** What mysqld's own files and tables say of the writes that were acknowledged, server by server. */
import { count } from '../../scenarios/shown/numbers.ts'
import { formerText, stateText } from '../audit.ts'
import { html, type Markup } from '../markup.ts'
import type { Run } from '../runs.ts'
import { table } from '../tables.ts'
import { verdictWord } from '../verdict.ts'
import { mark } from './marks.ts'

/** Null: no run has one. */
export function auditSection(runs: readonly Run[]): Markup | null {
  const audited = runs.flatMap(({ name, result: { audit } }) => (audit === undefined ? [] : [{ name, audit }]))
  if (audited.length === 0) return null
  const several = runs.length > 1
  return html`<section id="audit"><h2>Audit of the servers</h2>
<p>Each write that a client was told is done, against every server's binlogs and rows. Who reigned comes from the servers' own tables, not from the coordinator.</p>
${audited.map(({ name, audit }) => {
  const { acknowledged, unknown } = audit
  const evidence =
    audit.evidence.length === 0
      ? ''
      : html`<ul class="evidence">${audit.evidence.map((line) => html`<li>${line}</li>`)}</ul>`
  return html`<p>${mark(audit.verdict)} ${verdictWord(audit.verdict)}${several ? html`, <span class="who">${name}</span>` : ''}: ${audit.detail}. EVENTUAL: ${count(acknowledged.eventual)} acknowledged, ${count(acknowledged.eventualLost)} of them gone. Without an answer: ${count(unknown.count)}, ${count(unknown.there)} of them there.</p>
${evidence}
${serversTable(name, audit, several)}`
})}
</section>
`
}

function serversTable(run: string, { servers, seed }: NonNullable<Run['result']['audit']>, several: boolean): Markup {
  return table({
    id: `audit-${several ? `${run}-` : ''}${seed}`.replaceAll(/[^\w-]/g, '-'),
    caption: `Servers after seed ${seed}`,
    columns: [
      { title: 'server' },
      { title: 'at the end' },
      { title: 'in binlogs', numeric: true },
      { title: 'before them', numeric: true },
      { title: 'executed, not by the source' },
      { title: 'errant' },
      { title: 'earlier data' },
    ],
    rows: servers.map((server) => [
      server.node,
      stateText(server),
      { shown: count(server.logged), raw: server.logged },
      { shown: server.unlogged === null ? 'not known' : count(server.unlogged), raw: server.unlogged },
      server.extras || 'nothing',
      server.errant || 'nothing',
      server.former.map(formerText).join('; ') || 'none',
    ]),
    note: 'Errant: written by a server that did not reign at that point of the log. Before its binlogs: purged, or come with a clone.',
  })
}
