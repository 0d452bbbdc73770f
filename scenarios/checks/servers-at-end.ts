/** The servers after the cool-down, parsed once, and what could not be read of them said in words. */
import { type GtidSet, MutableGtidSet } from '../../algorithms/gtid-set.ts'
import type { NodeEnd, RunRecord } from '../record.ts'
import { GtidLookup, RowLookup } from './lookups.ts'

/** A server whose end state can be judged. */
export interface ReadNode {
  readonly node: string
  readonly role: NodeEnd['role']
  readonly executed: GtidSet
  readonly gtids: GtidLookup
  readonly rows: RowLookup
  readonly tableChecksum: string | null
}

interface EndState {
  /** The one server that ended as the source and could be read; null: none, or more than one. */
  readonly source: ReadNode | null
  /** Why `source` is null. */
  readonly sourceMissing: string
  /** Sources and replicas that could be read: reachable, neither down nor quarantined. */
  readonly members: readonly ReadNode[]
  /** Reachable sources and replicas of which something could not be read, with what. */
  readonly unreadable: readonly { readonly node: string; readonly reason: string }[]
}

/** Several judges ask for the end state of one record. */
const READ = new WeakMap<RunRecord, EndState>()

export function readEndState(record: RunRecord): EndState {
  let state = READ.get(record)
  if (state === undefined) READ.set(record, (state = parseEndState(record)))
  return state
}

function parseEndState(record: RunRecord): EndState {
  const members: ReadNode[] = []
  const unreadable: { node: string; reason: string }[] = []
  for (const end of record.nodes) {
    if (end.role === 'down' || end.role === 'quarantined' || !end.reachable) continue
    const executed = end.executed === null ? 'gtid_executed was not read' : parsed(end.executed)
    if (typeof executed === 'string') unreadable.push({ node: end.node, reason: executed })
    else if (end.ops === null) unreadable.push({ node: end.node, reason: 'its rows were not read' })
    else {
      const { node, role, tableChecksum, ops } = end
      members.push({
        node,
        role,
        executed,
        gtids: new GtidLookup(executed),
        rows: RowLookup.of(ops),
        tableChecksum,
      })
    }
  }
  const sources = members.filter((member) => member.role === 'source')
  return {
    source: sources.length === 1 ? sources[0]! : null,
    sourceMissing: whyNoSource(record, sources),
    members,
    unreadable,
  }
}

function parsed(text: string): GtidSet | string {
  try {
    return MutableGtidSet.parse(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function whyNoSource(record: RunRecord, sources: readonly ReadNode[]): string {
  if (sources.length > 1) return `${sources.map((source) => source.node).join(' and ')} all ended as the source`
  const named = record.nodes.filter((end) => end.role === 'source')
  if (named.length === 0) return 'no server ended as the source'
  return `${named.map((end) => end.node).join(' and ')} ended as the source but could not be read`
}
