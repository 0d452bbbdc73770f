/**
 * Why no order exists, to be seen: the operations of a contradiction as intervals, a line for each client, ends in the
 * order in which they happened. Only that order decides, and moments are microseconds or seconds apart, so the axis is
 * not to scale; the times stand under each interval. Plain HTML: it is legible without a script and at any width.
 */
import type { ContradictingOperation, Contradiction } from '../../scenarios/result.ts'
import { seriesColour } from '../../scenarios/shown/palette.ts'
import { html, type Markup } from '../markup.ts'

export function contradictionFigure(contradiction: Contradiction): Markup {
  const { key, reason, operations } = contradiction
  const rows = [...new Set(operations.map(({ shows }) => shows))]
  const colour = (shows: number | null) => seriesColour(rows.indexOf(shows))
  const place = placesOf(operations)
  return html`<figure class="witness"><figcaption><h3>Key ${key}: ${operations.length} operations that no order explains</h3><ul class="key">${rows.map((row) => html`<li><span class="swatch" style="--c:${colour(row)}"></span>${rowName(row)}</li>`)}</ul></figcaption>
<p>${capital(reason)}.</p>
<ol class="lanes">${operations.map((operation) => lane(operation, place(operation), colour(operation.shows)))}</ol>
<p class="note">From sending to answer, in the order of these moments, not to scale. Filled: a write. Outlined: a read, in the colour of the row that it shows.</p></figure>
`
}

interface Place {
  /** Percent of the width. */
  readonly left: number
  readonly width: number
  readonly open: boolean
}

/** Every moment gets its own place, equal ones the same. */
function placesOf(operations: readonly ContradictingOperation[]): (operation: ContradictingOperation) => Place {
  const bounded = ({ outcome, endMs }: ContradictingOperation) => outcome === 'ok' && endMs !== null
  const moments = operations.flatMap((operation) => [
    operation.sentMs ?? 0,
    ...(bounded(operation) ? [operation.endMs!] : []),
  ])
  const order = [...new Set(moments)].sort((a, b) => a - b)
  const at = (ms: number) => (100 * (order.indexOf(ms) + 0.5)) / (order.length + 0.5)
  return (operation) => {
    const left = at(operation.sentMs ?? 0)
    const end = bounded(operation) ? at(operation.endMs!) : 100
    return { left, width: Math.max(end - left, 1.5), open: !bounded(operation) }
  }
}

function lane(operation: ContradictingOperation, { left, width, open }: Place, colour: string): Markup {
  const { session, kind } = operation
  const percent = (value: number) => `${Math.round(value * 100) / 100}%`
  return html`<li><span class="client">${session === null ? 'client' : `client ${session}`}</span><div class="track"><span class="did" style="--at:${percent(left)}">${whatOf(operation)}</span><span class="bar ${kind}${open ? ' open' : ''}" style="left:${percent(left)};width:${percent(width)};--c:${colour}"></span><span class="when" style="--at:${percent(left)}">${whenOf(operation)}</span></div></li>`
}

function whatOf({ kind, op, shows, consistency }: ContradictingOperation): Markup {
  const level = consistency === 'STRONG' ? '' : `, ${consistency}`
  if (kind === 'write') return html`<b>write ${op}</b>${level}`
  return html`<b>read ${op}</b> shows ${rowName(shows)}${level}`
}

function whenOf({ sentMs, endMs, outcome }: ContradictingOperation): string {
  const sent = sentMs === null ? 'never sent' : (sentMs / 1000).toFixed(6)
  if (outcome === 'ok' && endMs !== null) return `${sent} to ${(endMs / 1000).toFixed(6)} s`
  return `${sent} s, ${outcome === 'unknown' ? 'outcome unknown' : outcome}`
}

function rowName(shows: number | null): string {
  return shows === null ? 'no row' : `row ${shows}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
