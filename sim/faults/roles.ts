/** What only the simulator of MySQL servers can say of roles: who is fastest, and who issues timestamps. */
import { namesOf, type RoleField, replicasUp } from '../../scenarios/faults/roles.ts'
import type { SimCluster } from '../mysql/cluster.ts'

/** `down`: what the harness has taken down and not brought back, in that order. */
export function namesIn(word: string, cluster: SimCluster, down: readonly string[]): readonly string[] {
  const { source, mysql, kernel } = cluster
  const field: RoleField = { nodes: mysql.members, source, down, streams: kernel.streams }
  if (word === 'fastest') return fastest(replicasUp(field), cluster)
  if (word === 'issuer') return cluster.issuer === null ? [] : [cluster.issuer]
  return namesOf(word, field)
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
