/**
 * A scenario as a file would say it, but as data: what the swarm draws and the shrinker takes apart. It goes through the
 * same checks as a file (`scenarioOf` in load.ts), and `writtenText` makes the file.
 */
import { stringify } from 'yaml'
import type { YamlSource } from './yaml-source.ts'

export type Written = Readonly<Record<string, unknown>>

/** Steps count as lines, so that a message names the step: `swarm:3:1` is the third. */
export function sourceOfWritten(written: Written, name: string): YamlSource {
  const placeOf = (path: readonly PropertyKey[]) => ({
    line: path[0] === 'faults' && typeof path[1] === 'number' ? path[1] + 1 : 1,
    column: 1,
  })
  return { file: name, data: written, placeOf, placeOfKey: placeOf }
}

/** YAML with a line for each part and each step. */
export function writtenText(written: Written): string {
  return Object.entries(written)
    .map(([key, value]) =>
      Array.isArray(value) && typeof value[0] === 'object'
        ? `${key}:\n${value.map((item) => `  - ${flow(item)}\n`).join('')}`
        : `${key}: ${flow(value)}\n`,
    )
    .join('')
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim()
}

/** `over` where it says something, `under` elsewhere: mappings are merged, everything else is replaced. */
export function overlay(under: Written, over: Written): Written {
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isMapping(value) && isMapping(below) ? overlay(below, value) : value
  }
  return merged
}

export function isMapping(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
