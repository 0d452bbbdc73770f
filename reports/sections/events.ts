/** The decisions of a run in the order they were taken, a line each. */
import type { Result } from '../../scenarios/result.ts'
import { milliseconds, seconds } from '../../scenarios/shown/numbers.ts'
import { quarantineText } from '../../scenarios/shown/quarantine.ts'
import { html, type Markup } from '../markup.ts'
import { foldRefusals, repeatedText } from '../refusals.ts'
import type { Run } from '../runs.ts'
import { table } from '../tables.ts'

const EVENTS_AT_MOST = 400

export function eventsOf(run: Run, index: number): Markup | null {
  // Weights move all the time and are drawn as a picture: as lines they would bury everything else.
  const events = run.result.events.filter((event) => event.kind !== 'quorum' || event.weights === null)
  if (events.length === 0) return null
  const lines = foldRefusals(events)
  const shown = lines.slice(0, EVENTS_AT_MOST)
  return html`<details class="log"><summary>Event log, ${run.name}: ${events.length} events</summary>
${table({
  id: `events-${index + 1}`,
  caption: `Events, ${run.name}`,
  columns: [{ title: 'time' }, { title: 'process' }, { title: 'event' }],
  rows: shown.map((folded) => [
    { shown: seconds(folded.event.atUs / 1000, 3), raw: folded.event.atUs / 1000 },
    folded.event.process,
    `${repeatedText(folded)}${sentenceOf(folded.event)}`,
  ]),
  ...(lines.length > shown.length ? { note: `${lines.length - shown.length} more are in result.json.` } : {}),
})}</details>
`
}

function sentenceOf(event: Result['events'][number]): string {
  switch (event.kind) {
    case 'suspected':
      return `${event.node} is suspected: ${event.reason}`
    case 'cleared':
      return `${event.node} is well again: ${event.reason}`
    case 'phase':
      return `epoch ${event.epoch}: ${event.phase === 'catchUp' ? 'catch up' : event.phase}${event.detail === '' ? '' : `, ${event.detail}`}`
    case 'elected':
      return `${event.node} elected for epoch ${event.epoch} by ${event.policy}: ${event.reason}`
    case 'reign':
      return `epoch ${event.epoch} begins: ${event.source} is the source, ${event.k} of its replicas must hold a STRONG write`
    case 'planned':
      return `${event.by === 'request' ? 'a move was asked for' : 'the policy proposes a move'} from ${event.from}${event.to === null ? '' : ` to ${event.to}`}: ${event.reason}`
    case 'held-back':
      return event.heldUs === null
        ? `writes wait: ${event.limit} transactions are not applied by a quorum`
        : `writes waited for the replicas' backlog: ${event.writes}, ${milliseconds(event.heldUs / 1000)} in all`
    case 'switched':
      return `the planned move from ${event.from} ended: ${event.verdict}, ${event.reason}${event.heldUs === null ? '' : `; clients were held back for ${milliseconds(event.heldUs / 1000)}`}${event.charged === null ? '' : `; the policy's account: ${event.charged.moves} moves, ${milliseconds(event.charged.heldUs / 1000)}`}`
    case 'refused':
      return `refused to fail over to epoch ${event.epoch}: ${event.reason}`
    case 'deposed':
      return `deposed in epoch ${event.epoch}: ${event.reason}`
    case 'rejoined':
      return `${event.node} follows again in epoch ${event.epoch}${event.detail === '' ? '' : `: ${event.detail}`}`
    case 'quarantined':
      return `${event.node} is set apart until it is rebuilt: ${quarantineText(event)}`
    case 'rebuilt':
      return `${event.node} was rebuilt in ${milliseconds(event.tookUs / 1000)}`
    case 'fenced':
      return `${event.node} was made read-only, ${milliseconds(event.writableForUs / 1000)} after it was reached again; it was writable until then`
    case 'quorum':
      return event.weights === null
        ? `epoch ${event.epoch}: ${event.needed} of ${event.members.join(', ')} must acknowledge`
        : `epoch ${event.epoch}, round ${event.weights.clock}: weights fall from ${event.members.join(' to ')}`
    case 'threshold':
      return event.inEffect
        ? `epoch ${event.epoch}: failure threshold ${event.failureThreshold}, ${event.k} replicas must hold a STRONG write`
        : `epoch ${event.epoch}: failure threshold ${event.failureThreshold} is being written down`
    case 'issuer':
      return `${event.node} issues timestamps, in term ${event.term}`
    case 'note':
      return event.text
  }
}
