/** A chart in the page: caption with its key, the drawing's place, a text for who cannot see it, the specification. */
import type { Chart, KeyEntry } from './charts/spec.ts'
import { html, type Markup, scriptJson } from './markup.ts'

export function figure(chart: Chart, provenance: string): Markup {
  const described = `${chart.id}-text`
  return html`<figure class="chart${chart.readout ? ' on-time' : ''}" id="chart-${chart.id}" data-name="${chart.id}">
<figcaption><h3>${chart.title}</h3>${chart.key.length > 0 ? html`<ul class="key">${chart.key.map(entry)}</ul>` : ''}</figcaption>
<div class="plot" tabindex="0" role="group" aria-label="${chart.title}" aria-describedby="${described}"><div class="drawing" role="img" aria-label="${chart.title}. ${chart.text}"><p class="waiting">${chart.text}</p></div></div>
<p class="spoken" id="${described}">${chart.text}</p>
<div class="under"><p class="readout" aria-hidden="true"></p>${chart.note ? html`<p class="note">${chart.note}</p>` : ''}</div>
<script type="application/json" class="data">${scriptJson({ spec: chart.spec, readout: chart.readout, key: chart.key, title: chart.title, provenance })}</script>
</figure>
`
}

function entry({ label, colour, shape }: KeyEntry): Markup {
  return html`<li><span class="swatch ${shape}" style="--c:${colour}"></span>${label}</li>`
}
