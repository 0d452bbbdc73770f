/** What a server answered, read: the one place where an answer that cannot be counted exactly becomes an outcome. */
import { InexactInteger } from '../../algorithms/exact-integer.ts'
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../algorithms/servers.ts'

/** `failed`, by the number's name, where `read` meets a number beyond 2^53-1: only questions are read this way. */
export function decoded<T>(read: () => T): Outcome<T> {
  try {
    return { kind: 'ok', reply: read() }
  } catch (error) {
    if (!(error instanceof InexactInteger)) throw error
    return failed(error.why)
  }
}
