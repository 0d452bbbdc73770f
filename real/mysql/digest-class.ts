/**
 * What a statement does, by MySQL's own normal form of it (`STATEMENT_DIGEST_TEXT`): keywords as words, names in
 * backticks, literals as `?`, without comments, one statement. What is not known here is refused.
 *
 * One trap: a backtick inside a name is not doubled in that form. Whoever asks has to keep such statements away.
 */

export type ClassName = 'read' | 'locking-read' | 'write' | 'ddl' | 'transaction' | 'session' | 'refused'

export interface DigestClass {
  readonly class: ClassName
  readonly reason: string
}

/** A name in backticks counts as one; what is not in backticks has no spaces. */
const TOKENS = /`[^`]*`|[^\s`]+/g

/** By first word. Those that need a closer look are in `LOOKS`. */
const BY_FIRST_WORD: Readonly<Record<string, readonly [ClassName, string]>> = {
  SHOW: ['read', 'it shows'],
  HELP: ['read', 'it shows'],
  CHECKSUM: ['read', 'it reads'],
  ...all('INSERT REPLACE UPDATE DELETE', ['write', 'it changes rows']),
  TRUNCATE: ['ddl', 'it empties a table'],
  // They are written to the binlog, and commit.
  ...all('ANALYZE OPTIMIZE REPAIR CHECK', ['ddl', 'it maintains a table']),
  ...all('BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE', ['transaction', 'it begins or ends a transaction']),
  ...all('SET USE PREPARE EXECUTE DEALLOCATE', ['session', 'it changes the session']),
  ...all('LOCK UNLOCK HANDLER', ['session', 'it holds something for its session']),
  CALL: ['session', 'a procedure may do anything'],
  DO: ['session', 'it is evaluated for what it does to its session'],
  GET: ['session', "it looks at its session's last statement"],
}

type Look = (words: readonly string[]) => readonly [ClassName, string]

const LOOKS: Readonly<Record<string, Look>> = {
  ...all('SELECT TABLE VALUES (', lookAtQuery),
  WITH: lookAtWith,
  ...all('EXPLAIN DESC', lookAtExplain),
  ...all('CREATE ALTER DROP RENAME', lookAtObject),
  START: ([, what]) =>
    what === 'TRANSACTION' ? ['transaction', 'it begins a transaction'] : ['refused', 'it steers the server'],
}

/** Of these a client may make and change its own. */
const OBJECTS: ReadonlySet<string> = new Set(['TABLE', 'INDEX', 'VIEW', 'TRIGGER', 'PROCEDURE', 'FUNCTION'])
/** Whatever else one can make belongs to the server, or to another than this one: databases, accounts, events, ... */
const OTHER_OBJECTS: ReadonlySet<string> = new Set(
  words(
    'SCHEMA DATABASE USER SYSTEM_USER ROLE SERVER TABLESPACE UNDO LOGFILE EVENT RESOURCE REFERENCE INSTANCE PREPARE LIBRARY',
  ),
)

/** Functions that leave something behind in their session, or tell of it. Any case, with or without a schema. */
const SESSION_FUNCTIONS: ReadonlySet<string> = new Set(
  words(
    'GET_LOCK RELEASE_LOCK RELEASE_ALL_LOCKS IS_FREE_LOCK IS_USED_LOCK LAST_INSERT_ID FOUND_ROWS ROW_COUNT CONNECTION_ID' +
      ' SERVICE_GET_READ_LOCKS SERVICE_GET_WRITE_LOCKS SERVICE_RELEASE_LOCKS VERSION_TOKENS_LOCK_SHARED VERSION_TOKENS_LOCK_EXCLUSIVE' +
      ' VERSION_TOKENS_UNLOCK',
  ),
)

const OURS = '`quorumlab`'

