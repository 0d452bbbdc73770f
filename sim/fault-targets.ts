/** Roles that scenarios name processes by, resolved when a step fires. Words that are no role are names. */
import type { SimCluster } from './cluster.ts'
import type { FaultField } from './simulated-system.ts'

/** `down`: what the harness has taken down and not brought back, in that order. */
export function resolveTargets(words: readonly string[], cluster: SimCluster, down: readonly string[]): string[] {
  const names = new Set<string>()
  for (const word of words) for (const name of resolveRole(word, cluster, down)) names.add(name)
  return [...names]
}

function resolveRole(word: string, cluster: SimCluster, down: readonly string[]): readonly string[] {
  const nodes = cluster.mysql.members
  const { source } = cluster
  const up = nodes.filter((name) => !down.includes(name))
  const replicas = up.filter((name) => name !== source)
  switch (word) {
    case 'source':
      return [source]
    case 'replica':
      return draw(replicas, 1, cluster)
    case 'any':
      return draw(up, 1, cluster)
    case 'minority':
      return draw(replicas, Math.floor((nodes.length - 1) / 2), cluster)
    case 'fastest':
      return fastest(replicas, cluster)
    case 'issuer':
      return cluster.issuer === null ? [] : [cluster.issuer]
    case 'crashed':
      return down
    case 'all':
      return nodes
    default:
      return [word]
  }
}

/** `count` of them, each draw from the stream of the faults. */
export function draw(names: readonly string[], count: number, { kernel }: Pick<FaultField, 'kernel'>): string[] {
  const left = [...names]
  const drawn: string[] = []
  const stream = kernel.streams.stream('fault-targets')
  while (drawn.length < count && left.length > 0)
    drawn.push(...left.splice(Math.floor(stream.uniform() * left.length), 1))
  return drawn
}

/** By the round trip from the coordinator, independent of what the coordinator thinks; the first of equals. */
function fastest(replicas: readonly string[], cluster: SimCluster): string[] {
  const { network } = cluster
  const coordinator = network.process('coordinator')
  let best: { readonly name: string; readonly us: number } | null = null
  for (const name of replicas) {
    const node = network.process(name)
    const us = network.link(coordinator, node).look().us + network.link(node, coordinator).look().us
    if (best === null || us < best.us) best = { name, us }
  }
  return best === null ? [] : [best.name]
}
