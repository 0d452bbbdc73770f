/** What the pictures share: their width, sizes of type that are still read at half the width, axes and labels. */
import type { TopLevelSpec } from 'vega-lite'
import type { Layer } from '../../reports/charts/spec.ts'
import { ink } from '../../scenarios/shown/palette.ts'

const WIDTH_PX = 600
const LEFT_PX = 78

const CONFIG: NonNullable<TopLevelSpec['config']> = {
  aria: false,
  background: 'transparent',
  view: { stroke: 'transparent' },
  axis: {
    domain: false,
    ticks: false,
    gridColor: ink('grid'),
    labelColor: ink('muted'),
    labelFontSize: 13,
    labelPadding: 7,
    titleColor: ink('muted'),
    titleFontSize: 13,
    titleFontWeight: 'normal',
  },
  axisX: {
    grid: false,
    domain: true,
    domainColor: ink('muted'),
    ticks: true,
    tickColor: ink('muted'),
    titlePadding: 8,
  },
  axisY: {
    titleAngle: 0,
    titleAlign: 'left',
    titleAnchor: 'start',
    titleBaseline: 'bottom',
    titleX: -LEFT_PX + 2,
    titleY: -12,
    minExtent: LEFT_PX,
    maxExtent: LEFT_PX,
  },
  text: { fontSize: 13, fill: ink('ink') },
  concat: { spacing: 26 },
}

/** The width of what is drawn, beside the labels of the vertical axis. */
const INNER_PX = WIDTH_PX - 92 - 24

export function quantitative(field: string, title: string | null, options: object = {}, axis: object | null = {}) {
  return {
    field,
    type: 'quantitative' as const,
    scale: { nice: false, ...('type' in options ? {} : { zero: false }), ...options },
    axis: axis === null ? null : { title, ...axis },
  }
}

export interface Label {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly colour?: string
  readonly align?: 'left' | 'right' | 'center'
  readonly dx?: number
  readonly dy?: number
  readonly bold?: boolean
}

/** Words in the drawing; `\n` begins a new line. */
export function labels(items: readonly Label[], x: object, y: object): Layer[] {
  return items.map(({ text, colour, align = 'left', dx = 0, dy = 0, bold = false, ...at }) => ({
    data: { values: [{ x: at.x, y: at.y }] },
    mark: {
      type: 'text',
      text: text.split('\n'),
      align,
      baseline: 'middle',
      dx,
      dy,
      fontSize: 13,
      lineHeight: 16,
      fontWeight: bold ? 600 : 400,
      color: colour ?? ink('ink'),
    },
    encoding: { x: { ...x, field: 'x' }, y: { ...y, field: 'y' } } as never,
  }))
}

/** Words above the drawing, at a place of its horizontal axis. */
export function above(
  items: readonly {
    readonly x: number
    readonly text: string
    readonly align?: 'left' | 'right' | 'center'
    readonly colour?: string
  }[],
  x: object,
): Layer[] {
  return items.map(({ x: at, text, align = 'center', colour = ink('band') }) => ({
    data: { values: [{ at }] },
    mark: { type: 'text', text, align, baseline: 'bottom', y: -6, fontSize: 13, color: colour },
    encoding: { x: { ...x, field: 'at' } } as never,
  }))
}

/** A shaded stretch behind the data. */
export function band(fromX: number, toX: number, x: object, colour = ink('band'), opacity = 0.12): Layer {
  return {
    data: { values: [{ from: fromX, to: toX }] },
    mark: { type: 'rect', color: colour, opacity, clip: true },
    encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } } as never,
  }
}

export function rule(atX: number, x: object, colour = ink('band'), dash: readonly number[] = []): Layer {
  return {
    data: { values: [{ at: atX }] },
    mark: { type: 'rule', color: colour, strokeDash: [...dash], strokeWidth: 1.5 },
    encoding: { x: { ...x, field: 'at' } } as never,
  }
}

/** One drawing, in a frame of fixed size: what the libraries guess of the widths of words would move it about. */
export function framed(height: number, hasTimeAxis = true) {
  const padding = { left: 92, right: 24, top: 38, bottom: hasTimeAxis ? 82 : 44 }
  return { width: INNER_PX, height, config: CONFIG, padding, autosize: 'none' as const }
}

/** Lines that run close to one another; the rule of weights is dashed, because it often lies on another one. */
export function strokes(
  lines: readonly { readonly values: readonly object[]; readonly colour: string; readonly name: string }[],
  x: object,
  y: object,
) {
  return lines.map(({ values, colour, name }) => ({
    data: { values: [...values] },
    mark: {
      type: 'line' as const,
      color: colour,
      strokeWidth: 2.5,
      clip: true,
      strokeDash: name === 'cabinet' ? [6, 4] : [1, 0],
    },
    encoding: { x, y },
  }))
}
