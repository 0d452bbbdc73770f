/** Which checks a drawn run is held to: what its algorithms promise, and nothing that they do not. */
import type { Consistency } from '../../algorithms/statements.ts'
import type { Check } from '../checks/check.ts'
import { CHECKS, type CheckName } from '../checks/checks.ts'
import { type LevelShares, mayOffer } from '../file/levels.ts'
import { type Family, guaranteesOf } from '../file/policy-names.ts'
import type { Written } from '../file/written.ts'

export function promisedChecks({ algorithms, workload }: Written): readonly CheckName[] {
  const guarantees = guaranteesOf(algorithms as Partial<Record<Family, string>>, 'mysql')
  const { consistency } = workload as { consistency: Consistency | LevelShares }
  return Object.values<Check>(CHECKS)
    .filter(({ promisedBy }) => promisedBy.every((guarantee) => guarantees.has(guarantee)))
    .filter(({ level }) => level === null || mayOffer(consistency, level))
    .map(({ name }) => name as CheckName)
}
