/**
 * What JSON cannot carry, in one place: GTID sets travel as MySQL's text and are parsed on the other side. Requests
 * and replies without one pass through untouched.
 */
import { MutableGtidSet } from '../../algorithms/gtid-set.ts'

/**
 * By request kind: the fields that are GTID sets; `session.seen` is the field `seen` of the field `session`, or of each
 * of its items where that is a list.
 */
const GTID_FIELDS: Readonly<
  Record<string, { readonly request: readonly string[]; readonly reply: readonly string[] }>
> = {
  saveExtras: { request: ['gtids'], reply: [] },
  waitFor: { request: ['gtids'], reply: ['gtids'] },
  execute: { request: [], reply: ['executed'] },
  query: { request: ['after'], reply: ['executed'] },
  executed: { request: [], reply: ['executed'] },
  confirm: { request: [], reply: ['gtids'] },
  probe: { request: [], reply: ['executed', 'retrieved'] },
  administer: { request: [], reply: ['executed', 'retrieved'] },
  write: { request: ['session.seen'], reply: ['seen'] },
  read: { request: ['session.seen'], reply: ['seen'] },
  settle: { request: ['executed'], reply: [] },
  status: { request: [], reply: ['looks.look.executed', 'looks.look.held'] },
}

/** GtidSet has toJSON, so sending needs nothing; this is the receiving half. */
export function decodeRequest<T extends { readonly kind: string }>(request: T): T {
  const fields = GTID_FIELDS[request.kind]?.request
  return fields === undefined || fields.length === 0 ? request : (decoded(request, fields) as T)
}

export function decodeReply(kind: string, reply: unknown): unknown {
  const fields = GTID_FIELDS[kind]?.reply
  return fields === undefined || fields.length === 0 ? reply : decoded(reply as object, fields)
}

function decoded(message: object, fields: readonly string[]): object {
  const copy: Record<string, unknown> = { ...message }
  for (const field of fields) {
    const dot = field.indexOf('.')
    if (dot > 0) {
      const [outer, inner] = [field.slice(0, dot), [field.slice(dot + 1)]]
      const value = copy[outer]
      if (Array.isArray(value)) copy[outer] = value.map((item: object) => decoded(item, inner))
      else if (typeof value === 'object' && value !== null) copy[outer] = decoded(value, inner)
      continue
    }
    const text = copy[field]
    if (typeof text === 'string') copy[field] = MutableGtidSet.parse(text)
  }
  return copy
}
