/** From what zod found wrong to messages that a person reads, each with its place. */
import { z } from 'zod'
import { ScenarioError } from './errors.ts'
import { suggestion } from './nearest.ts'
import type { Path, YamlSource } from './yaml-source.ts'

type Issue = z.core.$ZodIssue

/** `base`: where in the file the schema's root stands. */
export function complain(
  issues: readonly Issue[],
  schema: z.ZodType,
  source: YamlSource,
  base: Path = [],
): readonly ScenarioError[] {
  return issues.flatMap((issue) => {
    const narrowed = narrow(issue)
    return narrowed.flatMap((one) => toComplaints(one, schema, source, base))
  })
}

/** Of a union, the one branch that the value was meant for: the only one whose root type fits. */
function narrow(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.filter((errors) => !errors.some((e) => e.path.length === 0 && e.code === 'invalid_type'))
  if (meant.length !== 1) return [issue]
  return meant[0]!.flatMap((inner) => narrow({ ...inner, path: [...issue.path, ...inner.path] }))
}

function toComplaints(issue: Issue, schema: z.ZodType, source: YamlSource, base: Path): readonly ScenarioError[] {
  const path = [...base, ...issue.path]
  const { file } = source
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    const what = `unknown key${path.length === 0 ? '' : ` in ${pathText(path)}`}`
    return issue.keys.map(
      (key) =>
        new ScenarioError(
          file,
          source.placeOfKey([...path, key]),
          what,
          `one of ${known.join(', ')}`,
          `${show(key)}${suggestion(key, known)}`,
        ),
    )
  }
  const value = valueAt(source.data, path)
  const place = source.placeOf(path)
  if (value === undefined)
    return [new ScenarioError(file, place, `missing ${pathText(path)}`, expectedBy(issue), 'nothing')]
  const hint = issue.code === 'invalid_value' ? suggestion(String(value), issue.values.map(String)) : ''
  const what = `wrong value for ${pathText(path)}`
  return [new ScenarioError(file, place, what, expectedBy(issue), `${show(value)}${hint}`)]
}

/** Schemas say what they expect as their message; what zod says by itself begins with `Invalid` or `Too`. */
function expectedBy(issue: Issue): string {
  if (!/^(Invalid|Too|Unrecognized)/.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') return issue.expected === 'object' ? 'a mapping' : `a ${issue.expected}`
  return issue.message
}

/** The keys a mapping at `path` may have, read from the schema's JSON form. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  type Json = { properties?: Record<string, Json>; items?: Json; anyOf?: Json[]; additionalProperties?: Json | boolean }
  let candidates: Json[] = [z.toJSONSchema(schema, { io: 'input' }) as Json]
  const widen = () => {
    candidates = candidates.flatMap((json) => (json.anyOf === undefined ? [json] : json.anyOf))
  }
  for (const step of path) {
    widen()
    candidates = candidates.flatMap((json) => {
      const next = json.properties?.[String(step)] ?? json.items ?? json.additionalProperties
      return typeof next === 'object' ? [next] : []
    })
  }
  widen()
  return candidates.flatMap((json) => Object.keys(json.properties ?? {}))
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step]
  return value
}

export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? String(step) : `.${String(step)}`))
    .join('')
}

/** A value in few words. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
