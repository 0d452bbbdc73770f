/**
 * A specification drawn as a file that stands alone: a card with a ground of its own, light or dark as the reader's
 * system is. Colours are written as the light theme's and replaced by a style sheet in the dark, so a viewer that knows
 * no style sheets shows the light card. Numbers have two decimals: the same run gives the same bytes.
 */
import * as vega from 'vega'
import { compile } from 'vega-lite'
import { escapeHtml } from '../../reports/markup.ts'
import { INKS, SERIES } from '../../scenarios/shown/palette.ts'
import { strictLogger } from '../reports/page-parts.ts'
import type { Picture } from './picture.ts'

const FONT = 'system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,sans-serif'

const NAMED: ReadonlyMap<string, readonly [string, string]> = new Map([
  ...Object.entries(INKS),
  ...SERIES.map((shades, index) => [`series-${index + 1}`, shades] as const),
])

export async function svgOf({ draw, caption, origin }: Picture): Promise<string> {
  const compiled = compile(draw(), { logger: strictLogger as never }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: strictLogger as never })
  try {
    await view.runAsync()
    return card(await view.toSVG(), caption, origin)
  } finally {
    view.finalize()
  }
}

const BODY = / (?:class|role|style|pointer-events|font-family|xmlns:xlink|aria-[a-z]+)="[^"]*"/g
/** A filled point as the libraries write it: a path of two arcs. */
const DOT =
  /<path transform="translate\(([\d.-]+),([\d.-]+)\)" d="M([\d.]+),0A[^"]*,\3,0" ([^>]*?)(?: stroke-width="2")?((?: opacity="[^"]*")?)\/>/g

function card(drawn: string, title: string, origin: string): string {
  const used = new Map<string, string>([[...INKS.page], [...INKS.line], [...INKS.muted]] as [string, string][])
  /** Numbered throughout a process by the libraries: here from nought in each drawing. */
  const clips = new Set<string>()
  const body = drawn
    .replace(/var\(--([\w-]+)\)/g, (_, name: string) => {
      const [light, dark] = NAMED.get(name)!
      used.set(light, dark)
      return light
    })
    .replace(BODY, '')
    .replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))
    .replace(/<path (?:d="(?:M0,0h0v0h0Z)?"[^>]*|[^>]*display="none")\/>/g, '')
    .replace(/<path d="[^"]*"\/>/g, '')
    .replace(/\bclip\d+/g, (id) => `clip${[...clips.add(id)].indexOf(id)}`)
    .replace(DOT, '<circle cx="$1" cy="$2" r="$3" $4$5/>')
  const [, head = '', height = '', inside = ''] = /^(<svg[^>]* height="(\d+)"[^>]*)>([\s\S]*)$/.exec(body) ?? []
  const dark = [...used].map(([from, to]) => `[fill="${from}"]{fill:${to}}[stroke="${from}"]{stroke:${to}}`).join('')
  const style = `text{font-family:${FONT}}.ground{width:calc(100% - 1px);height:calc(100% - 1px)}`
  const foot = `<text x="16" y="${Number(height) - 14}" font-size="11.5" fill="${INKS.muted[0]}">${escapeHtml(origin)}</text>`
  return `${head} role="img">
<title>${escapeHtml(title)}</title>
<style>${style}@media(prefers-color-scheme:dark){${dark}}</style>
<rect class="ground" x=".5" y=".5" rx="8" width="100%" height="100%" fill="${INKS.page[0]}" stroke="${INKS.line[0]}"/>
${inside.replace('</svg>', `${foot}</svg>`)}
`
}
