/**
 * Which quorum policies are the same at given numbers, as a law: two rules that are each met by any k replicas and by no
 * fewer are met by the same sets, so what two runs under them show differs by chance alone. (For four servers and t = 1,
 * `cabinet`, `flexible(1)` and semi-synchronous replication with one acknowledgement are one rule.)
 */
import { labelOf, type PolicySettings, takesThreshold } from '../policy-facts.ts'
import { QUORUM_POLICIES } from './policies.ts'
import type { QuorumKind } from './policy-kind.ts'

interface SameRule {
  /** Any so many replicas acknowledge a write. */
  readonly k: number
  /** Labels of the policies that are the same, itself not among them. */
  readonly others: readonly string[]
  /** One sentence or two. */
  readonly text: string
}

/** Null: no other policy is the same on so many servers. */
export function sameRule(kind: QuorumKind, nodes: number, settings: PolicySettings): SameRule | null {
  const own = kind.anyReplicas(nodes, settings)
  if (own === null) return null
  const { k } = own
  const equal = Object.values<QuorumKind>(QUORUM_POLICIES).flatMap((other) => {
    if (other === kind) return []
    const itsSettings: PolicySettings = takesThreshold(other)
      ? { failureThreshold: k, weightRatio: 'largest' }
      : settings
    const rule = other.anyReplicas(nodes, itsSettings)
    return rule?.k === k ? [{ name: other.name, label: labelOf(other, itsSettings), because: rule.because }] : []
  })
  if (equal.length === 0) return null
  const all = [{ name: kind.name, label: labelOf(kind, settings), because: own.because }, ...equal]
  const reasons = all.flatMap(({ name, because }) => (because === null ? [] : [`under ${name} ${because}`]))
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
  const text = `On ${nodes} servers ${listed(all.map(({ label }) => label))} are the same rule, any ${replicas(k)}${why}: ${known(k)}.`
  return { k, others: equal.map(({ label }) => label), text }
}

function replicas(k: number): string {
  return k === 1 ? 'one replica' : `${k} replicas`
}

function known(k: number): string {
  if (k === 0) return 'asynchronous replication'
  return `semi-synchronous replication with ${k === 1 ? 'one acknowledgement' : `${k} acknowledgements`}`
}

function listed(labels: readonly string[]): string {
  return `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`
}
