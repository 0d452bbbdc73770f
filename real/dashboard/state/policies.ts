/** Policies as the page names them: their colour is the one of every report, and what they promise is said beside their code. */
import { ELECTION_POLICIES } from '../../../algorithms/election/policies.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import { TIMESTAMP_ALGORITHMS } from '../../../algorithms/timestamps/algorithms.ts'
import { seriesColour } from '../../../scenarios/shown/palette.ts'

interface Named {
  readonly name: string
  readonly colour: number
  readonly promise: string
  readonly noPromise: string
}

const ALL: readonly Named[] = [TIMESTAMP_ALGORITHMS, QUORUM_POLICIES, ELECTION_POLICIES].flatMap((family) =>
  Object.values<Named>(family),
)

export function policyColour(name: string): string {
  const found = ALL.find((policy) => policy.name === name)
  return found === undefined ? 'var(--muted)' : seriesColour(found.colour)
}

/** Null: it is none of ours. */
export function promisesOf(name: string): Pick<Named, 'promise' | 'noPromise'> | null {
  return ALL.find((policy) => policy.name === name) ?? null
}

/** A policy that has learnt nothing of a server puts it behind all others by a number that nobody wants to read. */
export function isLearnt(score: number): boolean {
  return Math.abs(score) < 1e6
}