/** `isCut`: the end may be missing. What is certain by its first word is so all the same; anything else is a write. */
export function classOfDigest(digest: string, isCut: boolean): DigestClass {
  const tokens: readonly string[] = digest.match(TOKENS) ?? []
  const first = tokens[0]
  if (first === undefined) return { class: 'refused', reason: 'there is no statement' }
  const look = LOOKS[first]
  const [found, reason] = look?.(tokens) ?? BY_FIRST_WORD[first] ?? ['refused', `${first} is not for clients`]
  if (found === 'refused' || found === 'transaction' || found === 'session') return { class: found, reason }
  // A routine or a trigger only uses them when it is called; and a DEFINER looks like a variable.
  const isRoutine = found === 'ddl' && !tokens.includes('TABLE')
  if (!isRoutine && usesSession(tokens))
    return { class: 'session', reason: 'it uses variables, locks or results of its session' }
  if (found !== 'read' && tokens.some((token, i) => token === OURS && tokens[i + 1] === '.'))
    return { class: 'refused', reason: 'what is in quorumlab is for the coordinator to change' }
  if (isCut && found !== 'ddl') return { class: 'write', reason: 'it is too long to be judged whole' }
  return { class: found, reason }
}

function lookAtQuery(tokens: readonly string[]): readonly [ClassName, string] {
  const into = tokens.indexOf('INTO')
  if (into >= 0)
    return tokens[into + 1]!.startsWith('@')
      ? ['session', 'it sets a variable of its session']
      : ['refused', 'it writes a file, or to nowhere']
  const locks = tokens.some(
    (token, i) =>
      (token === 'FOR' && (tokens[i + 1] === 'UPDATE' || tokens[i + 1] === 'SHARE')) ||
      (token === 'LOCK' && tokens[i + 1] === 'IN'),
  )
  return locks ? ['locking-read', 'it locks the rows that it reads'] : ['read', 'it reads']
}

/** Common table expressions are read; what is done with them stands behind them, outside all parentheses. */
function lookAtWith(tokens: readonly string[]): readonly [ClassName, string] {
  let depth = 0
  for (const [i, token] of tokens.entries()) {
    if (token === '(') depth++
    else if (token === ')') depth--
    else if (depth === 0 && (token === 'DELETE' || (token === 'UPDATE' && tokens[i - 1] !== 'FOR')))
      return ['write', 'it changes rows']
  }
  return lookAtQuery(tokens)
}

/** EXPLAIN ANALYZE does what it explains; and MySQL lets nobody explain a change who may not make one. */
function lookAtExplain(tokens: readonly string[]): readonly [ClassName, string] {
  const isChange = tokens.some(
    (token, i) => CHANGES.has(token) && tokens[i - 1] !== 'FOR' && !(tokens[i + 1] ?? '').startsWith('('),
  )
  return isChange ? ['write', 'it explains a change'] : lookAtQuery(tokens)
}

/** Two of them are functions, too, with an argument list right behind. */
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE'])

function lookAtObject(tokens: readonly string[]): readonly [ClassName, string] {
  const object = tokens.find((token) => token === 'TEMPORARY' || OBJECTS.has(token) || OTHER_OBJECTS.has(token))
  if (object === 'TEMPORARY') return ['session', 'its table lives in its session']
  if (object !== undefined && OBJECTS.has(object)) return ['ddl', 'it changes the schema']
  return ['refused', 'it changes more than tables, views, routines and triggers']
}

function usesSession(tokens: readonly string[]): boolean {
  return tokens.some((token, i) => token === '@?' || token === ':=' || isCalled(token, tokens[i + 1]))
}

/** Arguments that are literals alone have become one word with their parentheses. */
function isCalled(name: string, next: string | undefined): boolean {
  return next?.startsWith('(') === true && SESSION_FUNCTIONS.has(name.replaceAll('`', '').toUpperCase())
}

function all<T>(list: string, what: T): Record<string, T> {
  return Object.fromEntries(words(list).map((word) => [word, what]))
}

function words(list: string): string[] {
  return list.split(' ')
}
