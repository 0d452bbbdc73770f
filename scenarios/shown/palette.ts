/**
 * Colours, after Okabe and Ito (distinguishable with every common kind of colour blindness), each in two shades so
 * that a line keeps a contrast of 3:1 on a white page and on a dark one. Charts and page name them by CSS variable:
 * switching the theme or printing then needs no new drawing.
 */
import type { Result } from '../result.ts'

type Shades = readonly [light: string, dark: string]

const BLUE: Shades = ['#0072b2', '#4da3df']
const ORANGE: Shades = ['#c98200', '#e69f00']
const GREEN: Shades = ['#009e73', '#1fb98d']
const PURPLE: Shades = ['#c0669a', '#dd95bf']
const VERMILION: Shades = ['#d55e00', '#ee7a30']
const SKY: Shades = ['#2b95d3', '#8fd2f7']
const YELLOW: Shades = ['#988b00', '#f0e442']
const BLACK: Shades = ['#3a3f45', '#c9ced4']

export const SERIES: readonly Shades[] = [BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW, BLACK]

export const INKS = {
  page: ['#ffffff', '#14171b'],
  panel: ['#f6f7f9', '#1c2026'],
  line: ['#dfe3e8', '#333a43'],
  grid: ['#e9ecf0', '#2a3038'],
  ink: ['#16191d', '#eceff3'],
  muted: ['#565f6a', '#a6afba'],
  accent: ['#005f99', '#7cc0f2'],
  pass: ['#00704f', '#3ecb9f'],
  fail: ['#b34300', '#ff9458'],
  unsure: ['#7a5c00', '#e8bd4a'],
  ok: ['#7d8fa3', '#71859b'],
  offered: ['#16191d', '#eceff3'],
  failed: VERMILION,
  unknown: ORANGE,
  band: VERMILION,
  warmup: ['#565f6a', '#a6afba'],
} as const satisfies Record<string, Shades>

export function ink(name: keyof typeof INKS): string {
  return `var(--${name})`
}

export function seriesColour(index: number): string {
  return `var(--series-${(index % SERIES.length) + 1})`
}

/** `node3` is always the third colour, whoever else is in the picture; other names follow their place in the list. */
export function nodeColour(node: string, nodes: readonly string[]): string {
  const number = /^node(\d{1,6})$/.exec(node)
  return seriesColour(number ? Number(number[1]) - 1 : Math.max(0, nodes.indexOf(node)))
}

/** A policy keeps its colour on every page: the result says which. Null: an earlier version's result, which does not. */
export function policyColour({ colours }: Result['scenario'], name: string): string | null {
  const slot = colours?.[name]
  return slot === undefined ? null : seriesColour(slot)
}

/** The variables of both themes; a printed page is a light one whatever the screen was. */
export function colourCss(): string {
  const declare = (shade: 0 | 1) =>
    [
      ...Object.entries(INKS).map(([name, shades]) => `--${name}:${shades[shade]}`),
      ...SERIES.map((shades, index) => `--series-${index + 1}:${shades[shade]}`),
      `color-scheme:${shade === 0 ? 'light' : 'dark'}`,
    ].join(';')
  return [
    `:root{${declare(0)}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${declare(1)}}}`,
    `@media screen{:root[data-theme=dark]{${declare(1)}}}`,
  ].join('\n')
}
