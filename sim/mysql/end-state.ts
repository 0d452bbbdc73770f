/** The servers after the run, read from the model itself and not through the coordinator. */
import { counted } from '../../algorithms/wording.ts'
import type { NodeEnd } from '../../scenarios/record.ts'
import type { SimCluster } from './cluster.ts'

/** Null when every server runs, has executed the same and holds the same rows; else what is missing. */
export function difference(cluster: SimCluster): string | null {
  const source = cluster.mysql.server(cluster.source)
  for (const server of cluster.mysql.servers) {
    const { name } = server.process
    if (server.instance === null) return `${name} is not running`
    // A clone has the donor's transactions at once, before it follows anybody.
    if (isQuarantined(cluster, name)) return `${name} is in quarantine`
    const lacks = source.data.executed.live.minus(server.data.executed.live).size
    const extra = server.data.executed.live.minus(source.data.executed.live).size
    if (lacks > 0) return `${name} lacks ${counted(lacks, 'transaction')} of ${source.process.name}`
    if (extra > 0) return `${name} has ${counted(extra, 'transaction')} that ${source.process.name} lacks`
    if (server.data.table.checksum() !== source.data.table.checksum()) return `the rows of ${name} differ`
  }
  return null
}

export function endOf(cluster: SimCluster): NodeEnd[] {
  const source = cluster.mysql.server(cluster.source).data.table
  const sourceOps = source.ops
  return cluster.mysql.servers.map(({ process, data, instance }) => {
    const { name } = process
    if (instance === null || process.state !== 'up')
      return { node: name, reachable: false, uuid: null, executed: null, tableChecksum: null, ops: null, role: 'down' }
    return {
      node: name,
      reachable: true,
      uuid: data.uuid,
      executed: data.executed.live.toString(),
      promised: data.promised,
      tableChecksum: data.table.checksum(),
      // Replicas that agree share the one set: it is large, and whoever compares them sees at once that they do.
      ops: data.table.hasSameOps(source) ? sourceOps : data.table.ops,
      role: name === cluster.source ? 'source' : isQuarantined(cluster, name) ? 'quarantined' : 'replica',
    }
  })
}

/** Which role a server ended in is the trace's to say: the server itself cannot know. */
function isQuarantined(cluster: SimCluster, node: string): boolean {
  const last = cluster.events.findLast(
    (event) => (event.kind === 'quarantined' || event.kind === 'rejoined') && event.node === node,
  )
  return last?.kind === 'quarantined'
}
