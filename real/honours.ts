/**
 * Which parts of a scenario real servers follow. A new part does not compile before somebody has said so here; what is
 * not followed carries the name that it has in a file, and a run whose file sets it says that it had no effect.
 */
import { scenarioOf } from '../scenarios/file/load.ts'
import type { Scenario } from '../scenarios/scenario.ts'

type Part = 'cluster' | 'network'

const HONOURS: { readonly [P in Part]: Readonly<Record<keyof Scenario[P], true | string>> } = {
  cluster: {
    protocol: true,
    nodes: true,
    // They are how the simulator knows distances and processors; the servers are all on this machine.
    zones: 'cluster.zones',
    timestampServers: true,
    coordinators: true,
    acknowledge: true,
    semiSync: true,
  },
  // Messages take what the machine's own network takes.
  network: { defaultDelay: 'network.default', links: 'network.links', zones: 'network.matrix' },
}

/** Names of the keys that were set and have no effect, in the order of a file. */
export function withoutEffect(scenario: Scenario): readonly string[] {
  const untouched = scenarioOf({ name: 'untouched' }, 'untouched')
  return (['cluster', 'network'] as const).flatMap((part) =>
    Object.entries(HONOURS[part]).flatMap(([key, name]) =>
      name === true || isSame(scenario[part], untouched[part], key) ? [] : [name],
    ),
  )
}

function isSame(a: object, b: object, key: string): boolean {
  const of = (part: object) => JSON.stringify((part as Readonly<Record<string, unknown>>)[key] ?? [])
  return of(a) === of(b)
}
