/**
 * Which parts of a scenario real servers follow. A new part does not compile before somebody has said so here; what is
 * not followed carries the name that it has in a file, and a run whose file sets it says that it had no effect.
 */
import { scenarioOf } from '../scenarios/file/load.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { NetworkForm } from '../scenarios/worlds.ts'
import type { RunNetwork } from './network/network.ts'

type Part = 'cluster' | 'network'

/** `linked`: followed where the run's network does something to links. */
type Followed = 'always' | 'linked'

const HONOURS: {
  readonly [P in Part]: Readonly<Record<keyof Scenario[P], readonly [followed: Followed, name: string]>>
} = {
  cluster: {
    protocol: ['always', 'cluster.protocol'],
    nodes: ['always', 'cluster.nodes'],
    // Of MySQL's servers they say distances alone.
    zones: ['linked', 'cluster.zones'],
    timestampServers: ['always', 'cluster.timestampServers'],
    coordinators: ['always', 'cluster.coordinators'],
    acknowledge: ['always', 'cluster.acknowledge'],
    semiSync: ['always', 'cluster.semiSync'],
    maxApplyBacklog: ['always', 'cluster.maxApplyBacklog'],
  },
  network: {
    defaultDelay: ['linked', 'network.default'],
    links: ['linked', 'network.links'],
    zones: ['linked', 'network.matrix'],
  },
}

/** For a record: by which network the links of the scenario were followed, and what was not. */
export function honoured(scenario: Scenario, { form, reason }: Pick<RunNetwork, 'form' | 'reason'>) {
  return { network: { form, reason }, withoutEffect: withoutEffect(scenario, form) }
}

/** Names of the keys that were set and have no effect, in the order of a file. */
export function withoutEffect(scenario: Scenario, network: NetworkForm): readonly string[] {
  const untouched = scenarioOf({ name: 'untouched' }, 'untouched')
  const isFollowed = (followed: Followed) => followed === 'always' || (followed === 'linked' && network !== 'direct')
  return (['cluster', 'network'] as const).flatMap((part) =>
    Object.entries(HONOURS[part]).flatMap(([key, [followed, name]]) =>
      isFollowed(followed) || isSame(scenario[part], untouched[part], key) ? [] : [name],
    ),
  )
}

function isSame(a: object, b: object, key: string): boolean {
  const of = (part: object) => JSON.stringify((part as Readonly<Record<string, unknown>>)[key] ?? [])
  return of(a) === of(b)
}
