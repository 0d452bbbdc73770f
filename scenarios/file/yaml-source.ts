/**
 * From bytes to data with places. A scenario file may be anything a user (or an editor, or a prank) produced, so every
 * step has a bound: the size is looked at before reading, the nesting before parsing (a parser that recurses would
 * overflow the stack), the aliases before they are resolved, and keys are compared in a Set because the parser's own
 * check for duplicates is quadratic.
 */
import { readFileSync, statSync } from 'node:fs'
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { type Place, ScenarioError, UsageError } from './errors.ts'

const MAX_BYTES = 256 * 1024
const MAX_NESTING = 32
const MAX_ALIASES = 100
/** Characters that begin an item, a key or a line. The parser needs about 0.1 ms for each. */
const MAX_MARKS = 10_000
const START: Place = { line: 1, column: 1 }

export type Path = readonly PropertyKey[]

/** Parsed YAML that remembers where everything stood. */
export interface YamlSource {
  readonly file: string
  readonly data: Readonly<Record<string, unknown>>
  /** Where the value at `path` stands; the nearest enclosing thing when there is none. */
  placeOf(path: Path): Place
  /** Where the last key of `path` stands. */
  placeOfKey(path: Path): Place
}

/** The text of a scenario file. Refuses what cannot be one before looking any closer; UsageError: there is no such file. */
export function readScenarioText(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false })
  if (status === undefined) throw new UsageError(`${file}: no such file, expected one that can be read, found nothing`)
  if (!status.isFile())
    throw new ScenarioError(file, START, 'not a file', 'a YAML file', status.isDirectory() ? 'a folder' : 'a device')
  if (status.size > MAX_BYTES) throw tooLarge(file, status.size)
  const bytes = readFileSync(file)
  // It may have grown since, or be one of those files that say 0.
  if (bytes.length > MAX_BYTES) throw tooLarge(file, bytes.length)
  const text = bytes.toString('utf8')
  const nul = text.indexOf('\0')
  if (nul >= 0) throw new ScenarioError(file, placeIn(text, nul), 'a binary file', 'YAML text', 'a NUL character')
  const back = Buffer.from(text, 'utf8')
  if (!back.equals(bytes)) {
    let at = 0
    while (back[at] === bytes[at]) at++
    const byte = `0x${bytes[at]!.toString(16).padStart(2, '0')}`
    const before = bytes.toString('utf8', 0, at)
    throw new ScenarioError(
      file,
      placeIn(before, before.length),
      'a binary file',
      'YAML text in UTF-8',
      `the byte ${byte}`,
    )
  }
  return text
}

