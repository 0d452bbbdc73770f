/**
 * Requests as nobody should send them: valid bodies with something wrong in them, JSON of any kind, no JSON, and every
 * content type. What is drawn follows from the seed alone.
 */
import fc from 'fast-check'

/** A call, and the fields that its valid bodies have: most of what is drawn is nearly right. */
export interface FuzzedCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly fields: Readonly<Record<string, readonly unknown[]>>
}

export interface FuzzedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const oddities = fc.constantFrom<unknown>(
  ...[0, -0, -1, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 53 + 2, 2 ** 31, Number.MIN_VALUE],
  ...[
    null,
    true,
    '',
    ' ',
    '\u0000',
    'null',
    '5',
    '__proto__',
    'constructor',
    'toString',
    '🦆',
    '\ud800',
    "'; DROP TABLE users; --",
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    { length: 5 },
    { toString: 1 },
    'x'.repeat(10_000),
    Array.from({ length: 500 }, () => 1),
  ],
)
const anyValue = fc.oneof({ weight: 3, arbitrary: oddities }, fc.jsonValue({ maxDepth: 4 }), fc.string())
const contentTypes = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'x',
  ),
)

function bodyOf(fields: FuzzedCall['fields']): fc.Arbitrary<string | null> {
  const names = Object.keys(fields)
  const value = (name: string) => fc.oneof(fc.constantFrom(...fields[name]!), anyValue)
  const nearlyRight = fc
    .tuple(
      fc.record(Object.fromEntries(names.map((name) => [name, value(name)])), { requiredKeys: [] }),
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'master_id')), anyValue, {
        maxKeys: 2,
      }),
    )
    .map(([own, foreign]) => JSON.stringify({ ...foreign, ...own }))
  return fc.oneof(
    { weight: 6, arbitrary: nearlyRight },
    anyValue.map((each) => JSON.stringify(each) ?? ''),
    // Cut short, or something in the middle.
    fc.tuple(nearlyRight, fc.nat(), fc.string()).map(([text, at, middle]) => {
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + middle
    }),
    fc.integer({ min: 1, max: 5_000 }).map((depth) => '['.repeat(depth)),
    fc.integer({ min: 1, max: 5_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    fc.string(),
    fc.constant(null),
  )
}

export function fuzzedRequests(calls: readonly FuzzedCall[]): fc.Arbitrary<FuzzedRequest> {
  const query = fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    fc
      .tuple(fc.constantFrom('count', 'num_operations', 'x'), anyValue)
      .map(([name, value]) => `?${name}=${encoded(value)}`),
    fc.string().map((text) => `?${encoded(text)}`),
  )
  return fc.oneof(
    ...calls.map(({ method, path, fields }) =>
      fc.record({ body: bodyOf(fields), contentType: contentTypes, query }).map(
        ({ body, contentType, query: asked }): FuzzedRequest => ({
          method,
          path: `${path}${asked}`,
          headers: contentType === '' ? {} : { 'content-type': contentType },
          body: method === 'GET' ? null : body,
        }),
      ),
    ),
    fc.record({ tail: fc.string(), post: fc.boolean() }).map(
      ({ tail, post }): FuzzedRequest => ({
        method: post ? 'POST' : 'GET',
        path: `/${encoded(tail)}`,
        headers: {},
        body: null,
      }),
    ),
  )
}

/** Lone surrogates cannot be encoded: they go as they would from a careless client. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?')).slice(0, 2_000)
}
