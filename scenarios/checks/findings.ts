/**
 * How every check ends. It looks at things one by one and notes what is wrong and what cannot be decided; the verdict
 * follows from the notes, by one rule for all checks: a violation is a fail, whatever else is unclear; an open question
 * without a violation is unknown; and a check that looked at nothing has shown nothing, so it cannot pass.
 *
 * Each note is of a kind, a code in kebab-case. Runs whose checks found the same kinds probably have the same cause; the
 * lines beside them are for people.
 */
import type { CheckResult } from '../result.ts'

/** More lines than this help nobody; the counts are always complete. */
export const EVIDENCE_LIMIT = 20
const NOTHING_EXAMINED = 'nothing-examined'

export class Findings {
  examined = 0
  #violations = 0
  #undecided = 0
  readonly #violationKinds = new Set<string>()
  readonly #undecidedKinds = new Set<string>()
  readonly #violationLines: string[] = []
  readonly #undecidedLines: string[] = []

  /** `line` is built only while there is room for it: a broken run may hold a hundred thousand violations. */
  violation(kind: string, line: () => string): void {
    this.#violationKinds.add(kind)
    if (++this.#violations <= EVIDENCE_LIMIT) this.#violationLines.push(line())
  }

  undecidable(kind: string, line: () => string): void {
    this.#undecidedKinds.add(kind)
    if (++this.#undecided <= EVIDENCE_LIMIT) this.#undecidedLines.push(line())
  }

  get violations(): number {
    return this.#violations
  }

  get undecided(): number {
    return this.#undecided
  }

  /** `texts.fail` and `texts.pass` are the one line that a person reads first. */
  conclude(
    name: string,
    texts: {
      readonly pass: () => string
      readonly fail: () => string
      readonly unknown?: () => string
      readonly nothing: string
    },
  ): CheckResult {
    const evidence = [...this.#violationLines, ...this.#undecidedLines].slice(0, EVIDENCE_LIMIT)
    const result = { name, evidence, examined: this.examined }
    if (this.#violations > 0)
      return { ...result, verdict: 'fail', detail: texts.fail(), kinds: [...this.#violationKinds].sort() }
    if (this.#undecided > 0) {
      const detail = texts.unknown?.() ?? `${count(this.#undecided, 'question')} open: ${this.#undecidedLines[0]}`
      return { ...result, verdict: 'unknown', detail, kinds: [...this.#undecidedKinds].sort() }
    }
    if (this.examined === 0) return { ...result, verdict: 'unknown', detail: texts.nothing, kinds: [NOTHING_EXAMINED] }
    return { ...result, verdict: 'pass', detail: texts.pass(), kinds: [] }
  }
}

/** `1 write`, `2 writes`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
