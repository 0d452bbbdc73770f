/**
 * What a client's statement does: MySQL's answer and not the first word's. A common table expression may end in a
 * DELETE, a comment may hold a FOR UPDATE that is executed, and one text may hold two statements; parsers of SQL that are
 * not the server's own know too little of that. So the server is asked for its normal form of the statement
 * (`STATEMENT_DIGEST_TEXT`), which `digest-class.ts` reads. That takes a round trip, hence the memory: by statements
 * without their literals (`literal-free.ts`).
 *
 * It holds for sessions with the server's own sql_mode. NO_BACKSLASH_ESCAPES or ANSI_QUOTES would give quotes another
 * meaning: who lets a client set them must not ask here any more.
 *
 * What is called a read here and writes all the same, by a function that it calls, meets the read-only connections
 * (`sql.ts`). Those do not stop what leaves something in its session or in a file (GET_LOCK, INTO @x, INTO OUTFILE), nor
 * locks on rows; so this is for the classifier to say.
 */
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { Why } from '../../algorithms/reasons/why.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { SqlClass } from '../../algorithms/statements.ts'
import { type ClassName, classOfDigest, type DigestClass } from './digest-class.ts'
import { type Exchange, type StepAnswer, step } from './exchange.ts'
import { literalFree } from './literal-free.ts'
import type { ConnectionPool } from './pool.ts'

export interface StatementClass {
  readonly class: ClassName
  /** Why it is that, for people. */
  readonly reason: string
  /** Refused because MySQL cannot read it (`statement-refused`), or because no server could be asked. */
  readonly why: Why | null
  /** MySQL's normal form of it; null where there is none. */
  readonly digest: string | null
}

interface ClassifierOptions {
  /** Connections to each server, by clients' rights and read-only; whichever answers. */
  readonly pools: readonly ConnectionPool[]
  readonly deadlineUs: number
}

/** Texts of an application differ in values; one that has more than so many shapes makes them up. */
const REMEMBERED = 4_096
const PARSE_ERRORS: ReadonlySet<number> = new Set([3676, 3677])
/** A stored word takes 2 bytes, a name 4 and its own; printed, with a space, the name takes 3 and its own. */
const STORED_PER_PRINTED = 1.25
const CUT_SLACK_BYTES = 1_024

export class StatementClassifier {
  readonly #pools: readonly ConnectionPool[]
  readonly #deadlineUs: number
  /** Least recently used first. */
  readonly #known = new Map<string, StatementClass>()
  /** Of the pool that answered last. */
  #best = 0

  constructor({ pools, deadlineUs }: ClassifierOptions) {
    this.#pools = pools
    this.#deadlineUs = deadlineUs
  }

  /** `hasParameters`: question marks in it stand for values. */
  async classify(text: string, hasParameters = false): Promise<StatementClass> {
    // The form that is asked for holds no placeholders. A digit in their place changes neither length nor neighbours.
    const asked = hasParameters ? text.replaceAll('?', '1') : text
    const key = literalFree(asked)
    const known = key === null ? undefined : this.#known.get(key)
    if (key !== null && known !== undefined) {
      this.#known.delete(key)
      this.#known.set(key, known)
      return known
    }
    // Unescaped in MySQL's form, such a name could hide what stands behind it.
    if ((key ?? asked).includes('``')) return refused('a name in it holds a backtick', null)
    const outcome = await this.#ask(asked)
    if (outcome.kind !== 'ok') {
      const isText = outcome.why.code === 'statement-refused'
      return refused(isText ? 'MySQL cannot read it as one statement' : 'no server says what it does', outcome.why)
    }
    const found: StatementClass = { ...outcome.reply, why: null }
    if (key !== null) {
      this.#known.set(key, found)
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!)
    }
    return found
  }

  /** Any server that answers will do: all of them read alike. */
  async #ask(text: string): Promise<Outcome<Looked>> {
    let outcome: Outcome<Looked> = failed({ code: 'no-connection' })
    for (let tried = 0; tried < this.#pools.length; tried++) {
      const pool = this.#pools[this.#best]!
      outcome = await new Promise((resolve) => {
        pool.submit(
          () => look(text),
          this.#deadlineUs,
          (failure, answer) => resolve(failure ?? (answer as Outcome<Looked>)),
        )
      })
      if (outcome.kind === 'ok' || outcome.why.code === 'statement-refused') break
      this.#best = (this.#best + 1) % this.#pools.length
    }
    return outcome
  }
}

/** For those who have no session to offer: what of it can be done, or why not. */
export function sqlClassOf(found: StatementClass): SqlClass | { readonly refused: string } {
  switch (found.class) {
    case 'read':
    case 'write':
    case 'ddl':
      return found.class
    default:
      return { refused: `${found.class === 'refused' ? 'refused' : `a ${found.class} statement`}: ${found.reason}` }
  }
}

type Looked = DigestClass & { readonly digest: string }

function* look(text: string): Exchange<Looked> {
  const { error, result } = yield step('SELECT STATEMENT_DIGEST_TEXT(?), @@global.max_digest_length', [text])
  if (error === null) {
    const [[digest, limitBytes]] = result as [[string, number]]
    const isCut = Buffer.byteLength(digest) * STORED_PER_PRINTED + CUT_SLACK_BYTES >= limitBytes
    return { kind: 'ok', reply: { ...classOfDigest(digest, isCut), digest } }
  }
  if (!PARSE_ERRORS.has(error.errno)) return failed({ code: 'mysql-error', ...error })
  return failed({ code: 'statement-refused', ...(yield* complaint(text)) })
}

/** That it cannot be read is all that was said; preparing it, which executes nothing, says where. */
function* complaint(text: string): Generator<ReturnType<typeof step>, NonNullable<StepAnswer['error']>, StepAnswer> {
  yield step('SET @quorumlab_text = ?', [text])
  const { error } = yield step('PREPARE quorumlab_look FROM @quorumlab_text')
  yield step('SET @quorumlab_text = NULL')
  if (error !== null) return error
  yield step('DEALLOCATE PREPARE quorumlab_look')
  return { errno: 1210, sqlState: 'HY000', message: 'There are placeholders in it, and no values' }
}

function refused(reason: string, why: Why | null): StatementClass {
  return { class: 'refused', reason, why, digest: null }
}
