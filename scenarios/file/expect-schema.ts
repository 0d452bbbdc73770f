/** What `expect:` may say, as JSON Schema: every path by name, so that an editor completes and explains it. */

import { aggregatedPaths, isOverTrials, pathPattern, summaryPaths } from '../measures/summary-paths.ts'
import { COMPARISON, VERDICTS } from './expect.ts'

/** Servers that an editor offers by name; more of them match the pattern. */
export const NODES_NAMED = 4

/** Of the whole schema, which refers to them. */
export const EXPECT_DEFINITIONS = {
  eachTrial: { description: 'Holds in every trial.', ...limit() },
  overTrials: { description: 'One number over all trials.', ...limit() },
  verdict: { enum: VERDICTS },
}

/** `checks`: the names of all there are. */
export function expectJsonSchema(checks: readonly string[]): object {
  const paths = summaryPaths(NODES_NAMED)
  const all = (names: readonly string[], definition: (name: string) => keyof typeof EXPECT_DEFINITIONS) =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${definition(name)}` }]))
  return {
    default: {},
    type: 'object',
    properties: {
      ...all(['checks', ...checks.map((name) => `checks.${name}`)], () => 'verdict'),
      ...all(paths, (path) => (isOverTrials(path) ? 'overTrials' : 'eachTrial')),
      ...all(aggregatedPaths(paths), () => 'overTrials'),
    },
    patternProperties: { [pathPattern()]: limit() },
    additionalProperties: false,
  }
}

function limit(): object {
  return { anyOf: [{ type: 'number' }, { type: 'string', pattern: COMPARISON.source }] }
}
