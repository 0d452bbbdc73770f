/**
 * Where two results differ beyond what is compared: each path of a scenario file with both values, as people write
 * them (`tuning.unreachable differs: 1 s and 300 ms`).
 */
import { durationText } from '../../algorithms/wording.ts'
import { delayText } from '../file/delay-text.ts'
import type { Result } from '../result.ts'
import type { DelayDistribution } from '../scenario.ts'
import { conditionsShape } from './conditions.ts'

type Side = Result['scenario']

interface Difference {
  readonly path: string
  readonly a: string
  readonly b: string
}

const NAMED_AT_MOST = 12

/** In words, one for each path; empty: they ran under the same conditions. */
export function conditionDifferences(a: Side, b: Side): string[] {
  // Results from before there were conditions are held to the same file.
  if (a.conditions === undefined || b.conditions === undefined) return a.hash === b.hash ? [] : [filesDiffer(a, b)]
  if (a.conditions === b.conditions) return []
  const found = differencesIn('', shapeOf(a, b), shapeOf(b, a))
  const said = found
    .slice(0, NAMED_AT_MOST)
    .map(({ path, a: left, b: right }) => `${path} differs: ${left} and ${right}`)
  if (found.length > NAMED_AT_MOST) said.push(`${found.length - NAMED_AT_MOST} more settings differ`)
  if (said.length > 0) return said
  return [
    a.settings === undefined || b.settings === undefined
      ? `${filesDiffer(a, b)}, in network, tuning or faults`
      : filesDiffer(a, b),
  ]
}

function filesDiffer(a: Side, b: Side): string {
  return `the scenario differs: ${a.name} and ${b.name} (files ${a.hash.slice(0, 8)} and ${b.hash.slice(0, 8)})`
}

/** What both results hold of their conditions: those of earlier versions have no settings. */
function shapeOf(own: Side, other: Side): unknown {
  const { cluster, workload, settings, algorithms } = own
  if (settings === undefined || other.settings === undefined) return { cluster, workload }
  const shape = conditionsShape({ cluster, workload, ...settings }, algorithms)
  const { timestampServers } = shape.cluster as Side['cluster']
  // The shape says 0 for as many as the algorithm needs; where that matters, people want the number.
  const isSame =
    timestampServers ===
    (conditionsShape({ ...other, ...other.settings }, other.algorithms).cluster as Side['cluster']).timestampServers
  return isSame ? shape : { ...shape, cluster }
}

/** `settings` in its place in a file. */
const WRITTEN_AS: Readonly<Record<string, string>> = { 'network.defaultDelay': 'network.default.delay' }

function differencesIn(path: string, a: unknown, b: unknown): Difference[] {
  if (a === b) return []
  if (!isNested(a) || !isNested(b) || Array.isArray(a) !== Array.isArray(b))
    return sameText(a, b) ? [] : [{ path: fileKey(path), a: valueText(path, a), b: valueText(path, b) }]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => {
    const inner = Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    return differencesIn(inner, a[key], b[key])
  })
}

function isNested(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isDelay(value)
}

function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

function fileKey(path: string): string {
  return WRITTEN_AS[path] ?? path.replace(/Us$/, '')
}

function valueText(path: string, value: unknown): string {
  if (value === undefined || value === null) return 'none'
  if (isDelay(value)) return delayText(value)
  if (typeof value === 'number' && path.endsWith('Us')) return durationText(value)
  if (Array.isArray(value) && value.length === 0) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isDelay(value: unknown): value is DelayDistribution {
  const kind = (value as { readonly kind?: unknown } | null)?.kind
  return kind === 'constant' || kind === 'lognormal' || kind === 'normal'
}
