/**
 * What all charts share: types, size, and the axis of time. Every time chart has the same domain, the same left margin
 * and a parameter `timeDomain`; the page sets that one parameter in all of them, and so they zoom together.
 */
import type { TopLevelSpec } from 'vega-lite'
import { ink } from '../../scenarios/shown/palette.ts'
import type { LogScale } from './log-axis.ts'

export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]
type Config = NonNullable<TopLevelSpec['config']>

/** A drawing with what the page needs around it. */
export interface Chart {
  readonly id: string
  readonly title: string
  /** What a reader who cannot see the chart is told: the finding, with numbers. */
  readonly text: string
  readonly key: readonly KeyEntry[]
  readonly spec: TopLevelSpec
  /** Values under the pointer, for charts on the axis of time. */
  readonly readout: Readout | null
  /** A remark under the chart: how to read it. */
  readonly note?: string
}

export interface KeyEntry {
  readonly label: string
  readonly colour: string
  readonly shape: 'line' | 'dashed' | 'area' | 'pale'
}

export interface Readout {
  readonly timesMs: readonly number[]
  readonly intervalMs: number
  readonly lines: readonly {
    readonly label: string
    readonly unit: string
    readonly values: readonly (number | string | null)[]
  }[]
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
export const LEFT_MARGIN_PX = 52

export const CONFIG: Config = {
  aria: false,
  background: 'transparent',
  font: FONT,
  padding: { left: 2, right: 12, top: 6, bottom: 2 },
  view: { stroke: 'transparent' },
  axis: {
    domain: false,
    gridColor: ink('grid'),
    labelColor: ink('muted'),
    labelFontSize: 11,
    labelPadding: 6,
    tickColor: ink('line'),
    titleColor: ink('muted'),
    titleFontSize: 11,
    titleFontWeight: 'normal',
  },
  axisX: { grid: false, domain: true, domainColor: ink('line'), tickSize: 4, labelPadding: 3, titlePadding: 6 },
  axisY: {
    ticks: false,
    titleAngle: 0,
    titleAlign: 'left',
    titleAnchor: 'start',
    titleBaseline: 'bottom',
    titleX: -LEFT_MARGIN_PX,
    titleY: -11,
  },
  text: { fontSize: 11, fill: ink('ink') },
}

/** Width is set by the page, to that of its column. */
export function sized(height: number): {
  width: number
  height: number
  autosize: { type: 'fit-x'; contains: 'padding' }
} {
  return { width: 720, height, autosize: { type: 'fit-x', contains: 'padding' } }
}

export const TIME_PARAM = { name: 'timeDomain', value: null }

export function timeEncoding(field: string, endMs: number) {
  return {
    field,
    type: 'quantitative' as const,
    scale: { domain: [0, endMs], domainRaw: { expr: 'timeDomain' }, nice: false, zero: false },
    axis: {
      title: 'time since the workload began, seconds',
      labelExpr: 'datum.value / 1000',
      tickCount: { expr: 'max(3, width / 90)' },
      labelFlush: true,
      labelOverlap: true,
    },
  }
}

/** The names of lanes, in the margin that all charts over time have. */
export const LANE_AXIS = {
  title: null,
  grid: false,
  domain: false,
  minExtent: LEFT_MARGIN_PX,
  maxExtent: LEFT_MARGIN_PX,
  labelLimit: LEFT_MARGIN_PX,
  labelPadding: 4,
}

export function valueAxis(title: string) {
  return { title, minExtent: LEFT_MARGIN_PX, maxExtent: LEFT_MARGIN_PX, tickCount: 4, labelLimit: LEFT_MARGIN_PX - 4 }
}

export const MS_LABEL = 'datum.value >= 1000 ? format(datum.value / 1000, ",") + " s" : datum.value + " ms"'

/** Milliseconds on a log scale, labelled as a person would say them. */
export function logMs(field: string, scale: LogScale, title: string) {
  return {
    field,
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain: [...scale.domain], nice: false },
    axis: { ...valueAxis(title), tickCount: 40, values: [...scale.ticks], labelOverlap: false, labelExpr: MS_LABEL },
  }
}
