/**
 * `SET`: what can be said again on another connection, what binds a session to its connection, and what would take the
 * ground from under the front: variables that it sets itself, and those that change how MySQL reads a text (a statement
 * is classed as a session with the server's own settings would read it, statement-class.ts).
 */
type Setting =
  | { readonly kind: 'again'; readonly subject: string }
  | { readonly kind: 'binds' }
  | { readonly kind: 'refused'; readonly reason: string }

const ONE_VARIABLE = /^SET (?:SESSION |LOCAL |@@(?:(?:SESSION|LOCAL) \. )?)?`(\w+)` :?= [^,]+$/
const OWN = /`(?:session_track_\w+|transaction_read_only|sql_log_bin|gtid_next|pseudo_\w+|max_digest_length)`/i
const ELSEWHERE = /\b(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|ROLE|RESOURCE)\b/
/** A text in these reads byte by byte like ASCII where quotes, backslashes and comments are concerned. */
const CHARACTER_SETS = ['utf8mb4', 'utf8mb3', 'utf8', 'latin1', 'ascii', 'binary', 'default']
const NAMES =
  /^\s*set\s+(?:names|character\s+set|charset)\s+['"`]?(\w+)['"`]?(?:\s+collate\s+['"`]?\w+['"`]?)?\s*;?\s*$/i
const SQL_MODE_VALUE =
  /\bsql_mode[`]?\s*:?=\s*(?:'([\w\s,]*)'|"([\w\s,]*)"|default\b|concat\s*\(\s*@@(?:session\.)?sql_mode\s*,\s*'([\w\s,]*)'\s*\))\s*(?:,|;?\s*$)/i
/** They give quotes or backslashes another meaning; the short names stand for several modes. */
const READS_DIFFERENTLY =
  /\b(?:ANSI|ANSI_QUOTES|NO_BACKSLASH_ESCAPES|PIPES_AS_CONCAT|IGNORE_SPACE|DB2|MAXDB|MSSQL|ORACLE|POSTGRESQL)\b/i

/** `digest`: MySQL's normal form of `text`, where literals are missing. */
export function settingOf(digest: string, text: string): Setting {
  if (ELSEWHERE.test(digest))
    return refused('what is set for one server, or for an account, would be lost with the next failover')
  if (OWN.test(digest)) return refused('the front itself depends on what it sets')
  if (/^SET (?:NAMES|CHARACTER SET|CHARSET)\b/.test(digest)) {
    const name = NAMES.exec(text)?.[1]?.toLowerCase()
    return name !== undefined && CHARACTER_SETS.includes(name)
      ? { kind: 'again', subject: 'names' }
      : refused(`statements are read in one of ${CHARACTER_SETS.slice(0, -1).join(', ')}`)
  }
  if (/`character_set_(?:client|connection)`|`collation_connection`/i.test(digest))
    return refused('the character set of statements is set by SET NAMES')
  if (/`sql_mode` :?=/i.test(digest)) {
    const value = SQL_MODE_VALUE.exec(text)
    if (value === null || READS_DIFFERENTLY.test(value[1] ?? value[2] ?? value[3] ?? ''))
      return refused('this sql_mode would change how statements are read, or that cannot be seen')
  }
  // `@?` is a variable of the user's, which no other connection has.
  if (digest.includes('@?')) return { kind: 'binds' }
  const variable = ONE_VARIABLE.exec(digest)?.[1]?.toLowerCase()
  return { kind: 'again', subject: variable ?? digest }
}

function refused(reason: string): Setting {
  return { kind: 'refused', reason }
}
