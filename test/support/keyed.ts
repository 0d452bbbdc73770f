/** The workloads' statements, as a coordinator asks a MySQL server for them. */
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'

export function insertOf(op: number, key: number, timestamp: Timestamp | null = null) {
  return { kind: 'execute', statement: { kind: 'keyed', op, key }, timestamp, operationId: null } as const
}

/** The newest row of `key`. */
export function newestOf(key: number, { after = null, wantExecuted = false }: Wish = {}) {
  // Which operation reads does not matter to the server.
  return { kind: 'query', statement: { kind: 'keyed', op: 0, key }, after, waitUs: 90_000, wantExecuted } as const
}

interface Wish {
  readonly after?: GtidSet | null
  readonly wantExecuted?: boolean
}
