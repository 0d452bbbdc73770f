/** Takes a finished page apart again, so that tests judge what a reader gets and not what a builder meant. */
import assert from 'node:assert/strict'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

interface DrawnChart {
  readonly id: string
  readonly spec: TopLevelSpec
  readonly readout: {
    readonly timesMs: readonly number[]
    readonly lines: readonly { readonly values: readonly unknown[] }[]
  } | null
  readonly key: readonly { readonly label: string }[]
}

export function chartsIn(page: string): DrawnChart[] {
  const pattern =
    /<figure class="chart[^"]*" id="chart-([\w-]+)"[\s\S]*?<script type="application\/json" class="data">([\s\S]*?)<\/script>/g
  return [...page.matchAll(pattern)].map(([, id, json]) => ({ id: id!, ...JSON.parse(json!) }))
}

/** vega-lite drops a misspelt channel with a mere warning: here every warning is an error. */
export const strictLogger = {
  level() {
    return strictLogger
  },
  error: complain,
  warn: complain,
  info: () => strictLogger,
  debug: () => strictLogger,
}

function complain(...parts: readonly unknown[]): never {
  throw new Error(`the drawing library complains: ${parts.join(' ')}`)
}

/** Compiles and draws; the SVG that comes out. */
export async function drawn(spec: TopLevelSpec, width = 720): Promise<string> {
  const compiled = compile({ ...spec, width } as TopLevelSpec, { logger: strictLogger as never }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger: strictLogger as never })
  try {
    await view.runAsync()
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The text without tags, as it reads. */
export function textOf(html: string): string {
  return html
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ')
}

export function includes(text: string, part: string): void {
  assert.ok(text.includes(part), `expected to read ${JSON.stringify(part)} in: ${text.slice(0, 2000)}`)
}
