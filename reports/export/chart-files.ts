/**
 * The charts of a report as files: the drawing with title, key and origin, as the report's own buttons save it, in the
 * light theme. Letters of an SVG are drawn by whoever shows it. A PNG's are drawn here, and a machine may have no font at
 * all; text then vanishes without an error. So the font comes with the project, none of the machine's is asked, and a
 * word is drawn first to see that letters come out.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js'
import * as vega from 'vega'
import { compile } from 'vega-lite'
import type { Result } from '../../scenarios/result.ts'
import { INKS, SERIES } from '../../scenarios/shown/palette.ts'
import type { Chart, KeyEntry } from '../charts/spec.ts'
import { escapeHtml } from '../markup.ts'
import { provenanceOf, runsOf } from '../runs.ts'
import { outageCharts } from '../sections/outage.ts'
import { replicaCharts, userCharts } from '../sections/over-time.ts'

const FAMILY = 'DejaVu Sans'
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']
const MARGIN_PX = 12
/** Dots of a PNG for each pixel of the drawing. */
const ZOOM = 2
/** Vega takes a letter for 0.8 of its height; half of it is nearer. */
const GUESSED_TOO_WIDE = 1.6

export interface Picture {
  /** As in the report: `throughput`, `waterfall-1`. */
  readonly name: string
  readonly svg: () => Promise<string>
}

/** All that the report of this result draws, in its order. */
export function picturesOf(result: Result): readonly Picture[] {
  const runs = runsOf([result])
  const origin = provenanceOf(runs)
  return [...outageCharts(runs), ...userCharts(runs), ...replicaCharts(runs)].map((chart) => ({
    name: chart.id,
    svg: () => svgOf(chart, origin),
  }))
}

async function svgOf(chart: Chart, origin: string): Promise<string> {
  const view = new vega.View(vega.parse(compile(roomy(chart.spec)).spec), { renderer: 'none' })
  try {
    await view.runAsync()
    return framed(chart, await view.toSVG(), origin)
  } finally {
    view.finalize()
  }
}

/** Without a canvas a text's width is guessed, and guessed too wide: labels that fit would be cut. */
function roomy(spec: Chart['spec']): Chart['spec'] {
  const wider = (key: string, value: unknown) =>
    key === 'labelLimit' && typeof value === 'number' ? value * GUESSED_TOO_WIDE : value
  return JSON.parse(JSON.stringify(spec), wider)
}

const SHADES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(INKS).map(([name, [light]]) => [name, light] as const),
  ...SERIES.map(([light], index) => [`series-${index + 1}`, light] as const),
])

function framed({ title, key, text }: Chart, drawn: string, origin: string): string {
  const [, width, chartHeight] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(drawn)!.map(Number)
  const { entries, bottomPx } = keyOf(key, width!)
  const top = key.length === 0 ? 36 : bottomPx + 12
  const lines = origin.match(new RegExp(`.{1,${Math.max(20, Math.floor((width! - 2 * MARGIN_PX) / 6.4))}}`, 'gs')) ?? []
  const height = top + chartHeight! + 18 + lines.length * 13
  const label = (x: number, y: number, size: number, colour: string, words: string, bold = '') =>
    `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}"${bold} fill="var(--${colour})">${escapeHtml(words)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeHtml(`${title}. ${text}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="var(--page)"/>`,
    label(MARGIN_PX, 24, 15, 'ink', title, ' font-weight="bold"'),
    ...entries.map(({ mark, x, y, words }) => mark + label(x, y, 11, 'muted', words)),
    `<g transform="translate(0,${top})">${drawn.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, '')}</g>`,
    ...lines.map((line, index) => label(MARGIN_PX, top + chartHeight! + 18 + index * 13, 10, 'muted', line)),
    '</svg>\n',
  ]
    .join('')
    .replace(/var\(--([\w-]+)\)/g, (_, name: string) => SHADES.get(name) ?? '#000000')
}

function keyOf(key: readonly KeyEntry[], width: number) {
  let x = MARGIN_PX
  let y = 46
  const entries = key.map(({ label, colour, shape }) => {
    const length = 36 + label.length * 7
    if (x > MARGIN_PX && x + length > width) {
      x = MARGIN_PX
      y += 18
    }
    const mark =
      shape === 'area' || shape === 'pale'
        ? `<rect x="${x + 3}" y="${y - 9}" width="10" height="10" fill="${colour}" opacity="${shape === 'pale' ? 0.35 : 1}"/>`
        : `<line x1="${x}" x2="${x + 16}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="3"${shape === 'dashed' ? ' stroke-dasharray="5 3"' : ''}/>`
    const entry = { mark, x: x + 21, y, words: label }
    x += length
    return entry
  })
  return { entries, bottomPx: y }
}

/** Throws where letters would be missing. `fontFiles`: those that come with the project. */
export function pngOf(svg: string, fontFiles: readonly string[] = shippedFonts()): Uint8Array {
  const options: ResvgRenderOptions = {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { fontFiles: [...fontFiles], loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
  }
  const probe = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text x="5" y="20" font-family="${FAMILY}">quorum</text></svg>`
  if (new Resvg(probe, options).getBBox() === undefined)
    throw new Error(`no letters can be drawn with ${fontFiles.join(', ') || 'no font'}: is dejavu-fonts-ttf installed?`)
  return new Resvg(svg.replace(/font-family="[^"]*"/g, `font-family="${FAMILY}"`), options).render().asPng()
}

/** Opened here, because the library that draws says nothing of a font that is not there. */
function shippedFonts(): string[] {
  const files = FONTS.map((file) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)))
  for (const file of files) readFileSync(file)
  return files
}
