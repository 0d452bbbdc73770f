/** From what zod found wrong to the one message a person reads: the first in the file, with its place. */
import { z } from 'zod'
import { type Place, ScenarioError } from './errors.ts'
import { suggestion } from './nearest.ts'
import type { Path, YamlSource } from './yaml-source.ts'

type Issue = z.core.$ZodIssue

interface Complaint {
  readonly place: Place
  readonly what: string
  readonly expected: string
  readonly found: string
}

/** `base`: where in the file the schema's root stands. */
export function complain(
  issues: readonly Issue[],
  schema: z.ZodType,
  source: YamlSource,
  base: Path = [],
): readonly Complaint[] {
  return issues.flatMap((issue) => {
    const narrowed = narrow(issue)
    return narrowed.map((one) => toComplaint(one, schema, source, base))
  })
}

export function throwFirst(complaints: readonly Complaint[], source: YamlSource): void {
  const [first] = complaints.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  if (first !== undefined) throw new ScenarioError(source.file, first.place, first.what, first.expected, first.found)
}

/** Of a union, the one branch that the value was meant for: the only one whose root type fits. */
function narrow(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.filter((errors) => !errors.some((e) => e.path.length === 0 && e.code === 'invalid_type'))
  if (meant.length !== 1) return [issue]
  return meant[0]!.flatMap((inner) => narrow({ ...inner, path: [...issue.path, ...inner.path] }))
}

function toComplaint(issue: Issue, schema: z.ZodType, source: YamlSource, base: Path): Complaint {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const known = keysAt(schema, issue.path)
    return {
      place: source.placeOfKey([...path, key]),
      what: `unknown key${path.length === 0 ? '' : ` in ${pathText(path)}`}`,
      expected: `one of ${known.join(', ')}`,
      found: `${show(key)}${suggestion(key, known)}`,
    }
  }
  const value = valueAt(source.data, path)
  if (value === undefined)
    return {
      place: source.placeOf(path),
      what: `missing ${pathText(path)}`,
      expected: expectedBy(issue),
      found: 'nothing',
    }
  const hint = issue.code === 'invalid_value' ? suggestion(String(value), issue.values.map(String)) : ''
  return {
    place: source.placeOf(path),
    what: `wrong value for ${pathText(path)}`,
    expected: expectedBy(issue),
    found: `${show(value)}${hint}`,
  }
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
