/**
 * Whole numbers from a MySQL server, which counts to 2^63, where we count with JavaScript's numbers, which are exact to
 * 2^53. Whoever reads one as text reads it here: what lies beyond is refused by its name, and never becomes a neighbour
 * that would compare as equal. Nothing here ever counts so far by itself: 2^53 transactions at a million a second take
 * 285 years, so such a number was set by hand.
 */

import { textOf } from './reasons/text.ts'
import type { Why } from './reasons/why.ts'

/** A number that cannot be told from its neighbours. */
export class InexactInteger extends Error {
  readonly why: Why

  constructor(why: Extract<Why, { code: 'inexact-integer' }>) {
    super(textOf(why))
    this.why = why
  }
}

/** `what`: what the number is, for the message. */
export function exactInteger(written: unknown, what: string): number {
  const number = Number(written)
  if (Number.isSafeInteger(number)) return number
  throw new InexactInteger({ code: 'inexact-integer', what, found: String(written) })
}
