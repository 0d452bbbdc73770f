/**
 * Every path that `expect:` may name, derived from one description of the summary's shape. The description follows the
 * type: a field of `Summary` that it lacks, or has and the type has not, does not compile.
 *
 * A path is of each trial, and must hold in each; written `median(PATH)`, `min(PATH)`, `max(PATH)` or `mean(PATH)` it is
 * one number over all trials. The fields of `failoverMs`, `plannedMoveMs` and `clientOutageMs` are such numbers already.
 */
import type { Summary } from '../result.ts'

/** `other`: words, notes, pairs, or a mapping of names: no number that a scenario could expect. */
type Shape<T> = T extends number
  ? 'number'
  : T extends string | boolean
    ? 'other'
    : T extends readonly (infer Item)[]
      ? 'other' | { readonly items: Shape<NonNullable<Item>> }
      : string extends keyof T
        ? 'other' | { readonly key: 'node' | 'name'; readonly value: Shape<NonNullable<T[keyof T]>> }
        : 'other' | { readonly [K in keyof T]-?: Shape<NonNullable<T[K]>> }

const LATENCY = {
  count: 'number',
  p50: 'number',
  p90: 'number',
  p95: 'number',
  p99: 'number',
  p999: 'number',
  max: 'number',
  mean: 'number',
  leftOut: 'number',
  neverSent: 'number',
  sent: {
    count: 'number',
    p50: 'number',
    p75: 'number',
    p90: 'number',
    p95: 'number',
    p99: 'number',
    p999: 'number',
  },
} as const
const LAG = { p50: 'number', p99: 'number', max: 'number', count: 'number' } as const
const SPREAD = {
  trials: 'number',
  min: 'number',
  p50: 'number',
  p95: 'number',
  max: 'number',
  outcome: 'other',
  ci95: 'other',
  interval: 'other',
} as const
const PHASES = {
  detect: 'number',
  refused: 'number',
  decide: 'number',
  catchUp: 'number',
  promote: 'number',
  reroute: 'number',
  firstAck: 'number',
} as const

const SUMMARY: Shape<Summary> = {
  throughputOpsPerSec: 'number',
  offeredOpsPerSec: 'number',
  operations: {
    ok: 'number',
    failed: 'number',
    unknown: 'number',
    unsent: 'number',
    okShare: 'number',
    failedShare: 'number',
    unknownShare: 'number',
    unsentShare: 'number',
  },
  latencyMs: { write: LATENCY, read: LATENCY },
  failoverMs: SPREAD,
  plannedMoveMs: SPREAD,
  clientOutageMs: SPREAD,
  failovers: {
    items: {
      kind: 'other',
      startMs: 'number',
      durationMs: 'number',
      endsWith: 'other',
      clientOutageMs: 'number',
      clientOutageStartMs: 'number',
      oldSource: 'other',
      newSource: 'other',
      epoch: 'number',
      policy: 'other',
      phases: PHASES,
      phasesMs: PHASES,
      refusal: 'other',
      lostAcknowledged: 'number',
      fault: 'number',
      reason: 'other',
      rankings: 'other',
    },
  },
  outages: {
    outcome: 'other',
    count: 'number',
    totalMs: 'number',
    longestMs: 'number',
    each: { items: { startMs: 'number', durationMs: 'number', failed: 'number', unknown: 'number' } },
  },
  longestSilenceMs: 'number',
  longestSilenceStartMs: 'number',
  generator: {
    verdict: 'other',
    clients: 'number',
    due: 'number',
    late: 'number',
    medianWaitMs: 'number',
    answerMeanMs: 'number',
  },
  lostEventual: 'number',
  stalenessMs: LAG,
  resolutionMs: 'number',
  lagMs: {
    ...LAG,
    catchingUp: {
      count: 'number',
      maxMs: 'number',
      perNode: { key: 'node', value: { count: 'number', maxMs: 'number' } },
    },
    perNode: { key: 'node', value: LAG },
  },
  counters: { key: 'name', value: 'number' },
  notes: 'other',
}

export const AGGREGATES = ['median', 'min', 'max', 'mean'] as const
export type Aggregate = (typeof AGGREGATES)[number]

/** `median(operations.failed)` is an aggregate over trials of a path. */
export function readAggregate(text: string): { readonly aggregate: Aggregate | null; readonly path: string } {
  const [, aggregate, path] = /^(median|min|max|mean)\(\s*([^()\s]+)\s*\)$/.exec(text) ?? []
  return aggregate === undefined ? { aggregate: null, path: text } : { aggregate: aggregate as Aggregate, path: path! }
}

const OVER_TRIALS: readonly (keyof Summary)[] = ['failoverMs', 'plannedMoveMs', 'clientOutageMs']

/** One number over all trials as it is: nothing is left to take a median of. */
export function isOverTrials(path: string): boolean {
  return OVER_TRIALS.some((name) => path.startsWith(`${name}.`))
}

/** With what stands for a server, an entry of a list or a name of the run's own. */
interface Wildcards {
  readonly nodes: readonly string[]
  readonly index: string
  readonly name: readonly string[]
}

/** Every path that is known before a run, servers by their names; `failovers.0` stands for the first failover. */
export function summaryPaths(nodes: number): readonly string[] {
  const names = Array.from({ length: nodes }, (_, i) => `node${i + 1}`)
  return walk(SUMMARY, '', { nodes: names, index: '0', name: [] })
}

/** The same as one regular expression, for any number of servers, any failover and any counter. */
export function pathPattern(): string {
  const all = walk(SUMMARY, '', { nodes: ['node\\d+'], index: '\\d+', name: ['\\w+'] })
  const single = all.map((path) => path.replaceAll('.', '\\.'))
  const aggregated = all.filter((path) => !isOverTrials(path)).map((path) => path.replaceAll('.', '\\.'))
  return `^(?:${single.join('|')}|(?:${AGGREGATES.join('|')})\\(\\s*(?:${aggregated.join('|')})\\s*\\))$`
}

/** Each path that has no number yet over all trials, as every aggregate of it. */
export function aggregatedPaths(paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => !isOverTrials(path))
    .flatMap((path) => AGGREGATES.map((aggregate) => `${aggregate}(${path})`))
}

function walk(shape: unknown, path: string, wildcards: Wildcards): string[] {
  if (shape === 'number') return [path]
  if (typeof shape !== 'object' || shape === null) return []
  const under = (key: string, inner: unknown) => walk(inner, path === '' ? key : `${path}.${key}`, wildcards)
  const { items, key, value } = shape as { items?: unknown; key?: unknown; value?: unknown }
  if (items !== undefined) return [`${path}.length`, ...under(wildcards.index, items)]
  if (value !== undefined && (key === 'node' || key === 'name'))
    return (key === 'node' ? wildcards.nodes : wildcards.name).flatMap((name) => under(name, value))
  return Object.entries(shape).flatMap(([name, inner]) => under(name, inner))
}
