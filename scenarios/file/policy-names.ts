/** The policies of both protocols by the names that scenarios give them, and what is asked of their facts. */
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import type { ElectionKind } from '../../algorithms/election/policy.ts'
import {
  type Guarantee,
  type Guaranteeing,
  labelOf,
  namesTaking,
  type PolicyFacts,
  type PolicySettings,
  takesThreshold,
} from '../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import type { QuorumKind } from '../../algorithms/quorum/policy-kind.ts'
import { sameRule } from '../../algorithms/quorum/same-rule.ts'
import { RAFT_ELECTIONS } from '../../algorithms/raft/elections.ts'
import { RAFT_QUORUMS } from '../../algorithms/raft/schemes.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import type { Result } from '../result.ts'
import type { Scenario } from '../scenario.ts'

type Protocol = Scenario['cluster']['protocol']
export type Family = 'timestamps' | 'quorum' | 'election'

type Named<T> = Readonly<Record<string, T>>

const TIMESTAMPS: Named<Guaranteeing> = TIMESTAMP_ALGORITHMS
const QUORUMS: Readonly<Record<Protocol, Named<Guaranteeing>>> = { mysql: QUORUM_POLICIES, raft: RAFT_QUORUMS }
const ELECTIONS: Readonly<Record<Protocol, Named<PolicyFacts>>> = { mysql: ELECTION_POLICIES, raft: RAFT_ELECTIONS }

/** What a file may say, whichever protocol it has; `namesOf` says which goes with which. */
export const ALL_NAMES = {
  timestamps: Object.keys(TIMESTAMPS) as (keyof typeof TIMESTAMP_ALGORITHMS)[],
  quorum: bothOf(QUORUMS) as Scenario['algorithms']['quorum'][],
  election: bothOf(ELECTIONS) as Scenario['algorithms']['election'][],
} as const

export function namesOf(family: 'quorum' | 'election', protocol: Protocol): readonly string[] {
  return Object.keys((family === 'quorum' ? QUORUMS : ELECTIONS)[protocol])
}

/** `cabinet` and `flexible`, as a message names them. */
export function quorumsTaking(parameter: keyof PolicySettings): string {
  const names = new Set(Object.values(QUORUMS).flatMap((kinds) => namesTaking(kinds, parameter)))
  return [...names].sort().join(' and ')
}

export function quorumTakesThreshold(name: string, protocol: Protocol): boolean {
  const kind = QUORUMS[protocol][name]
  return kind !== undefined && takesThreshold(kind)
}

export function hasIssuer(timestamps: string): boolean {
  return TIMESTAMP_ALGORITHMS[timestamps as keyof typeof TIMESTAMP_ALGORITHMS]?.hasIssuer ?? false
}

/** The names for which that holds. */
export const ISSUING = Object.keys(TIMESTAMPS).filter(hasIssuer).join(' or ')

/** Do the options of `seer:` mean anything to it? */
export function learns(election: string): boolean {
  return (ELECTION_POLICIES as Named<ElectionKind>)[election]?.learns ?? false
}

/** Can it exist in the simulator only? */
export function isClairvoyant(election: string): boolean {
  return (ELECTION_POLICIES as Named<ElectionKind>)[election]?.isClairvoyant ?? false
}

type Chosen = Pick<Scenario, 'algorithms' | 'cluster'>

/** What the chosen policies guarantee together. */
export function guaranteesOf(algorithms: Partial<Record<Family, string>>, protocol: Protocol): ReadonlySet<Guarantee> {
  const { timestamps = '', quorum = '' } = algorithms
  return new Set([...(TIMESTAMPS[timestamps]?.guarantees ?? []), ...(QUORUMS[protocol][quorum]?.guarantees ?? [])])
}

/** Policies of either protocol that give all of these; [] where any does. */
export function givenBy(guarantees: readonly Guarantee[]): readonly string[] {
  if (guarantees.length === 0) return []
  const all = [...Object.values(TIMESTAMPS), ...Object.values(QUORUM_POLICIES)]
  return all.filter((kind) => guarantees.every((one) => kind.guarantees.includes(one))).map(({ name }) => name)
}

/** The chosen ones. A Raft group has no timestamps. */
export function policiesOf({ algorithms, cluster }: Chosen): readonly PolicyFacts[] {
  const { timestamps, quorum, election } = algorithms
  const chosen = [TIMESTAMPS[timestamps], QUORUMS[cluster.protocol][quorum], ELECTIONS[cluster.protocol][election]]
  return chosen.filter((facts) => facts !== undefined)
}

/** As people name the chosen policies: the threshold and the ratio belong to the name where they mean something. */
export function labelsOf({ algorithms, cluster }: Chosen): Readonly<Record<Family, string>> {
  const label = (facts: PolicyFacts | undefined, name: string) =>
    facts === undefined ? name : labelOf(facts, algorithms)
  return {
    timestamps: label(TIMESTAMPS[algorithms.timestamps], algorithms.timestamps),
    quorum: label(QUORUMS[cluster.protocol][algorithms.quorum], algorithms.quorum),
    election: label(ELECTIONS[cluster.protocol][algorithms.election], algorithms.election),
  }
}

/** By name: the slot of each policy that a report on this scenario may name. Any election's opinion may be recorded. */
function coloursOf(scenario: Chosen): Readonly<Record<string, number>> {
  const named = [...policiesOf(scenario), ...Object.values(ELECTIONS[scenario.cluster.protocol])]
  return Object.fromEntries(named.map(({ name, colour }) => [name, colour]))
}

/** What results and headers say of the policies beside their names. */
export function describePolicies(scenario: Chosen): Pick<Result['scenario'], 'labels' | 'colours' | 'sameRule'> {
  const same = sameQuorums(scenario)
  return {
    labels: labelsOf(scenario),
    colours: coloursOf(scenario),
    ...(same === null ? {} : { sameRule: same }),
  }
}

/** Which other quorum policies are the same by law on so many servers; null: none, or a Raft group. */
export function sameQuorums({ algorithms, cluster }: Chosen): ReturnType<typeof sameRule> {
  if (cluster.protocol === 'raft') return null
  const kind: QuorumKind = QUORUM_POLICIES[algorithms.quorum as keyof typeof QUORUM_POLICIES]
  return sameRule(kind, cluster.nodes, algorithms)
}

function bothOf(of: Readonly<Record<Protocol, Named<PolicyFacts>>>): string[] {
  return [...new Set([...Object.keys(of.mysql), ...Object.keys(of.raft)])]
}
