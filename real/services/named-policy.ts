/** A policy that a caller names: one that there is, or a refusal that says which was meant. */
import { suggestion } from '../../scenarios/file/nearest.ts'
import { CallFailure } from './http/failures.ts'

export function namedPolicy<T>(policies: Readonly<Record<string, T>>, name: string): T {
  const policy = Object.hasOwn(policies, name) ? policies[name] : undefined
  if (policy !== undefined) return policy
  const names = Object.keys(policies)
  const meant = suggestion(name, names) || `; expected one of ${names.join(', ')}`
  throw new CallFailure(422, `there is no algorithm ${JSON.stringify(name)}${meant}`)
}
