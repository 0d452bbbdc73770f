/** What depends on `cluster.protocol`: which parts a scenario may have, and the defaults of the others. */
import { QUORUM_POLICIES, type QuorumName } from '../../algorithms/quorum/policies.ts'
import type { QuorumKind } from '../../algorithms/quorum/policy-kind.ts'
import { STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../../algorithms/timestamps/algorithms.ts'
import { CHECKS, type CheckName } from '../checks/checks.ts'
import { isPossible, possibleIn } from '../faults/facts.ts'
import type { Refuse, WrittenFault } from '../faults/written-fault.ts'
import { type LinkDelay, type Scenario, timestampServerNames } from '../scenario.ts'
import { suggestion } from './nearest.ts'
import { namesOf } from './policy-names.ts'
import { completeAlgorithms } from './quorum-settings.ts'
import { completeRaft, completeZones, type WrittenParts } from './raft-settings.ts'
import { show } from './schema-issues.ts'

/** What both protocols name processes by, before any zone does. */
const SERVICES = ['client', 'coordinator']

type ParsedZones = Parameters<typeof completeZones>[0]

interface Parsed {
  readonly cluster: Omit<Scenario['cluster'], 'timestampServers' | 'semiSync' | 'zones'> & {
    readonly timestampServers?: number | undefined
    readonly semiSync?: Scenario['cluster']['semiSync'] | undefined
    readonly zones: ParsedZones
  }
  readonly algorithms: Omit<Scenario['algorithms'], 'timestamps' | 'failureThreshold'> & {
    readonly timestamps: TimestampAlgorithmName
    readonly failureThreshold?: number | undefined
  }
  readonly raft?: Parameters<typeof completeRaft>[0]
  readonly unsafe: readonly string[]
  readonly checks: readonly CheckName[]
}

/** What the file itself wrote of these parts. */
type Written = WrittenParts & { readonly checks?: unknown }

export type Completed = Pick<Scenario, 'cluster' | 'algorithms' | 'raft' | 'checks'>

export function completeProtocol(parsed: Parsed, written: Written, refuse: Refuse): Completed {
  const { protocol, nodes } = parsed.cluster
  const taken = [...Array.from({ length: nodes }, (_, i) => `node${i + 1}`), ...SERVICES]
  const zones = completeZones(parsed.cluster.zones, protocol, nodes, taken, refuse)
  return protocol === 'raft' ? completedRaft(parsed, written, zones, refuse) : completedMysql(parsed, zones, refuse)
}

function completedMysql(
  { cluster, algorithms, raft, checks }: Parsed,
  zones: Scenario['cluster']['zones'],
  refuse: Refuse,
): Completed {
  if (raft !== undefined) refuse(['raft'], 'settings of a Raft group', '`cluster: { protocol: raft }`', 'mysql')
  for (const family of ['quorum', 'election'] as const) {
    const name = algorithms[family]
    const names = namesOf(family, 'mysql')
    if (!names.includes(name))
      refuse(
        ['algorithms', family],
        `${family} that only a Raft group has`,
        `one of ${names.join(', ')}, or \`cluster: { protocol: raft }\``,
        `${show(name)}${suggestion(name, names)}`,
      )
  }
  const { nodes } = cluster
  const completed = completeAlgorithms(algorithms, cluster, refuse)
  const semiSync = cluster.semiSync === undefined ? carrierOf(cluster, completed) : cluster.semiSync
  if (semiSync !== null && semiSync.waitForReplicas !== 'quorum' && semiSync.waitForReplicas >= nodes)
    refuse(
      ['cluster', 'semiSync', 'waitForReplicas'],
      'more replicas than there are',
      `at most ${nodes - 1}`,
      `${semiSync.waitForReplicas}`,
    )
  const ownServers = TIMESTAMP_ALGORITHMS[algorithms.timestamps].servers
  return {
    cluster: { ...cluster, timestampServers: cluster.timestampServers ?? ownServers, semiSync, zones },
    algorithms: completed,
    raft: null,
    checks,
  }
}

/** Semi-sync's receipts say how many replicas have a write, not which: they carry `received` where that is the rule. */
function carrierOf(
  { acknowledge, nodes }: Pick<Scenario['cluster'], 'acknowledge' | 'nodes'>,
  algorithms: Scenario['algorithms'],
): Scenario['cluster']['semiSync'] {
  const kind = QUORUM_POLICIES[algorithms.quorum as QuorumName] as QuorumKind | undefined
  if (acknowledge !== 'received' || kind === undefined) return null
  const isWeighted = kind.make(algorithms).weigh !== undefined
  return !isWeighted && (kind.anyReplicas(nodes, algorithms)?.k ?? 0) > 0 ? STRICT_SEMI_SYNC : null
}

function completedRaft(
  parsed: Parsed,
  written: Written,
  zones: Scenario['cluster']['zones'],
  refuse: Refuse,
): Completed {
  const { cluster, algorithms, unsafe } = parsed
  if (unsafe.length > 0)
    refuse(['unsafe'], 'unsafe forms of a Raft group', '`protocol: mysql`, or nothing', show(unsafe))
  const completed = completeAlgorithms(algorithms, cluster, refuse)
  const raft = completeRaft(parsed.raft, written, completed, { zones, nodes: cluster.nodes }, refuse)
  return {
    cluster: { ...cluster, timestampServers: 0, semiSync: null, zones },
    algorithms: { ...completed, timestamps: 'none', quorum: raft.quorum, election: raft.election },
    raft,
    checks: completeChecks(parsed.checks, written, refuse),
  }
}

/** There are no timestamps to check; whoever asks for it is told so. */
function completeChecks(checks: readonly CheckName[], written: Written, refuse: Refuse): readonly CheckName[] {
  const isOfTimestamps = (name: CheckName) => CHECKS[name].evidence.includes('timestamps')
  const impossible = checks.findIndex(isOfTimestamps)
  if (written.checks !== undefined && impossible >= 0)
    refuse(['checks', impossible], 'a check of timestamps in a Raft group', 'another check', checks[impossible]!)
  return checks.filter((name) => !isOfTimestamps(name))
}

/** A fault that a Raft group cannot have. */
export function refuseVerb({ verb, path }: WrittenFault, { protocol }: Scenario['cluster'], refuse: Refuse): void {
  if (protocol === 'raft' && !isPossible(verb, 'raft'))
    refuse([...path, verb], 'a fault that a Raft group cannot have', `one of ${possibleIn('raft').join(', ')}`, verb)
}

/** Processes by zone. Of MySQL's cluster the services and the client are in the first zone. */
export function zoneMembers({
  cluster,
  raft,
}: Pick<Scenario, 'cluster' | 'raft'>): NonNullable<Scenario['network']['zones']> {
  const timestamps = timestampServerNames(cluster.timestampServers)
  const sites = [...(raft?.clients ?? [])]
  let next = 1
  return cluster.zones.map(({ name, nodes, clients }, i) => {
    const servers = Array.from({ length: nodes }, () => `node${next++}`)
    let others: string[] = []
    // Sites are in the order of the zones that have clients.
    if (raft !== null && clients > 0) others = [sites.shift()!.process]
    if (raft === null && i === 0) others = [...SERVICES, ...timestamps]
    return { name, members: [...servers, ...others] }
  })
}

/** `network.matrix` as links from zone to zone. */
export function matrixLinks(
  matrix: readonly (readonly LinkDelay['delay'][])[] | undefined,
  zones: Scenario['cluster']['zones'],
  refuse: Refuse,
): readonly LinkDelay[] {
  if (matrix === undefined) return []
  const path = ['network', 'matrix']
  const expected = `${zones.length} rows of ${zones.length} delays, as many as there are zones`
  if (matrix.length !== zones.length) refuse(path, 'wrong number of rows', expected, `${matrix.length}`)
  return matrix.flatMap((row, i) => {
    if (row.length !== zones.length) refuse([...path, i], 'wrong number of delays', expected, `${row.length}`)
    return row.map((delay, j) => ({ from: zones[i]!.name, to: zones[j]!.name, delay }))
  })
}
