/** `expect: { failoverMs.max: < 3000, checks: pass, checks.timestamps-ordered: fail }`: numbers and verdicts a run must show. */
import type { Refuse } from './faults/written-fault.ts'
import { suggestion } from './nearest.ts'
import type { CheckName, Expectation, Scenario } from './scenario.ts'
import { show } from './schema-issues.ts'
import type { YamlSource } from './yaml-source.ts'

const COMPARISON = /^(<=|>=|==|!=|<|>)?\s*(-?\d+(?:\.\d+)?)$/
const VERDICTS = ['pass', 'fail', 'unknown']

/** Which counters and how many failovers there are is known only after the run. */
const OPEN_PATHS =
  /^(counters\.\w+|failovers\.\d+\.(startMs|durationMs|clientOutageMs|clientOutageStartMs|epoch|lostAcknowledged))$/

const SPREAD = ['trials', 'min', 'p50', 'p95', 'max']
const OFFERED = ['count', 'p50', 'p75', 'p90', 'p99', 'p999'].map((name) => `offered.${name}`)
const LATENCY = ['count', 'p50', 'p90', 'p99', 'p999', 'max', 'mean', 'leftOut', ...OFFERED]
const LAG = ['p50', 'p99', 'max', 'count']

/** Every path into the summary that is a number. */
export function summaryPaths(cluster: Scenario['cluster']): readonly string[] {
  const under = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}.${name}`)
  const nodes = Array.from({ length: cluster.nodes }, (_, i) => `node${i + 1}`)
  return [
    'throughputOpsPerSec',
    'offeredOpsPerSec',
    ...under('operations', ['ok', 'failed', 'unknown', 'unsent']),
    ...under('latencyMs.write', LATENCY),
    ...under('latencyMs.read', LATENCY),
    ...under('failoverMs', SPREAD),
    ...under('clientOutageMs', SPREAD),
    'longestSilenceMs',
    ...under('outages', ['count', 'totalMs', 'longestMs']),
    'failovers.length',
    'lostEventual',
    ...under('stalenessMs', LAG),
    'resolutionMs',
    ...under('lagMs', LAG),
    ...under('lagMs.catchingUp', ['count', 'maxMs']),
    ...nodes.flatMap((node) => under(`lagMs.perNode.${node}`, LAG)),
  ]
}

export function readExpectations(
  written: Readonly<Record<string, string | number>>,
  cluster: Scenario['cluster'],
  checks: readonly CheckName[],
  source: YamlSource,
  refuse: Refuse,
): readonly Expectation[] {
  return Object.entries(written).map(([path, limit]) => {
    const at = ['expect', path]
    const { line } = source.placeOfKey(at)
    if (path === 'checks' || path.startsWith('checks.')) {
      const name = path.slice('checks.'.length)
      if (name !== '' && !(checks as readonly string[]).includes(name))
        refuse(
          at,
          'an expectation about a check that does not run',
          `one of ${checks.join(', ')}`,
          `${show(name)}${suggestion(name, checks)}`,
        )
      if (!VERDICTS.includes(String(limit))) refuse(at, `wrong verdict for ${path}`, VERDICTS.join(', '), show(limit))
      return { path, op: '==', limit: String(limit), line }
    }
    const known = summaryPaths(cluster)
    if (!known.includes(path) && !OPEN_PATHS.test(path))
      refuse(
        at,
        'unknown number in expect',
        'checks, checks.NAME, or a number of the summary such as failoverMs.max',
        `${show(path)}${suggestion(path, known)}`,
      )
    const match = COMPARISON.exec(String(limit).trim())
    if (match === null)
      return refuse(at, `wrong limit for ${path}`, 'a comparison with a plain number, such as < 3000', show(limit))
    return { path, op: (match[1] ?? '==') as Expectation['op'], limit: Number(match[2]), line }
  })
}
