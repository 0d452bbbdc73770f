/** `expect: { failoverMs.max: < 3000, checks: pass, checks.timestamps-ordered: fail }`: numbers and verdicts a run must show. */
import type { CheckName } from '../checks/checks.ts'
import type { Refuse } from '../faults/written-fault.ts'
import {
  AGGREGATES,
  aggregatedPaths,
  isOverTrials,
  pathPattern,
  readAggregate,
  summaryPaths,
} from '../measures/summary-paths.ts'
import { isShare } from '../result.ts'
import type { Expectation } from '../scenario.ts'
import type { Mistakes } from './mistakes.ts'
import { byNearness, suggestion } from './nearest.ts'
import { show } from './schema-issues.ts'
import type { YamlSource } from './yaml-source.ts'

export const COMPARISON = /^(<=|>=|==|!=|<|>)?\s*(-?\d+(?:\.\d+)?)\s*(%)?$/
/** What a check may be expected to end as. */
export const VERDICTS = ['pass', 'fail', 'unknown']

export function readExpectations(
  written: Readonly<Record<string, string | number>>,
  nodes: number,
  checks: readonly CheckName[],
  source: YamlSource,
  refuse: Refuse,
  mistakes: Mistakes,
): readonly Expectation[] {
  const read = (path: string, limit: string | number): Expectation => {
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
    refuseUnknownPath(path, nodes, (expected, found) => refuse(at, 'unknown number in expect', expected, found))
    const match = COMPARISON.exec(String(limit).trim())
    if (match === null)
      return refuse(at, `wrong limit for ${path}`, 'a comparison with a plain number, such as < 3000', show(limit))
    const isPercent = match[3] !== undefined
    if (isPercent && !isShare(path))
      refuse(at, `percent of what is no share: ${path}`, 'a plain number, such as < 3000', show(limit))
    return {
      path: path.replaceAll(' ', ''),
      op: (match[1] ?? '==') as Expectation['op'],
      limit: isPercent ? Number(match[2]) / 100 : Number(match[2]),
      line,
    }
  }
  return Object.entries(written).flatMap(([path, limit]) => mistakes.attempt(() => read(path, limit)) ?? [])
}

/** Of a command line: `operations.failed: < 5`, as in a file, or `operations.failed < 5`. Null: it is neither. */
export function splitExpectation(text: string): readonly [path: string, limit: string] | null {
  const [, path, limit] = /^\s*([A-Za-z][\w.-]*(?:\([\w.\s-]+\))?)\s*(?::\s*|(?=[<>=!\s]))(\S.*)$/.exec(text) ?? []
  return path === undefined ? null : [path, limit!.trim()]
}

/** Which counters a run has, and how many failovers, is known only after it. */
const PATH = new RegExp(pathPattern())

function refuseUnknownPath(path: string, nodes: number, refuse: (expected: string, found: string) => never): void {
  const known = summaryPaths(nodes)
  const { path: inner, aggregate } = readAggregate(path)
  const server = /\.(node\d+)\./.exec(inner)?.[1]
  if (PATH.test(path) && (server === undefined || known.some((one) => one.includes(`.${server}.`)))) return
  if (aggregate !== null && isOverTrials(inner)) refuse(`${inner}, which is over all trials already`, show(path))
  refuse(
    `checks, checks.NAME, or one of ${inGroups(byNearness(inner, known))}, counters.NAME, or ${AGGREGATES.join(', ')} of one over trials as in ${AGGREGATES[0]}(operations.failed)`,
    `${show(path)}${suggestion(path, [...known, ...aggregatedPaths(known)])}`,
  )
}

/** `failoverMs.{max, min}, operations.{ok, failed}`: eighty paths in a few lines, in the order of their first. */
function inGroups(paths: readonly string[]): string {
  const groups = new Map<string, Set<string>>()
  for (const path of paths) {
    const dot = path.lastIndexOf('.')
    const [parent, name] = [path.slice(0, dot + 1).replace(/node\d+/, 'NODE'), path.slice(dot + 1)]
    groups.set(parent, (groups.get(parent) ?? new Set()).add(name))
  }
  return [...groups]
    .flatMap(([parent, names]) =>
      parent === '' || names.size === 1
        ? [...names].map((name) => `${parent}${name}`)
        : [`${parent}{${[...names].join(', ')}}`],
    )
    .join(', ')
}
