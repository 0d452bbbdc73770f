/** The servers of a Raft group after the run: what each has applied, read from its own log and nobody else's. */
import type { NodeEnd } from '../../scenarios/record.ts'
import type { RaftGroup } from './group.ts'
import type { RaftServer } from './server.ts'
import { entriesText } from './term-uuid.ts'

/** Null when every server runs and has applied what the leader has in its log; else what is missing. */
export function difference(group: RaftGroup): string | null {
  const { leader } = group
  if (leader.node?.role !== 'leader') return 'nobody leads'
  const { lastIndex, lastTerm } = leader.node.log
  for (const { process, node, store } of group.servers) {
    if (node === null) return `${process.name} is not running`
    if (store.applied !== lastIndex || node.log.termAt(lastIndex) !== lastTerm)
      return `${process.name} has applied ${store.applied} entries, ${leader.process.name} has ${lastIndex}`
  }
  return null
}

export function endOf(group: RaftGroup): NodeEnd[] {
  /** Servers that applied the same share the one set: it is large, and whoever compares them sees at once that they do. */
  const sets = new Map<string, ReadonlySet<number>>()
  return group.servers.map((server): NodeEnd => {
    const { process, node } = server
    const { name } = process
    if (node === null || process.state !== 'up')
      return { node: name, reachable: false, uuid: null, executed: null, tableChecksum: null, ops: null, role: 'down' }
    const { checksum, ops } = appliedBy(server, sets)
    return {
      node: name,
      reachable: true,
      uuid: null,
      executed: entriesText((index) => node.log.termAt(index), server.store.applied),
      tableChecksum: checksum,
      ops,
      role: server === group.leader && node.role === 'leader' ? 'source' : 'replica',
    }
  })
}

/** The operations among the applied entries, and a checksum over the rows they wrote, in order. */
function appliedBy(
  { node, store }: RaftServer,
  sets: Map<string, ReadonlySet<number>>,
): { readonly checksum: string; readonly ops: ReadonlySet<number> } {
  const { log } = node!
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  const ops: number[] = []
  for (let index = 1; index <= store.applied; index++) {
    const entry = log.entryAt(index)
    if (entry.kind !== 'write') continue
    ops.push(entry.op)
    a = Math.imul(a ^ entry.op, 0x01000193) ^ entry.key
    b = Math.imul(b + entry.key, 0x85ebca6b) ^ (entry.op + (b >>> 13))
  }
  const checksum = `${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}-${ops.length}`
  let set = sets.get(checksum)
  if (set === undefined || !sameOps(set, ops)) {
    set = new Set(ops)
    sets.set(checksum, set)
  }
  return { checksum, ops: set }
}

function sameOps(set: ReadonlySet<number>, ops: readonly number[]): boolean {
  return set.size === ops.length && ops.every((op) => set.has(op))
}
