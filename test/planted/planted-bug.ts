/**
 * A bug that is planted on purpose, to see that the suite catches it: an edit or two, and where to look.
 * Bugs live here and never in the product: the edit is made in a copy of the project.
 */
export interface PlantedBug {
  /** What somebody got wrong, in kebab-case. */
  readonly name: string
  /** What the code does now, in a sentence. */
  readonly story: string
  readonly edits: readonly Edit[]
  /** Each of them must catch it. */
  readonly hunts: readonly Hunt[]
}

export interface Edit {
  /** From the project's root. */
  readonly file: string
  /** Stands in the file exactly once; a source that has moved on makes the plant fail, not pass. */
  readonly find: string
  readonly replace: string
}

/** What has to notice. The same hunt must find nothing in the project as it is. */
export type Hunt =
  /** Test files whose path contains one of these words: at least one test fails by an assertion. */
  | { readonly kind: 'tests'; readonly patterns: readonly string[] }
  /** Runs drawn from these seeds, within what test/planted/swarms/<swarm>.yaml states: a check fails. */
  | {
      readonly kind: 'swarm'
      readonly swarm: string
      readonly seeds: readonly number[]
      /** The checks of which one must fail. */
      readonly checks: readonly string[]
    }

export function testsOf(...patterns: string[]): Hunt {
  return { kind: 'tests', patterns }
}
