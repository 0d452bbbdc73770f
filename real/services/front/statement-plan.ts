/**
 * What the front does with a statement, from what MySQL itself says that it is: the class of `/query`, refined by what a
 * connection remembers of it. Reads and writes go where they may; whatever leaves something on its connection binds the
 * session to the source; and what cannot be kept safe is refused.
 */
import type { Consistency } from '../../../algorithms/statements.ts'
import type { StatementClass } from '../../mysql/statement-class.ts'
import { FRONT_ERRORS, type FrontError } from './front-error.ts'
import { settingOf } from './session-variables.ts'

export type Plan =
  /** Nothing but a read: on whichever server the level allows. */
  | { readonly kind: 'read' }
  /** On the source, and answered when its quorum has it. */
  | { readonly kind: 'write' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  /** Can be said again on another connection; `subject` is what it sets. */
  | { readonly kind: 'setting'; readonly subject: string }
  | { readonly kind: 'level'; readonly level: Consistency }
  /** On the source; `binds`: and from now on everything else, too. */
  | { readonly kind: 'source'; readonly binds: boolean }
  | { readonly kind: 'refused'; readonly error: FrontError }

/** The one variable that is the front's own; said alone, so that nothing else hides behind it. */
const LEVEL = /^\s*set\s+@quorumlab_consistency\s*:?=\s*(?:'([^']*)'|"([^"]*)"|(\w+))\s*;?\s*$/i

const ON_SOURCE: Plan = { kind: 'source', binds: false }
const BINDING: Plan = { kind: 'source', binds: true }

/** What a connection knows of the statement before it, and does not change. */
const LOOKS_BACK =
  /`(?:LAST_INSERT_ID|ROW_COUNT|CONNECTION_ID|IS_FREE_LOCK|IS_USED_LOCK)` \(|^SHOW (?:WARNINGS|ERRORS|COUNT)\b/i
const FOUND_ROWS = /`FOUND_ROWS` \(|\bSQL_CALC_FOUND_ROWS\b/i
/** Locks of a name's, kept by the connection that took them. */
const LOCK_FUNCTIONS = /`(?:\w*LOCKS?|\w*UNLOCK|VERSION_TOKENS_\w+)` \(/i

export function planOf(text: string, found: StatementClass): Plan {
  const level = LEVEL.exec(text)
  if (level !== null) return levelOf(level[1] ?? level[2] ?? level[3] ?? '')
  const { digest } = found
  // What MySQL cannot read without knowing the database, or not at all, the source itself may answer: it is no read.
  if (digest === null) return found.why?.code === 'statement-refused' ? BINDING : notSafe(found.reason)
  if (FOUND_ROWS.test(digest)) return notSafe('FOUND_ROWS() is of a statement that may have run on another connection')
  switch (found.class) {
    case 'read':
      return LOOKS_BACK.test(digest) ? ON_SOURCE : { kind: 'read' }
    case 'locking-read':
      return ON_SOURCE
    case 'write':
    case 'ddl':
      return { kind: 'write' }
    case 'transaction':
      return ofTransaction(digest)
    case 'session':
      return ofSession(digest, text)
    case 'refused':
      return notSafe(found.reason)
  }
}

function ofTransaction(digest: string): Plan {
  if (/^(?:BEGIN|START TRANSACTION)\b/.test(digest)) return { kind: 'begin' }
  if (/^COMMIT\b/.test(digest)) return { kind: 'commit' }
  return /^ROLLBACK(?! (?:WORK )?TO\b)/.test(digest) ? { kind: 'rollback' } : ON_SOURCE
}

function ofSession(digest: string, text: string): Plan {
  if (/^SET\b/.test(digest)) {
    const setting = settingOf(digest, text)
    if (setting.kind === 'refused') return notSafe(setting.reason)
    return setting.kind === 'binds' ? BINDING : { kind: 'setting', subject: setting.subject }
  }
  if (/^USE\b/.test(digest)) return { kind: 'setting', subject: 'database' }
  const isQuery = /^(?:SELECT|TABLE|VALUES|WITH|\()/.test(digest)
  const remembers = /:=|\bINTO @/.test(digest) || LOCK_FUNCTIONS.test(digest)
  if (isQuery && !remembers) return ON_SOURCE
  // A write that uses variables or results of its session is still a write, and its session is on the source anyway.
  return /^GET\b/.test(digest) ? ON_SOURCE : BINDING
}

function levelOf(found: string): Plan {
  const level = found.toUpperCase()
  return level === 'STRONG' || level === 'SESSION' || level === 'EVENTUAL'
    ? { kind: 'level', level }
    : { kind: 'refused', error: FRONT_ERRORS.wrongLevel(`'${found}'`) }
}

function notSafe(reason: string): Plan {
  return { kind: 'refused', error: FRONT_ERRORS.notSafe(reason) }
}
