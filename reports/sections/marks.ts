/** A verdict's mark: shape, word and colour, so that none of them has to be seen alone. */
import type { Verdict } from '../../scenarios/result.ts'
import { html, type Markup } from '../markup.ts'
import { verdictWord } from '../verdict.ts'

const SIGNS: Readonly<Record<Verdict, string>> = { pass: '\u2713', fail: '\u2715', unknown: '?' }

export function mark(verdict: Verdict): Markup {
  return html`<span class="mark ${verdict}" role="img" aria-label="${verdictWord(verdict)}">${SIGNS[verdict]}</span>`
}