export function parseYaml(text: string, file: string): YamlSource {
  if (text.length > MAX_BYTES) throw tooLarge(file, Buffer.byteLength(text))
  if (/^[\s\u{feff}]*$/u.test(text))
    throw new ScenarioError(file, START, 'an empty file', 'a scenario such as `name: ...`', 'nothing')
  const deep = deepPlace(text)
  if (deep !== null) throw tooDeep(file, deep)
  const marks = text.match(/[\n,:&*![{]/g)?.length ?? 0
  if (marks > MAX_MARKS)
    throw new ScenarioError(
      file,
      START,
      'a file too long for a scenario',
      `at most ${MAX_MARKS} lines and items`,
      `${marks}`,
    )
  const lines = new LineCounter()
  let document: Document
  try {
    // `silent` would pass over a second document without a word.
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file, START)
    throw error
  }
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const complaint = document.errors[0] ?? document.warnings[0]
  // The parser catches its own stack overflow.
  if (complaint?.message.startsWith('Maximum call stack')) throw tooDeep(file, at(complaint.pos[0]))
  if (complaint?.code === 'MULTIPLE_DOCS')
    throw new ScenarioError(
      file,
      at(complaint.pos[0]),
      'a second document',
      'one scenario in a file',
      'another one behind `---` or `...`',
    )
  const limit = complaint === undefined ? null : bareLimit(text, complaint.pos[0])
  if (limit !== null)
    throw new ScenarioError(
      file,
      at(limit.offset),
      'not YAML',
      `quotes around what begins with >: '${limit.text}'`,
      limit.text,
    )
  if (complaint !== undefined)
    throw new ScenarioError(file, at(complaint.pos[0]), 'not YAML', 'valid YAML', firstSentence(complaint.message))
  const root = document.contents
  if (!isMap(root)) {
    const found = root === null ? 'nothing' : isSeq(root) ? 'a list' : 'plain text'
    const place = root?.range ? at(root.range[0]) : START
    throw new ScenarioError(file, place, 'not a scenario', 'a mapping such as `name: ...`', found)
  }
  const aliases: Alias[] = []
  checkNode(root, 1, { file, at, aliases })
  return { file, data: resolve(document, aliases, file, at), ...placesIn(document, root, at) }
}

/** `failoverMs.max: > 5`, as people write a limit: in YAML a bare `>` begins a text of several lines. Null: it is not that. */
function bareLimit(text: string, offset: number): { readonly text: string; readonly offset: number } | null {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const [, before, limit] = /^(.*?:\s+)(>=?\s*-?[\d.]+)/.exec(text.slice(start).split('\n', 1)[0]!) ?? []
  return limit === undefined ? null : { text: limit, offset: start + before!.length }
}

interface Context {
  readonly file: string
  readonly at: (offset: number) => Place
  readonly aliases: Alias[]
}

/** Nesting, duplicate keys, keys that are not text; collects the aliases. */
function checkNode(node: unknown, depth: number, context: Context): void {
  const { file, at, aliases } = context
  if (depth > MAX_NESTING) throw tooDeep(file, placeOfNode(node, at) ?? START)
  if (isAlias(node)) {
    aliases.push(node)
    if (aliases.length > MAX_ALIASES)
      throw new ScenarioError(
        file,
        placeOfNode(node, at) ?? START,
        'too many aliases',
        `at most ${MAX_ALIASES}`,
        'more',
      )
  } else if (isSeq(node)) for (const item of node.items) checkNode(item, depth + 1, context)
  else if (isMap(node)) {
    const seen = new Map<string, Place>()
    for (const { key, value } of node.items) {
      const place = placeOfNode(key, at) ?? placeOfNode(node, at) ?? START
      if (!isScalar(key) || key.value === null)
        throw new ScenarioError(file, place, 'wrong key', 'a name', isScalar(key) ? 'nothing' : 'a list or mapping')
      const name = String(key.value)
      // JavaScript would take it for something else, and the schema would never see it.
      if (name === '__proto__') throw new ScenarioError(file, place, 'wrong key', 'the name of a part', name)
      if (name === '<<')
        throw new ScenarioError(
          file,
          place,
          'a merge key',
          'the keys themselves, or an alias in place of a whole value such as `workload: *load`',
          '`<<`',
        )
      const first = seen.get(name)
      if (first !== undefined)
        throw new ScenarioError(
          file,
          place,
          `key ${JSON.stringify(name)} twice`,
          'each key once',
          `it again (first on line ${first.line})`,
        )
      seen.set(name, place)
      checkNode(value, depth + 1, context)
    }
  }
}

function resolve(
  document: Document,
  aliases: readonly Alias[],
  file: string,
  at: (offset: number) => Place,
): Readonly<Record<string, unknown>> {
  for (const alias of aliases)
    if (alias.resolve(document) === undefined)
      throw new ScenarioError(
        file,
        placeOfNode(alias, at) ?? START,
        'unknown alias',
        'an anchor written before it',
        `*${alias.source}`,
      )
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    // The library throws this for aliases of aliases that multiply (`billion laughs`), and for one inside itself.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error
    const place = aliases.length > 0 ? placeOfNode(aliases[0], at) : null
    throw new ScenarioError(
      file,
      place ?? START,
      'aliases that multiply',
      `at most ${MAX_ALIASES} copies in all`,
      'more (an alias bomb)',
      { cause: error },
    )
  }
}

function placesIn(document: Document, root: Node, at: (offset: number) => Place) {
  const walk = (path: Path): { place: Place; keyPlace: Place } => {
    let node: unknown = root
    let place = placeOfNode(root, at) ?? START
    let keyPlace = place
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document)
      let pair: Pair | undefined
      if (isMap(node)) {
        pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
        if (pair === undefined) break
        node = pair.value
      } else if (isSeq(node) && typeof step === 'number') node = node.items[step]
      else break
      keyPlace = (pair && placeOfNode(pair.key, at)) ?? placeOfNode(node, at) ?? place
      place = placeOfNode(node, at) ?? keyPlace
    }
    return { place, keyPlace }
  }
  return { placeOf: (path: Path) => walk(path).place, placeOfKey: (path: Path) => walk(path).keyPlace }
}

function placeOfNode(node: unknown, at: (offset: number) => Place): Place | null {
  const range = (node as Node | null)?.range
  return range ? at(range[0]) : null
}

/**
 * Where the text nests deeper than any scenario does, or null. Cheap and rough: brackets are counted wherever they
 * stand, and `- - -` on one line. Deeper indentation than this cannot fit into MAX_BYTES often enough to matter.
 */
function deepPlace(text: string): Place | null {
  let brackets = 0
  let indicators = 0
  let lineStart = true
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (character === '\n') {
      lineStart = true
      indicators = 0
    } else if (character === '[' || character === '{') brackets++
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1)
    if (lineStart && character !== '\n' && character !== ' ' && character !== '\t') {
      if (character === '-' || character === '?' || character === ':') indicators++
      else lineStart = false
    }
    if (brackets > MAX_NESTING * 2 || indicators > MAX_NESTING * 2) return placeIn(text, i)
  }
  return null
}

function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

function tooLarge(file: string, bytes: number): ScenarioError {
  return new ScenarioError(file, START, 'a file too large for a scenario', `at most ${MAX_BYTES} bytes`, `${bytes}`)
}

function tooDeep(file: string, place: Place): ScenarioError {
  return new ScenarioError(file, place, 'too deeply nested', `at most ${MAX_NESTING} levels`, 'more')
}

function firstSentence(message: string): string {
  const line = message.split('\n')[0]!.trim()
  return line.replace(/[.:]$/, '')
}
